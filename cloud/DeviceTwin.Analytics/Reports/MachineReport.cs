namespace DeviceTwin.Analytics.Reports;

/// <summary>What the two settings said of one machine.</summary>
/// <param name="CoveredMilliseconds">
/// Observed time. Points of a machine are observed side by side: that of the point with most; nodes that followed each other at a point add up.
/// </param>
/// <param name="NoFaultMilliseconds">Observed time in which findings say that nothing was wrong, counted likewise.</param>
public sealed record MachineReport(
    string Machine, long CoveredMilliseconds, long NoFaultMilliseconds, MachineSide Old, MachineSide New, long Differences, IReadOnlyList<SeriesReport> Series)
{
    internal static MachineReport Of(string machine, IReadOnlyList<SeriesReport> series) => new(
        machine,
        Longest(series, one => one.Captures.CoveredMilliseconds),
        Longest(series, one => one.Captures.NoFaultMilliseconds),
        MachineSide.Of(series.Select(one => one.Old)),
        MachineSide.Of(series.Select(one => one.New)),
        series.Sum(one => one.DifferenceCount),
        series);

    private static long Longest(IReadOnlyList<SeriesReport> series, Func<SeriesReport, long> time) =>
        series.GroupBy(one => one.Point).Max(point => point.Sum(time));
}

/// <summary>What one set of settings said of a machine: would it have alarmed, when, how often, of what.</summary>
/// <param name="FirstAlarmAt">Null = never.</param>
/// <param name="LastAlarmAt">When the last alarm that is listed was raised; null = never.</param>
/// <param name="AlarmedMilliseconds">Time with an active alarm, summed over its points.</param>
public sealed record MachineSide(
    long Alarms,
    IReadOnlyList<WordCount> AlarmsByKind,
    IReadOnlyList<WordCount> ByTruth,
    DateTimeOffset? FirstAlarmAt,
    DateTimeOffset? LastAlarmAt,
    long AlarmedMilliseconds)
{
    internal static MachineSide Of(IEnumerable<SideReport> sides)
    {
        var all = sides.ToArray();
        var raised = all.SelectMany(side => side.AlarmList).Select(alarm => (DateTimeOffset?)alarm.RaisedAt).ToArray();
        return new MachineSide(
            all.Sum(side => side.Alarms),
            WordCount.Sum(all.Select(side => side.AlarmsByKind)),
            WordCount.Sum(all.Select(side => side.ByTruth)),
            raised.Min(),
            raised.Max(),
            all.Sum(side => side.AlarmedMilliseconds));
    }
}
