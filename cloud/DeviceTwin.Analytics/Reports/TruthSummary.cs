using DeviceTwin.Analytics.Replays;
using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Analytics.Reports;

/// <summary>
/// What findings say of one set of settings. Shares count captures in the time of a finding: said to be at fault or not, found at fault or not.
/// Captures that were refused or found the machine standing still said neither; they are in the matrix alone.
/// </summary>
/// <param name="Confusion">What was found, and what was said.</param>
/// <param name="Precision">Of the captures said to be at fault, those that were.</param>
/// <param name="Recall">Of the captures at fault, those that were said to be.</param>
/// <param name="F1">Harmonic mean of the two; not known where either is not.</param>
/// <param name="Named">Of the captures at fault that were said to be, those with the word of the finding.</param>
/// <param name="FindingsAlarmed">Of the faults found, with captures in their time, those that an alarm spoke of.</param>
/// <param name="AlarmsConfirmed">Of the alarms that findings speak of, those that a fault confirms.</param>
/// <param name="FalseAlarms">Alarms in the time of a finding that nothing was wrong.</param>
/// <param name="UnconfirmedAlarms">Alarms that no finding speaks of: neither right nor wrong.</param>
/// <param name="FalseAlarmsPerMachineMonth">False alarms in 30 days of <paramref name="NoFaultMilliseconds"/>; null = nothing of that was observed.</param>
/// <param name="NoFaultMilliseconds">Observed time in which findings say that nothing was wrong.</param>
/// <param name="Leads">Faults found whose lead time is known.</param>
/// <param name="MedianLeadSeconds">Negative = the alarm came after the finding's beginning; null = not known.</param>
/// <param name="WorstLeadSeconds">The smallest; null = not known.</param>
public sealed record TruthSummary(
    IReadOnlyList<ConfusionCell> Confusion,
    Fraction Precision,
    Fraction Recall,
    Fraction F1,
    Fraction Named,
    Fraction FindingsAlarmed,
    Fraction AlarmsConfirmed,
    long FalseAlarms,
    long UnconfirmedAlarms,
    decimal? FalseAlarmsPerMachineMonth,
    long NoFaultMilliseconds,
    long Leads,
    long? MedianLeadSeconds,
    long? WorstLeadSeconds)
{
    private static readonly string[] Neither = [Verdict.Word(Verdict.Refused), Verdict.Word(Verdict.NotRunning)];

    internal static TruthSummary Of(
        IReadOnlyList<MachineReport> machines,
        IReadOnlyList<SideReport> sides,
        IReadOnlyList<FindingOutcome> outcomes,
        Func<FindingOutcome, FindingAlarm> alarm)
    {
        var confusion = sides.SelectMany(side => side.Confusion).GroupBy(cell => (cell.Found, cell.Said))
            .OrderBy(group => group.Key.Found, StringComparer.Ordinal).ThenBy(group => group.Key.Said, StringComparer.Ordinal)
            .Select(group => new ConfusionCell(group.Key.Found, group.Key.Said, group.Sum(cell => cell.Captures))).ToArray();
        var normal = Verdict.Word(Verdict.Normal);
        var right = Count(confusion, cell => cell.Found != ReplayFinding.NoFault && cell.Said != normal);
        var wrong = Count(confusion, cell => cell.Found == ReplayFinding.NoFault && cell.Said != normal);
        var missed = Count(confusion, cell => cell.Found != ReplayFinding.NoFault && cell.Said == normal);
        var seen = outcomes.Where(outcome => outcome.Captures > 0).Select(alarm).ToArray();
        var truths = WordCount.Sum(sides.Select(side => side.ByTruth)).ToDictionary(count => count.Word, count => count.Count);
        var confirmed = truths.GetValueOrDefault(AlarmTruth.Confirmed);
        var untrue = truths.GetValueOrDefault(AlarmTruth.False);
        var noFault = machines.Sum(machine => machine.NoFaultMilliseconds);
        var leads = seen.Select(one => one.LeadSeconds).OfType<long>().Order().ToArray();
        return new TruthSummary(
            confusion,
            new Fraction(right, right + wrong),
            new Fraction(right, right + missed),
            right + wrong == 0 || right + missed == 0 ? Fraction.Unknown : new Fraction(2 * right, (2 * right) + wrong + missed),
            new Fraction(Count(confusion, cell => cell.Found != ReplayFinding.NoFault && cell.Found == cell.Said), right),
            new Fraction(seen.LongCount(one => one.FirstAlarmAt is not null), seen.Length),
            new Fraction(confirmed, confirmed + untrue),
            untrue,
            truths.GetValueOrDefault(AlarmTruth.Unconfirmed),
            SideSummary.PerMonth(untrue, noFault),
            noFault,
            leads.Length,
            Median(leads),
            leads.Length > 0 ? leads[0] : null);
    }

    private static long Count(IEnumerable<ConfusionCell> cells, Func<ConfusionCell, bool> which) =>
        cells.Where(cell => !Neither.Contains(cell.Said) && which(cell)).Sum(cell => cell.Captures);

    /// <summary>Of an even number the lower of the two in the middle: the more cautious.</summary>
    private static long? Median(long[] ordered) => ordered.Length == 0 ? null : ordered[(ordered.Length - 1) / 2];
}
