namespace DeviceTwin.Analytics.Reports;

/// <summary>What one set of settings said of all machines.</summary>
/// <param name="AlarmedMachines">Machines with at least one alarm.</param>
/// <param name="AlarmsPerMachineMonth">Alarms in 30 days of observed time; null = nothing was observed.</param>
/// <param name="Verdicts">Verdicts of the captures by themselves.</param>
/// <param name="Refusals">Captures of which something that was asked was refused, by reason.</param>
/// <param name="Messages">Messages that these captures would have made.</param>
/// <param name="Truth">What findings say of it; null where no finding is attached.</param>
public sealed record SideSummary(
    long AlarmedMachines,
    long Alarms,
    IReadOnlyList<WordCount> AlarmsByKind,
    decimal? AlarmsPerMachineMonth,
    long AlarmedMilliseconds,
    IReadOnlyList<WordCount> Verdicts,
    IReadOnlyList<WordCount> Refusals,
    MessageCounts Messages,
    TruthSummary? Truth)
{
    internal const long MonthMilliseconds = 30L * 86400 * 1000;
    internal const int Places = 3;

    internal static SideSummary Of(
        IReadOnlyList<MachineReport> machines,
        IReadOnlyList<FindingOutcome> outcomes,
        bool hasFindings,
        Func<SeriesReport, SideReport> side,
        Func<MachineReport, MachineSide> machineSide,
        Func<FindingOutcome, FindingAlarm> alarm)
    {
        var sides = machines.SelectMany(machine => machine.Series).Select(side).ToArray();
        var alarms = sides.Sum(one => one.Alarms);
        return new SideSummary(
            machines.LongCount(machine => machineSide(machine).Alarms > 0),
            alarms,
            WordCount.Sum(sides.Select(one => one.AlarmsByKind)),
            PerMonth(alarms, machines.Sum(machine => machine.CoveredMilliseconds)),
            sides.Sum(one => one.AlarmedMilliseconds),
            WordCount.Sum(sides.Select(one => one.Verdicts)),
            WordCount.Sum(sides.Select(one => one.Refusals)),
            new MessageCounts(sides.Sum(one => one.Messages.Features), sides.Sum(one => one.Messages.Spectra), sides.Sum(one => one.Messages.Alarms)),
            hasFindings ? TruthSummary.Of(machines, sides, outcomes, alarm) : null);
    }

    /// <summary>Events in 30 days of observed time; null where none was observed.</summary>
    internal static decimal? PerMonth(long events, long milliseconds) => Fraction.Quotient((decimal)events * MonthMilliseconds, milliseconds, Places);
}
