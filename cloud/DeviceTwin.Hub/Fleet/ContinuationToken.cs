using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace DeviceTwin.Hub.Fleet;

/// <summary>
/// Where the next page of a query begins. Names the row after which it does (a device's id, a row's or a group's key), not a number: rows that come and
/// go move nothing. To callers it is opaque; the query's hash in it tells a token of another query.
/// </summary>
/// <param name="Left">How many rows may still come (<c>TOP</c>).</param>
internal sealed record ContinuationToken(string? After, int Left, ulong Query)
{
    private const byte Version = 1;
    private const int HeaderSize = 13;

    /// <summary>Longer ones are not given out: they go back and forth in a header.</summary>
    private const int LongestText = 16 * 1024;

    /// <param name="text">As sent back by the caller; empty or null at the first page.</param>
    /// <exception cref="HubException">Not a token of this query.</exception>
    public static ContinuationToken Read(string? text, string query, int? top)
    {
        if (string.IsNullOrEmpty(text))
        {
            return new ContinuationToken(null, top ?? int.MaxValue, HashOf(query));
        }

        var bytes = new byte[Math.Min(text.Length, LongestText)];
        if (text.Length > LongestText
            || !Convert.TryFromBase64String(text, bytes, out var length)
            || length <= HeaderSize
            || bytes[0] != Version)
        {
            throw Unknown();
        }

        var token = new ContinuationToken(
            Encoding.UTF8.GetString(bytes.AsSpan(HeaderSize..length)),
            BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(1)),
            BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(5)));
        return token.Query == HashOf(query) && token.Left > 0 ? token : throw Refuse("belongs to another query");
    }

    /// <summary>The refusal of a text that no hub wrote.</summary>
    public static HubException Unknown() => Refuse("is not a token that this hub gave out");

    /// <summary>The token of the page after one that ended with this row.</summary>
    public ContinuationToken Next(string key, int taken) =>
        this with { After = key, Left = Left == int.MaxValue ? Left : Left - taken };

    public string Write()
    {
        var bytes = new byte[HeaderSize + Encoding.UTF8.GetByteCount(After!)];
        bytes[0] = Version;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), Left);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(5), Query);
        Encoding.UTF8.GetBytes(After, bytes.AsSpan(HeaderSize));
        var text = Convert.ToBase64String(bytes);
        return text.Length <= LongestText
            ? text
            : throw new HubException(
                HubError.ArgumentInvalid, "The values that this query groups by are too long to go on from one page to the next. Ask for more rows at once (x-ms-max-item-count, up to 1000).");
    }

    private static ulong HashOf(string query) => BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(query)));

    private static HubException Refuse(string why) =>
        new(HubError.ArgumentInvalid, $"x-ms-continuation {why}. Send back what the page before had, with the same query, or begin again without.");
}
