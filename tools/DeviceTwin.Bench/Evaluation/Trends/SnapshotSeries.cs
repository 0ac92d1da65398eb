using System.Globalization;

namespace DeviceTwin.Bench.Evaluation.Trends;

/// <summary>
/// The snapshots of one run to failure, as its file holds them: features of each snapshot, not its waveform. A channel group is what one
/// sensor position sees: the two axes of a bearing, or the one channel it has; its level is the root of the mean of the squares.
/// </summary>
public sealed class SnapshotSeries
{
    /// <summary>A series as it was recorded, what came after the shutdown included.</summary>
    public SnapshotSeries(string run, double[] seconds, string[] groups, double[][] levels, double?[]? temperatures)
    {
        Run = run;
        Seconds = seconds;
        Groups = groups;
        Levels = levels;
        Temperatures = temperatures;
        Count = Running(levels);
    }

    /// <summary>Name of the run.</summary>
    public string Run { get; }

    /// <summary>Snapshots up to the last one of the running machine: what was recorded after the shutdown is left out.</summary>
    public int Count { get; }

    /// <summary>Time of each snapshot in seconds from the first.</summary>
    public double[] Seconds { get; }

    /// <summary>Names of the channel groups.</summary>
    public string[] Groups { get; }

    /// <summary>Level of each snapshot in g, by group.</summary>
    public double[][] Levels { get; }

    /// <summary>Temperature at each snapshot in degrees Celsius; null where the run has no sensor.</summary>
    public double?[]? Temperatures { get; }

    /// <summary>Whether a snapshot belongs to the first half of the run, by count or by time.</summary>
    public bool IsFirstHalf(int snapshot) => snapshot * 2 < Count || (Seconds[snapshot] - Seconds[0]) * 2 < Seconds[Count - 1] - Seconds[0];

    /// <summary>Hours from a snapshot to the last one of the running machine.</summary>
    public double HoursToEnd(int snapshot) => (Seconds[Count - 1] - Seconds[snapshot]) / 3600.0;

    /// <summary>The series as if its first snapshots were missing, or only every second, third … were there.</summary>
    public SnapshotSeries From(int start, int step)
    {
        double[] seconds = Some(Seconds);
        return new SnapshotSeries(Run, [.. seconds.Select(second => second - seconds[0])], Groups, [.. Levels.Select(Some)], null);

        double[] Some(double[] values) => [.. values.Skip(start).Where((_, i) => i % step == 0)];
    }

    /// <summary>Reads a run to failure; null where the item is another kind of trend.</summary>
    public static SnapshotSeries? Read(TrendItem item) => item.DataSet switch
    {
        "IMS-trend" => ReadIms(item),
        "FEMTO-PRONOSTIA" => ReadFemto(item),
        _ => null,
    };

    /// <summary>Reads a FEMTO-PRONOSTIA file: RMS of the horizontal and the vertical axis, and the temperature where there is one.</summary>
    public static SnapshotSeries ReadFemto(TrendItem item)
    {
        string[][] rows = Rows(item.Path);
        string[] header = rows[0];
        int time = Array.IndexOf(header, "t_s");
        int horizontal = Array.IndexOf(header, "h_rms_g");
        int vertical = Array.IndexOf(header, "v_rms_g");
        int temperature = Array.IndexOf(header, "temp_c");
        double[] seconds = Column(rows, time);
        double[] level = Combined([Column(rows, horizontal), Column(rows, vertical)]);
        double?[] temperatures = [.. rows.Skip(1).Select(row => Temperature(row[temperature]))];
        return new SnapshotSeries(item.Name, seconds, ["bearing"], [level], temperatures.Any(value => value is not null) ? temperatures : null);
    }

    /// <summary>Reads an IMS file: mean magnitude of each channel; channels whose names share a bearing make a group.</summary>
    public static SnapshotSeries ReadIms(TrendItem item)
    {
        string[][] rows = Rows(item.Path);
        string[] header = rows[0];
        double[] seconds =
        [
            .. rows.Skip(1).Select(row => DateTime.ParseExact(row[1], "yyyy.MM.dd.HH.mm.ss", CultureInfo.InvariantCulture))
                .Select(time => (time - DateTime.UnixEpoch).TotalSeconds),
        ];
        string name = item.Name.Replace("_mean_abs", string.Empty, StringComparison.Ordinal);
        var groups = Enumerable.Range(2, header.Length - 2).GroupBy(column => header[column].Split('-')[0]).ToArray();
        return new SnapshotSeries(
            name,
            [.. seconds.Select(second => second - seconds[0])],
            [.. groups.Select(group => group.Key)],
            [.. groups.Select(group => Combined([.. group.Select(column => Column(rows, column))]))],
            null);
    }

    private static string[][] Rows(string path) => [.. File.ReadLines(path).Where(line => line.Length > 0).Select(line => line.Split(','))];

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static double? Temperature(string text) => text.Length > 0 && Number(text) is var value && double.IsFinite(value) ? value : null;

    private static double[] Column(string[][] rows, int column) => [.. rows.Skip(1).Select(row => Number(row[column]))];

    private static double[] Combined(double[][] channels) =>
        [.. Enumerable.Range(0, channels[0].Length).Select(i => Math.Sqrt(channels.Average(channel => channel[i] * channel[i])))];

    private static int Running(double[][] levels)
    {
        int count = levels[0].Length;
        double[] usual = [.. levels.Select(level => Median(level.Take(Math.Max(1, count / 10))))];
        while (count > 2 && levels.Select((level, i) => level[count - 1] < 0.2 * usual[i]).All(isStill => isStill))
        {
            count--;
        }

        return count;
    }

    /// <summary>The median.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
