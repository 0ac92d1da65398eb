using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Twins;

namespace DeviceTwin.Storage;

/// <summary>Which part of a twin changed. The numbers are stored.</summary>
public enum TwinPart
{
    Tags = 1,
    Desired = 2,
    Reported = 3,
}

/// <summary>How it was written: Azure's <c>opType</c>. The numbers are stored.</summary>
public enum TwinOperation
{
    UpdateTwin = 1,
    ReplaceTwin = 2,
}

/// <summary>One change of one part of a twin, as the feed keeps it.</summary>
/// <param name="DeviceId">A <see cref="TwinAddress"/>: of a device or a module.</param>
/// <param name="Author">An operator, <c>configuration/ID</c>, or <c>device</c>.</param>
/// <param name="Version">That of the section after the change; of the twin where the tags changed, which have none of their own.</param>
/// <param name="Diff">See <see cref="TwinDiff"/>.</param>
public sealed record TwinChangeRow(
    string DeviceId, DateTimeOffset At, string Author, TwinOperation Operation, TwinPart Part, long Version, string Diff);

/// <summary>A row of the feed with its number.</summary>
/// <param name="Sequence">Grows by one with each change of any twin; never given twice, also not over restarts.</param>
public sealed record NumberedTwinChange(long Sequence, TwinChangeRow Row);

/// <summary>Writes a change into the feed, in the commit of the twin it belongs to.</summary>
public sealed record AppendTwinChange(TwinChangeRow Row) : StoreChange;

/// <summary>A stretch of the feed.</summary>
/// <param name="Oldest">The first number still kept; 0 while there is none.</param>
/// <param name="Newest">The last number given.</param>
public sealed record TwinChangePage(IReadOnlyList<NumberedTwinChange> Changes, long Oldest, long Newest);

/// <summary>Which changes are asked for.</summary>
/// <param name="DeviceId">Only this device's or module's, by its <see cref="TwinAddress"/>; null for all.</param>
/// <param name="Parts">Only these; empty for all.</param>
/// <param name="After">Only changes with greater numbers.</param>
public sealed record TwinChangeSearch(string? DeviceId, IReadOnlyCollection<TwinPart> Parts, long After, int Limit);

/// <summary>The feed of twin changes.</summary>
public interface ITwinChangeLog
{
    /// <summary>Durable changes in the order of their numbers.</summary>
    TwinChangePage ReadChanges(TwinChangeSearch search);
}

/// <summary>
/// Differences as compact text: <c>[["detection.limit",1,2],["gone",true]]</c>: path, old value, new value; null for an old value that was
/// not there; a row of two has no new value.
/// </summary>
public static class TwinDiff
{
    private static readonly JsonWriterOptions Options = new() { Encoder = Json.Relaxed.Encoder, SkipValidation = true };

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer) writing;

    public static string Write(IEnumerable<TwinDifference> differences)
    {
        if (writing.Buffer is null)
        {
            var made = new ArrayBufferWriter<byte>(1024);
            writing = (made, new Utf8JsonWriter(made, Options));
        }

        var (buffer, writer) = writing;
        buffer.ResetWrittenCount();
        writer.Reset(buffer);
        writer.WriteStartArray();
        foreach (var (path, from, to) in differences)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(path);
            Write(writer, from);
            if (to is not null)
            {
                Write(writer, to);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.Flush();
        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>As callers of the API see it: <c>path</c>, <c>from</c>, <c>to</c>.</summary>
    public static JsonArray Read(string diff) => new([.. ((JsonArray)Json.Parse(diff)!).Select(row => (JsonNode)new JsonObject
    {
        ["path"] = row![0]!.DeepClone(),
        ["from"] = row[1]?.DeepClone(),
        ["to"] = ((JsonArray)row).Count > 2 ? row[2]!.DeepClone() : null,
    })]);

    private static void Write(Utf8JsonWriter writer, JsonNode? node)
    {
        if (node is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            node.WriteTo(writer);
        }
    }
}
