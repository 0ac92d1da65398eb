using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace DeviceTwin.Storage.Audit;

/// <summary>A row of the audit log with its number. Numbers rise by the order of the commits and are never used twice.</summary>
public sealed record AuditEntry(long Id, AuditRow Row)
{
    private const string Time = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>The hash of the row before, 64 hexadecimal digits; null where the row is not part of a chain.</summary>
    public string? Previous { get; init; }

    /// <summary>The hash of this row (<see cref="AuditChain"/>); null where the row is not part of a chain.</summary>
    public string? Hash { get; init; }

    /// <summary>
    /// The row as one line of JSON, without a line end. Canonical: the same row gives the same bytes, now and later. Members stand in this
    /// order and are always there, the time has seven digits, the value stands as it was stored.
    /// </summary>
    public string Canonical() => Encoding.UTF8.GetString(CanonicalUtf8(Id, Row));

    /// <summary>The canonical row with its place in the chain as two more members: a line of an archive.</summary>
    public string Line() => Hash is null ? Canonical() : $"{Canonical()[..^1]},\"previous\":\"{Previous}\",\"hash\":\"{Hash}\"}}";

    /// <summary>Reads a line of <see cref="Line"/>.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static AuditEntry FromLine(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            var value = root.GetProperty("value");
            var row = new AuditRow(
                DateTimeOffset.ParseExact(root.GetProperty("at").GetString()!, Time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
                root.GetProperty("author").GetString()!,
                root.GetProperty("deviceId").GetString(),
                root.GetProperty("action").GetString()!,
                root.GetProperty("path").GetString(),
                value.ValueKind == JsonValueKind.Null ? null : value.GetRawText(),
                root.GetProperty("version") is { ValueKind: JsonValueKind.Number } version ? version.GetInt64() : null);
            return new AuditEntry(root.GetProperty("id").GetInt64(), row)
            {
                Previous = root.TryGetProperty("previous", out var previous) ? previous.GetString() : null,
                Hash = root.TryGetProperty("hash", out var hash) ? hash.GetString() : null,
            };
        }
        catch (Exception problem) when (problem is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw new FormatException($"no row of an audit log: {problem.Message}", problem);
        }
    }

    /// <summary>The bytes of <see cref="Canonical"/>. Whatever the row holds they can be made: a commit must not fail of them.</summary>
    internal static byte[] CanonicalUtf8(long id, AuditRow row)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            json.WriteNumber("id", id);
            json.WriteString("at", row.At.UtcDateTime.ToString(Time, CultureInfo.InvariantCulture));
            Text("author", row.Author);
            Text("deviceId", row.DeviceId);
            Text("action", row.Action);
            Text("path", row.Path);
            json.WritePropertyName("value");

            // What is stored is JSON of the hub's own making; what somebody made of it in the file need not be.
            json.WriteRawValue(Encoding.UTF8.GetBytes(row.Value is { Length: > 0 } value ? value : row.Value is null ? "null" : " "), skipInputValidation: true);
            if (row.Version is { } version)
            {
                json.WriteNumber("version", version);
            }
            else
            {
                json.WriteNull("version");
            }

            json.WriteEndObject();

            void Text(string name, string? text)
            {
                if (text is null)
                {
                    json.WriteNull(name);
                }
                else
                {
                    // As the database keeps it: half a character becomes a question mark in both.
                    json.WriteString(name, Encoding.UTF8.GetBytes(text));
                }
            }
        }

        return buffer.WrittenSpan.ToArray();
    }
}

/// <summary>Which rows of the audit log are wanted; null = no matter.</summary>
/// <param name="Action">An action (<c>twin.patch</c>), or a group of them with a dot at the end (<c>twin.</c>).</param>
/// <param name="From">Not before this time.</param>
/// <param name="To">Before this time.</param>
/// <param name="Before">Only rows with a smaller number: where the page before ended.</param>
/// <param name="After">Only rows with a greater number; with this the oldest come first.</param>
public sealed record AuditQuery(
    string? DeviceId = null,
    string? Author = null,
    string? Action = null,
    DateTimeOffset? From = null,
    DateTimeOffset? To = null,
    long? Before = null,
    long? After = null,
    int Limit = 100);

/// <summary>Which part of the log there is.</summary>
/// <param name="First">The oldest row's number; 0 where the log is empty.</param>
/// <param name="Last">The newest row's number; 0 where the log is empty.</param>
public sealed record AuditExtent(long First, long Last, long Rows);

/// <summary>Changes of the audit log itself.</summary>
public static class AuditChange
{
    /// <summary>
    /// Removes the oldest rows, up to and with this number. The one way for a row to leave the log: whoever sends it has written those rows
    /// elsewhere first. The hash of the last of them stays as the log's anchor.
    /// </summary>
    public sealed record Retire(long UpTo) : StoreChange;
}
