using DeviceTwin.SensorNode.Detection;
using Monitor = DeviceTwin.SensorNode.Detection.Monitor;

namespace DeviceTwin.Bench.Evaluation.Trends;

/// <summary>Drives the firmware's monitor over the snapshots of a run to failure, one monitor per channel group.</summary>
public static class RunToFailure
{
    private const double RivalFactor = 3;

    /// <summary>Alarms raised and the rival's, over one run.</summary>
    public static RunTrend Evaluate(SnapshotSeries series, DetectorSettings settings)
    {
        var own = new List<(int Snapshot, string Cause, string Group)>();
        var rival = new List<int>();
        SensorTrend? temperature = null;
        for (int group = 0; group < series.Groups.Length; group++)
        {
            own.AddRange(Raises(series, group, settings));
            rival.AddRange(Crossings(series, group));
        }

        if (series.Temperatures is not null)
        {
            temperature = Sensor(series);
        }

        var first = own.Where(raise => !series.IsFirstHalf(raise.Snapshot)).OrderBy(raise => raise.Snapshot).FirstOrDefault();
        int[] late = [.. rival.Where(snapshot => !series.IsFirstHalf(snapshot)).Order()];
        return new RunTrend(
            first.Cause is not null,
            first.Cause is null ? null : series.HoursToEnd(first.Snapshot),
            own.Count(raise => series.IsFirstHalf(raise.Snapshot)),
            first.Cause,
            first.Group,
            series.HoursToEnd(0),
            new RivalTrend(late.Length > 0, late.Length > 0 ? series.HoursToEnd(late[0]) : null, rival.Count(series.IsFirstHalf)),
            temperature);
    }

    private static IEnumerable<(int Snapshot, string Cause, string Group)> Raises(SnapshotSeries series, int group, DetectorSettings settings)
    {
        var monitor = new Monitor();
        var result = new DetectorResult();
        int[] raises = new int[AlarmCause.Count];
        for (int i = 0; i < series.Count; i++)
        {
            // Only the level is known of a snapshot: no velocity, no envelope, no unit of the temperature that a limit could be set for.
            result.Clear();
            result.AccelerationMilliG = (int)Math.Round(series.Levels[group][i] * 1000);
            monitor.Step(result, Monitor.NoTemperature, (long)(series.Seconds[i] * 1000), settings);
            for (int cause = 0; cause < AlarmCause.Count; cause++)
            {
                if (monitor.Alarm(cause).Raises > raises[cause])
                {
                    raises[cause] = monitor.Alarm(cause).Raises;
                    yield return (i, AlarmCause.Word(cause), series.Groups[group]);
                }
            }
        }
    }

    private static IEnumerable<int> Crossings(SnapshotSeries series, int group)
    {
        double limit = RivalFactor * SnapshotSeries.Median(series.Levels[group].Take(Math.Max(1, series.Count / 10)));
        bool wasAbove = false;
        for (int i = 0; i < series.Count; i++)
        {
            bool isAbove = series.Levels[group][i] > limit;
            if (isAbove && !wasAbove)
            {
                yield return i;
            }

            wasAbove = isAbove;
        }
    }

    private static SensorTrend Sensor(SnapshotSeries series)
    {
        var watch = new TemperatureWatch();
        int readings = 0;
        int refused = 0;
        int highest = int.MinValue;
        for (int i = 0; i < series.Count; i++)
        {
            if (series.Temperatures![i] is double value)
            {
                readings++;
                watch.Step((int)Math.Round(value * 100), (long)(series.Seconds[i] * 1000), true);
                refused += watch.CentiCelsius == TemperatureWatch.NoTemperature ? 1 : 0;
                highest = Math.Max(highest, watch.CentiCelsius);
            }
        }

        return new SensorTrend(readings, refused, highest / 100.0);
    }
}
