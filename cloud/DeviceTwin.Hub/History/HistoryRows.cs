using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DeviceTwin.Storage.History;

namespace DeviceTwin.Hub.History;

/// <summary>One row of an answer: a message, or a bucket of time.</summary>
internal abstract record HistoryLine(string DeviceId, long AtMs, HistoryPosition Position)
{
    internal sealed record OfMessage(string DeviceId, HistorySample Sample, HistoryPosition Position)
        : HistoryLine(DeviceId, Sample.AtMs, Position);

    internal sealed record OfBucket(string DeviceId, Rollup Rollup, HistoryPosition Position)
        : HistoryLine(DeviceId, Rollup.AtMs, Position);
}

/// <summary>The rows of an answer, and how they are written.</summary>
internal static class HistoryRows
{
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Rows in the order of the parts, within a part in that of <see cref="HistoryReading"/>; rows without any of the series are left out.</summary>
    public static IEnumerable<HistoryLine> Of(IHistoryStore store, HistoryQuery query)
    {
        var series = query.Series.ToHashSet(StringComparer.Ordinal);
        for (var part = query.After?.Part ?? 0; part < query.Parts.Count; part++)
        {
            var (deviceId, from, to) = query.Parts[part];
            var last = query.After is { } after && after.Part == part ? after.Last : default(long?);
            var (fromMs, toMs) = (from.ToUnixTimeMilliseconds(), to.ToUnixTimeMilliseconds());
            if (query.Resolution == HistoryResolution.Raw)
            {
                foreach (var sample in store.Samples(deviceId, query.Kind, fromMs, toMs, last ?? 0, series))
                {
                    if (sample.Values.Count > 0)
                    {
                        yield return new HistoryLine.OfMessage(deviceId, sample, new HistoryPosition(part, sample.Number));
                    }
                }

                continue;
            }

            var begin = last is { } bucket ? bucket + ((long)query.Resolution * 1000) : fromMs;
            foreach (var rollup in begin < toMs ? store.Rollups(deviceId, query.Kind, query.Resolution, begin, toMs, series) : [])
            {
                if (query.Series.Any(rollup.Cells.ContainsKey))
                {
                    yield return new HistoryLine.OfBucket(deviceId, rollup, new HistoryPosition(part, rollup.AtMs));
                }
            }
        }
    }

    /// <summary>A row as a JSON object.</summary>
    public static void WriteJson(HistoryLine line, IReadOnlyList<string> series, IBufferWriter<byte> to)
    {
        using var json = new Utf8JsonWriter(to, JsonOptions);
        json.WriteStartObject();
        json.WriteString("device", line.DeviceId);
        json.WriteString("at", Time(line.AtMs));
        json.WriteStartObject("values");
        foreach (var name in series)
        {
            switch (line)
            {
                case HistoryLine.OfMessage message when message.Sample.Find(name) is { } value:
                    json.WritePropertyName(name);
                    Write(json, value);
                    break;
                case HistoryLine.OfBucket bucket when bucket.Rollup.Cells.TryGetValue(name, out var cell):
                    json.WriteStartObject(name);
                    Write(json, cell);
                    json.WriteEndObject();
                    break;
            }
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>The first line of CSV: a column per series, five per series where rows are buckets.</summary>
    public static string CsvHead(HistoryQuery query)
    {
        var line = new StringBuilder("device,at");
        foreach (var name in query.Series)
        {
            foreach (var part in query.Resolution == HistoryResolution.Raw ? [""] : (string[])[".min", ".max", ".mean", ".count", ".words"])
            {
                line.Append(',').Word(name + part);
            }
        }

        return line.Append("\r\n").ToString();
    }

    /// <summary>A row as a line of CSV. The words of a bucket stand in one field with their counts: <c>normal:58 outer:2</c>.</summary>
    public static string CsvLine(HistoryLine line, IReadOnlyList<string> series)
    {
        var text = new StringBuilder().Word(line.DeviceId).Append(',').Append(Time(line.AtMs));
        foreach (var name in series)
        {
            text.Append(',');
            if (line is HistoryLine.OfMessage message)
            {
                _ = message.Sample.Find(name) switch
                {
                    { Kind: HistoryKind.Integer } value => text.Number(value.Integer),
                    { Kind: HistoryKind.Real } value => text.Number(value.Real),
                    { } value => text.Word(value.Word),
                    null => text,
                };
                continue;
            }

            var cell = ((HistoryLine.OfBucket)line).Rollup.Cells.GetValueOrDefault(name);
            if (cell is { Count: > 0 })
            {
                text.Number(cell.Min).Append(',').Number(cell.Max).Append(',').Number(cell.Mean).Append(',').Number(cell.Count).Append(',');
            }
            else
            {
                text.Append(",,,,");
            }

            text.Word(string.Join(' ', cell?.Words.Select(word => string.Create(CultureInfo.InvariantCulture, $"{Name(word.Key)}:{word.Value}")) ?? []));
        }

        return text.Append("\r\n").ToString();
    }

    private static void Write(Utf8JsonWriter json, HistoryValue value)
    {
        switch (value.Kind)
        {
            case HistoryKind.Integer:
                json.WriteNumberValue(value.Integer);
                break;
            case HistoryKind.Real:
                json.WriteNumberValue(value.Real);
                break;
            default:
                json.WriteStringValue(value.Word);
                break;
        }
    }

    private static void Write(Utf8JsonWriter json, RollupCell cell)
    {
        if (cell.Count > 0)
        {
            json.WriteNumber("min", cell.Min);
            json.WriteNumber("max", cell.Max);
            json.WriteNumber("mean", cell.Mean);
            json.WriteNumber("count", cell.Count);
        }

        if (cell.Words.Count > 0)
        {
            var all = cell.Words.Values.Sum();
            json.WriteStartObject("words");
            foreach (var (word, count) in cell.Words)
            {
                json.WriteStartObject(Name(word));
                json.WriteNumber("count", count);
                json.WriteNumber("share", Math.Round((double)count / all, 6));
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }
    }

    private static string Name(string word) => word == RollupCell.OtherWords ? "(others)" : word;

    private static string Time(long ms) =>
        DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
