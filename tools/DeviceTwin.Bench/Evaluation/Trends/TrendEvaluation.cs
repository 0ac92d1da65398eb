using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.Bench.Evaluation.Trends;

/// <summary>
/// Evaluates the firmware's monitor on the recorded trends of an index with one set of settings. The trend files hold features of snapshots,
/// not waveforms: what is evaluated here is baseline, drift, temperature and alarm logic, not the detector before them.
/// </summary>
public static class TrendEvaluation
{
    private const int FewestSnapshots = 10;

    /// <summary>The settings everything is evaluated with: the defaults.</summary>
    public static DetectorSettings Settings() => new();

    /// <summary>Runs everything that the index holds.</summary>
    /// <param name="indexPath">The index of the recordings.</param>
    /// <exception cref="RecordingException">A trend's file is not what its data set's files are.</exception>
    public static TrendReport Run(string indexPath)
    {
        IReadOnlyList<TrendItem> named = TrendItem.Read(indexPath);
        TrendItem[] items = [.. named.Where(item => item.Exists)];
        DetectorSettings settings = Settings();
        var trends = new SortedDictionary<string, RunTrend>(StringComparer.Ordinal);
        foreach (TrendItem item in items)
        {
            SnapshotSeries? series = Read(item, SnapshotSeries.Read);
            if (series is { Count: < FewestSnapshots })
            {
                throw Malformed(item, null);
            }

            if (series is not null)
            {
                trends[series.Run] = RunToFailure.Evaluate(series, settings);
            }
        }

        var temperatures = new SortedDictionary<string, TemperatureTrend>(StringComparer.Ordinal);
        foreach (TrendItem item in items.Where(item => item.DataSet == "NAB" && item.Windows.Count > 0))
        {
            temperatures[item.Name] = Read(item, LabelledTemperature.Read).Evaluate(settings);
        }

        return new TrendReport(trends, temperatures, Pump(items), [.. named.Where(item => !item.Exists).Select(item => item.Path)]);
    }

    private static T Read<T>(TrendItem item, Func<TrendItem, T> read)
    {
        try
        {
            return read(item);
        }
        catch (Exception exception) when (exception is FormatException or OverflowException or IndexOutOfRangeException or ArgumentOutOfRangeException)
        {
            throw Malformed(item, exception);
        }
    }

    private static RecordingException Malformed(TrendItem item, Exception? cause) => new(
        RecordingException.TrendMalformed, $"'{item.Path}' does not hold the columns and numbers of a {item.DataSet} file.", cause);

    private static SortedDictionary<string, PumpTrend> Pump(IReadOnlyList<TrendItem> items)
    {
        var groups = new SortedDictionary<string, PumpTrend>(StringComparer.Ordinal);
        foreach (var group in items.Where(item => item.DataSet.StartsWith("SKAB", StringComparison.Ordinal)).GroupBy(item => item.Name.Split('_')[0]))
        {
            PumpSeries[] files = [.. group.Select(item => Read(item, PumpSeries.Read)).OfType<PumpSeries>()];
            if (files.Length > 0)
            {
                groups[group.Key] = new PumpTrend(
                    files.Length,
                    files.Average(file => file.Auc(file.Score())),
                    files.Average(file => file.Auc(file.TSquared())),
                    files.Average(file => file.Auc(file.SmoothTSquared())));
            }
        }

        return groups;
    }
}
