using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using DeviceTwin.SensorNode.Signal;
using DeviceTwin.Storage.Waveforms;

namespace DeviceTwin.Hub.Waveforms;

/// <summary>The words in which nodes and the hub speak of waveforms.</summary>
internal static class WaveformWords
{
    /// <summary>Value of the application property <c>kind</c>.</summary>
    public const string Kind = "waveform";

    /// <summary>The hash that names the content; without it a message is none of ours, whatever its kind.</summary>
    public const string Hash = "sha256";

    /// <summary>A number by which the node recognises the answer to this message.</summary>
    public const string RequestId = "rid";

    private const string Counts = "i16le";
    private const string Compressed = "rice1";
    private const int LongestAxis = 16;
    private const int LongestBootId = 64;
    private static readonly DateTimeOffset EarliestCapture = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Whether a message belongs to a waveform: a chunk, or a question where it has no body.</summary>
    public static bool IsWaveform(IReadOnlyDictionary<string, string?> properties) =>
        properties.GetValueOrDefault("kind") == Kind && properties.ContainsKey(Hash);

    /// <summary>The hash in lower case; null where it is none.</summary>
    public static string? HashOf(string? text) =>
        text?.ToLowerInvariant() is { } sha256 && WaveformFiles.IsHash(sha256) ? sha256 : null;

    /// <summary>What a chunk says: its properties, and its part of the content, unpacked where it is compressed.</summary>
    /// <param name="problem">A sentence where it cannot be understood; else "".</param>
    public static (WaveformHead Head, int Offset, ReadOnlyMemory<byte> Data)? Parse(
        string deviceId, IReadOnlyDictionary<string, string?> properties, ReadOnlyMemory<byte> body, WaveformOptions options, out string problem)
    {
        var isCompressed = properties.GetValueOrDefault("format") == Compressed;
        var size = isCompressed ? Number(properties, "size") ?? 0 : body.Length;
        if (Parse(deviceId, properties, isCompressed, size, body.Length, options, out problem) is not var (head, offset))
        {
            return null;
        }

        if (!isCompressed)
        {
            return (head, offset, body);
        }

        // What is unpacked was announced and is at most a chunk: nobody makes a large thing of a small one here.
        var counts = new short[size / 2];
        if (!MemoryMarshal.TryGetArray(body, out var code))
        {
            code = body.ToArray();
        }

        if (!RiceDecoder.Decode(code.Array!, code.Offset, code.Count, counts, counts.Length, head.Facts.AxisNames.Count))
        {
            problem = $"The chunk is not what format={Compressed} makes of {size} bytes.";
            return null;
        }

        var data = new byte[size];
        for (var index = 0; index < counts.Length; index++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(data.AsSpan(index * 2), counts[index]);
        }

        return (head, offset, data);
    }

    private static (WaveformHead Head, int Offset)? Parse(
        string deviceId, IReadOnlyDictionary<string, string?> properties, bool isCompressed, int size, int bodySize, WaveformOptions options, out string problem)
    {
        var sha256 = HashOf(properties.GetValueOrDefault(Hash));
        var offset = Number(properties, "offset");
        var length = Number(properties, "length");
        var rate = Number(properties, "rate");
        var scale = Number(properties, "scale");
        var axes = properties.GetValueOrDefault("axis") ?? "";
        var names = axes.Split(',');
        problem =
            sha256 is null ? "sha256 takes the 64 hexadecimal digits of the whole content's SHA-256."
            : !isCompressed && (properties.GetValueOrDefault("format") ?? Counts) != Counts
                ? $"format takes {Counts}, signed 16 bit counts, little-endian, or {Compressed}."
            : names.Length is not (1 or 3) || names.Distinct().Count() != names.Length || !names.All(IsName)
                ? "axis takes the name of one axis, or three names separated by commas, e.g. z or x,y,z."
            : length is not > 0 || length > options.LargestWaveform || length % (2 * names.Length) != 0
                ? $"length takes the bytes of the whole content: whole frames of {2 * names.Length} bytes, at most {options.LargestWaveform}."
            : rate is not > 0 ? "rate takes the sampling rate in millihertz."
            : scale is null ? "scale takes the weight of a count in nano-g, 0 where the unit is not known."
            : bodySize == 0 || bodySize > options.LargestChunk || size > options.LargestChunk || (size == 0 && !isCompressed) ? $"A chunk has 1 to {options.LargestChunk} bytes."
            : isCompressed && (size <= 0 || size % (2 * names.Length) != 0 || offset % (2 * names.Length) != 0)
                ? $"With {Compressed}, size takes the bytes of content in the chunk; size and offset are whole frames of {2 * names.Length} bytes."
            : offset is null || (long)offset + size > length ? "offset takes the chunk's place: chunk and all must lie within length."
            : "";
        return problem.Length > 0 ? null : (
            new WaveformHead(deviceId, sha256!, new WaveformFacts(length!.Value, axes, rate!.Value, scale!.Value), Capture(properties)),
            offset!.Value);
    }

    /// <summary>The state of a waveform as nodes and tools read it.</summary>
    public static JsonObject Write(string sha256, WaveformStatus status)
    {
        var json = new JsonObject
        {
            ["state"] = Word(status.State.ToString()),
            ["next"] = status.Next,
            ["length"] = status.Length,
        };
        if (status.Reason is { } reason)
        {
            json["reason"] = Word(reason.ToString());
        }

        json["ranges"] = new JsonArray([.. status.Ranges.Select(range => (JsonNode)new JsonArray(range.Start, range.End))]);
        json[Hash] = sha256;
        return json;
    }

    /// <summary>A name of an enumeration in camel case.</summary>
    public static string Word(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    /// <summary>These help people; what makes no sense among them is left out.</summary>
    private static CaptureFacts Capture(IReadOnlyDictionary<string, string?> properties) => new(
        properties.GetValueOrDefault("bootId") is { Length: > 0 and <= LongestBootId } bootId ? bootId : null,
        Number(properties, "capture"),
        long.TryParse(properties.GetValueOrDefault("at"), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds >= EarliestCapture.ToUnixTimeMilliseconds() && milliseconds < DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
                ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
                : null,
        Number(properties, "coverage"),
        Number(properties, "saturated"),
        properties.GetValueOrDefault("overrun") is "1" or "true");

    private static int? Number(IReadOnlyDictionary<string, string?> properties, string name) =>
        int.TryParse(properties.GetValueOrDefault(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static bool IsName(string axis) =>
        axis.Length is > 0 and <= LongestAxis && axis.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_');
}
