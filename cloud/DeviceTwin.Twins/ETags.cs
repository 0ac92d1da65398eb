using System.Buffers.Binary;

namespace DeviceTwin.Twins;

/// <summary>
/// ETags as Azure writes them: base64 of a counter in eight big-endian bytes (<c>AAAAAAAAAAE=</c> is 1).
/// They travel unquoted in bodies and quoted in headers.
/// </summary>
public static class ETags
{
    /// <summary>The tag of something just made.</summary>
    public static readonly string First = Format(1);

    /// <summary>The text of a counter.</summary>
    public static string Format(ulong counter)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, counter);
        return Convert.ToBase64String(bytes);
    }

    /// <summary>The tag after this one; a tag that is not such a counter starts again at 1.</summary>
    public static string Next(string etag)
    {
        Span<byte> bytes = stackalloc byte[8];
        return Convert.TryFromBase64String(etag, bytes, out var length) && length == 8
            ? Format(BinaryPrimitives.ReadUInt64BigEndian(bytes) + 1)
            : First;
    }

    /// <summary>
    /// Whether an If-Match value lets a change of the thing with this tag pass. Absent, <c>*</c>, <c>"*"</c>, quoted, unquoted and
    /// weak (<c>W/"x"</c>) forms are all in use by real clients; a list matches where one of its members does.
    /// </summary>
    public static bool Matches(string? ifMatch, string etag)
    {
        if (ifMatch is null)
        {
            return true;
        }

        foreach (var part in ifMatch.Split(','))
        {
            var text = part.Trim();
            if (text.StartsWith("W/", StringComparison.OrdinalIgnoreCase))
            {
                text = text[2..];
            }

            if (text.Length >= 2 && text[0] == '"' && text[^1] == '"')
            {
                text = text[1..^1];
            }

            if (text == "*" || text == etag)
            {
                return true;
            }
        }

        return false;
    }
}
