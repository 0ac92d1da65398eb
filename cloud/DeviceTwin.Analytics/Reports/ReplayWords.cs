using System.Globalization;

namespace DeviceTwin.Analytics.Reports;

/// <summary>How people read the figures of a report; the same in text and page.</summary>
internal static class ReplayWords
{
    public const string NotKnown = "not known";

    /// <summary>A moment in UTC, to the second.</summary>
    public static string At(DateTimeOffset? at) =>
        at?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "-";

    /// <summary>A duration in its largest fitting unit.</summary>
    public static string Span(long milliseconds)
    {
        var (value, unit) = Math.Abs(milliseconds) switch
        {
            < 120_000 => (milliseconds / 1000m, "s"),
            < 7_200_000 => (milliseconds / 60_000m, "min"),
            < 172_800_000 => (milliseconds / 3_600_000m, "h"),
            _ => (milliseconds / 86_400_000m, "d"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {unit}");
    }

    /// <summary>A lead time; negative = late.</summary>
    public static string Lead(long? seconds) => seconds is { } known ? Span(known * 1000) : NotKnown;

    /// <summary>A rate, or that it is not known.</summary>
    public static string Rate(decimal? rate) => rate?.ToString("0.###", CultureInfo.InvariantCulture) ?? NotKnown;

    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Words and how often, or a dash.</summary>
    public static string Counts(IReadOnlyList<WordCount> counts) =>
        counts.Count == 0 ? "-" : string.Join(", ", counts.Select(count => $"{count.Word} {Number(count.Count)}"));

    /// <summary>Machines in the order in which they ask for attention: false alarms by the proposed settings, then what differs.</summary>
    public static IEnumerable<MachineReport> ByAttention(IEnumerable<MachineReport> machines) => machines
        .OrderByDescending(machine => machine.New.ByTruth.Where(count => count.Word == AlarmTruth.False).Sum(count => count.Count))
        .ThenByDescending(machine => machine.Differences).ThenByDescending(machine => machine.New.Alarms).ThenBy(machine => machine.Machine, StringComparer.Ordinal);

    /// <summary>What became of the captures, in one sentence.</summary>
    public static string Captures(CaptureCounts captures) =>
        $"{Number(captures.Total)} asked for, {Number(captures.Replayed)} replayed, {Number(captures.Missing)} missing, {Number(captures.Damaged)} damaged, "
        + $"{Number(captures.Refused.Sum(count => count.Count))} refused{(captures.Refused.Count > 0 ? $" ({Counts(captures.Refused)})" : "")}"
        + (captures.ArrivalTimes > 0 ? $"; {Number(captures.ArrivalTimes)} at the time they arrived" : "");

    /// <summary>The figures of both sides, a row each: what, old, new.</summary>
    public static IEnumerable<(string What, string Old, string New)> Figures(ReplayReport report)
    {
        yield return Row("machines that alarm", side => $"{Number(side.AlarmedMachines)} of {Number(report.Machines.Count)}");
        yield return Row("alarms", side => Number(side.Alarms));
        yield return Row("alarms by kind", side => Counts(side.AlarmsByKind));
        yield return Row("alarms per machine-month of observed time", side => Rate(side.AlarmsPerMachineMonth));
        yield return Row("time in alarm", side => Span(side.AlarmedMilliseconds));
        yield return Row("captures by their own verdict", side => Counts(side.Verdicts));
        yield return Row("captures with a refusal", side => Counts(side.Refusals));
        yield return Row("messages", side =>
            $"features {Number(side.Messages.Features)}, spectra {Number(side.Messages.Spectra)}, alarms {Number(side.Messages.Alarms)}");
        if (report.Old.Truth is null || report.New.Truth is null)
        {
            yield break;
        }

        yield return Truth("precision, in captures", truth => truth.Precision.ToString());
        yield return Truth("recall, in captures", truth => truth.Recall.ToString());
        yield return Truth("F1, in captures", truth => truth.F1.Value?.ToString("0.000", CultureInfo.InvariantCulture) ?? NotKnown);
        yield return Truth("with the word of the finding", truth => truth.Named.ToString());
        yield return Truth("faults that an alarm spoke of", truth => truth.FindingsAlarmed.ToString());
        yield return Truth("alarms confirmed, of those findings speak of", truth => truth.AlarmsConfirmed.ToString());
        yield return Truth("false alarms", truth => Number(truth.FalseAlarms));
        yield return Truth("alarms no finding speaks of", truth => Number(truth.UnconfirmedAlarms));
        yield return Truth("false alarms per machine-month", truth => $"{Rate(truth.FalseAlarmsPerMachineMonth)} (of {Span(truth.NoFaultMilliseconds)} observed without fault)");
        yield return Truth("lead time, median", truth => $"{Lead(truth.MedianLeadSeconds)} (of {Number(truth.Leads)})");
        yield return Truth("lead time, worst", truth => Lead(truth.WorstLeadSeconds));

        (string, string, string) Row(string what, Func<SideSummary, string> figure) => (what, figure(report.Old), figure(report.New));

        (string, string, string) Truth(string what, Func<TruthSummary, string> figure) => (what, figure(report.Old.Truth!), figure(report.New.Truth!));
    }
}
