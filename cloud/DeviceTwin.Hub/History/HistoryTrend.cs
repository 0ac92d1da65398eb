using DeviceTwin.Dashboard.View;
using DeviceTwin.Storage;
using DeviceTwin.Storage.History;

namespace DeviceTwin.Hub.History;

/// <summary>The history as the node page draws it.</summary>
internal static class HistoryTrend
{
    private const string Kind = "features";
    private const string Velocity = "velocityUmPerSecond";
    private const string Temperature = "temperatureCentiCelsius";
    private static readonly HashSet<string> Series = new(StringComparer.Ordinal) { Velocity, Temperature };

    public static NodeTrend Read(IHistoryStore store, string deviceId, DateTimeOffset now, TimeSpan span)
    {
        var resolution = HistoryQuery.Suit(span);
        var (fromMs, toMs) = ((now - span).ToUnixTimeMilliseconds(), now.ToUnixTimeMilliseconds() + 1);
        try
        {
            TrendSample[] samples = resolution == HistoryResolution.Raw
                ? [.. store.Samples(deviceId, Kind, fromMs, toMs, 0, Series).Select(sample => new TrendSample(At(sample.AtMs), Number(sample, Velocity), Number(sample, Temperature)))]
                : [.. store.Rollups(deviceId, Kind, resolution, fromMs, toMs, Series).Select(rollup => new TrendSample(At(rollup.AtMs), Mean(rollup, Velocity), Mean(rollup, Temperature)))];
            return new NodeTrend(resolution.ToString().ToLowerInvariant(), samples);
        }
        catch (StorageException)
        {
            // The page says that there is no value; the hub's log says why the store does not answer.
            return new NodeTrend(resolution.ToString().ToLowerInvariant(), []);
        }
    }

    private static DateTimeOffset At(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);

    private static double? Number(HistorySample sample, string series) =>
        sample.Find(series) is { Kind: not HistoryKind.Word } value ? value.Number : null;

    private static double? Mean(Rollup rollup, string series) =>
        rollup.Cells.GetValueOrDefault(series) is { Count: > 0 } cell ? cell.Mean : null;
}
