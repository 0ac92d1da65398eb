using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DeviceTwin.Analytics.Reports;

namespace DeviceTwin.Analytics.Replays;

/// <summary>
/// The text of a journal: a line per entry, 16 hexadecimal digits of the SHA-256 of its JSON, a space, the JSON, LF. The first entry names the
/// request. From the first line that is cut or damaged on, nothing is believed.
/// </summary>
internal static class JournalLines
{
    private const int HashDigits = 16;

    /// <summary>The line that begins a journal.</summary>
    public static byte[] Head(string requestHash) => Line(CanonicalJson.BytesOf(new JournalHead(requestHash)));

    /// <summary>The line of a series that is done.</summary>
    public static byte[] Entry(SeriesReport series) => Line(CanonicalJson.BytesOf(series));

    /// <summary>What a journal holds of this request.</summary>
    /// <returns>The series that are done, and how many bytes hold them.</returns>
    /// <exception cref="ReplayException"><see cref="ReplayException.JournalOfAnotherReplay"/>.</exception>
    public static (IReadOnlyList<SeriesReport> Done, long Length) Read(ReadOnlySpan<byte> bytes, string requestHash)
    {
        var done = new List<SeriesReport>();
        long length = 0;
        var isHead = true;
        while (Next(bytes[(int)length..]) is { Length: > 0 } json)
        {
            try
            {
                if (!isHead)
                {
                    done.Add(CanonicalJson.Read<SeriesReport>(json));
                }
                else if (CanonicalJson.Read<JournalHead>(json).RequestHash != requestHash)
                {
                    throw new ReplayException(
                        ReplayException.JournalOfAnotherReplay, "The journal is that of another replay: other captures, settings, findings or another detector.");
                }
            }
            catch (JsonException)
            {
                // Whole, but of another version: as good as damaged.
                break;
            }

            isHead = false;
            length += HashDigits + 1 + json.Length + 1;
        }

        return (done, length);
    }

    private static byte[] Line(byte[] json) => [.. Mark(json), (byte)' ', .. json, (byte)'\n'];

    private static byte[] Mark(ReadOnlySpan<byte> json) => Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(json))[..HashDigits]);

    /// <summary>The JSON of the first line, empty where it is not whole.</summary>
    private static ReadOnlySpan<byte> Next(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)'\n');
        if (end <= HashDigits + 1 || bytes[HashDigits] != ' ')
        {
            return [];
        }

        var json = bytes[(HashDigits + 1)..end];
        return bytes[..HashDigits].SequenceEqual(Mark(json)) ? json : [];
    }

    private sealed record JournalHead(string RequestHash);
}
