using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace DeviceTwin.Storage.Audit;

/// <summary>A row of the audit log with its number. Numbers rise by the order of the commits and are never used twice.</summary>
public sealed record AuditEntry(long Id, AuditRow Row)
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// The row as one line of JSON, without a line end. Canonical: the same row gives the same bytes, now and later. Members stand in this
    /// order and are always there, the time has seven digits, the value stands as it was stored.
    /// </summary>
    public string Canonical()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            json.WriteNumber("id", Id);
            json.WriteString("at", Row.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", System.Globalization.CultureInfo.InvariantCulture));
            json.WriteString("author", Row.Author);
            json.WriteString("deviceId", Row.DeviceId);
            json.WriteString("action", Row.Action);
            json.WriteString("path", Row.Path);
            json.WritePropertyName("value");
            json.WriteRawValue(Row.Value ?? "null");
            if (Row.Version is { } version)
            {
                json.WriteNumber("version", version);
            }
            else
            {
                json.WriteNull("version");
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
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
    /// elsewhere first.
    /// </summary>
    public sealed record Retire(long UpTo) : StoreChange;
}
