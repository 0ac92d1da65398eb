using DeviceTwin.Analytics.Replays;

namespace DeviceTwin.Analytics.Reports;

/// <summary>When alarms spoke of a fault that was found.</summary>
/// <param name="Finding">Its place in the report's list.</param>
/// <param name="Captures">Replayed captures in its time; where there is none nobody could have seen it, and it does not count.</param>
public sealed record FindingOutcome(int Finding, long Captures, FindingAlarm Old, FindingAlarm New)
{
    internal static FindingOutcome Of(int index, ReplayFinding finding, IReadOnlyList<SeriesReport> series) => new(
        index,
        series.SelectMany(one => one.Findings).Where(captures => captures.Finding == index).Sum(captures => captures.Captures),
        FindingAlarm.Of(index, finding, series.Select(one => one.Old)),
        FindingAlarm.Of(index, finding, series.Select(one => one.New)));
}

/// <summary>The first alarm of one set of settings that speaks of a finding.</summary>
/// <param name="FirstAlarmAt">Null = none did.</param>
/// <param name="Kind">Its verdict.</param>
/// <param name="LeadSeconds">How long before the beginning of the finding it was raised; negative = after it; null where either is not known.</param>
public sealed record FindingAlarm(DateTimeOffset? FirstAlarmAt, string? Kind, long? LeadSeconds)
{
    internal static FindingAlarm Of(int index, ReplayFinding finding, IEnumerable<SideReport> sides)
    {
        var first = sides.SelectMany(side => side.FirstAlarms).Where(alarm => alarm.Finding == index)
            .OrderBy(alarm => alarm.At).ThenBy(alarm => alarm.Kind, StringComparer.Ordinal).FirstOrDefault();
        var lead = first is not null && finding.From is { } from ? (long?)Math.Floor((from - first.At).TotalSeconds) : null;
        return new FindingAlarm(first?.At, first?.Kind, lead);
    }
}
