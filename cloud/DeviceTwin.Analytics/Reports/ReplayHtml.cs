using System.Globalization;
using System.Net;
using System.Text;

namespace DeviceTwin.Analytics.Reports;

/// <summary>
/// A report as one HTML file: no script, nothing from elsewhere, light or dark as the reader has it. Every word that comes from outside is escaped.
/// What does not fit on the page (machines, differences) is counted there and whole in the JSON.
/// </summary>
public static class ReplayHtml
{
    /// <summary>Machines drawn; more are counted.</summary>
    public const int MostMachines = 200;

    /// <summary>Differences shown per node; more are counted.</summary>
    public const int MostDifferences = 20;

    private const string Style = """
        :root{color-scheme:light dark;--ink:#1c2530;--paper:#fff;--line:#d5dbe3;--soft:#f3f5f8;--mute:#5b6775;--good:#2f7d4f;--bad:#c23b31;--open:#b77a12;--truth:#7a8799}
        @media(prefers-color-scheme:dark){:root{--ink:#e3e8ee;--paper:#14191f;--line:#37414d;--soft:#1d242c;--mute:#9aa6b4;--good:#5cb97f;--bad:#ee7269;--open:#dba84a;--truth:#77869a}}
        body{font:15px/1.45 system-ui,sans-serif;color:var(--ink);background:var(--paper);margin:2rem auto;max-width:70rem;padding:0 1rem}
        h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}h3{font-size:1rem;margin:1.4rem 0 .3rem}
        table{border-collapse:collapse;width:100%;margin:.5rem 0}th,td{text-align:left;vertical-align:top;padding:.25rem .6rem;border-bottom:1px solid var(--line)}
        th{background:var(--soft);font-weight:600}details table{font-size:12px}
        details td:first-child{white-space:nowrap}details td:last-child{overflow-wrap:anywhere}
        p.note{color:var(--mute)}summary{cursor:pointer}
        svg{width:100%;height:auto;display:block}svg text{font:11px system-ui,sans-serif;fill:var(--mute)}
        .confirmed{fill:var(--good)}.false{fill:var(--bad)}.unconfirmed{fill:var(--open)}.fault{fill:var(--truth)}.noFault{fill:none;stroke:var(--truth);stroke-dasharray:3 2}
        .axis{stroke:var(--line)}.key{display:inline-block;width:.8em;height:.8em;margin:0 .3em 0 1em;background:currentColor}
        """;

    /// <summary>Writes the page.</summary>
    public static string Write(ReplayReport report)
    {
        var page = new StringBuilder();
        page.Append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
            .Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">")
            .Append("<meta name=\"viewport\" content=\"width=device-width\"><title>Replay</title><style>").Append(Style).Append("</style></head><body>\n");
        Head(page, report);
        Rows(page, ["", "settings that hold", "proposed"], ReplayWords.Figures(report).Select(row => new[] { row.What, row.Old, row.New }));
        Confusion(page, report);
        Outcomes(page, report);
        Machines(page, report);
        page.Append("<h2>Hashes</h2>");
        Rows(page, [], [["request", report.RequestHash], ["result", report.ResultHash], ["detector build", report.Build]]);
        return page.Append("</body></html>\n").ToString();
    }

    private static void Head(StringBuilder page, ReplayReport report)
    {
        page.Append("<h1>Replay</h1>");
        Note(page, $"{ReplayWords.Number(report.Machines.Count)} machines, {ReplayWords.At(report.Captures.From)} to {ReplayWords.At(report.Captures.To)} UTC; "
            + $"observed {ReplayWords.Span(report.Captures.CoveredMilliseconds)} in all, {ReplayWords.Span(report.Captures.SignalMilliseconds)} of samples. "
            + $"Captures: {ReplayWords.Captures(report.Captures)}.");
        Note(page, "Features and verdict of a capture are those of the node's own detector, bit for bit. Assumed: the baseline is learned from the stored captures alone; "
            + "between two of them the machine stays as in the first; nodes do not restart; no temperature.");
        page.Append("<h2>Changes</h2>");
        Rows(page, ["path", "from", "to", "nodes", "effect"], report.Changes.Select(change => new[]
        {
            change.Path, change.Old ?? "(several)", change.New ?? "(several)", ReplayWords.Number(change.Series), change.Effect,
        }));
        page.Append("<h2>Before and after</h2>");
    }

    private static void Confusion(StringBuilder page, ReplayReport report)
    {
        if (report.Old.Truth is not { } old || report.New.Truth is not { } proposed)
        {
            return;
        }

        page.Append("<h2>What was found, and what was said</h2>");
        Note(page, "Captures in the time of a finding.");
        var cells = old.Confusion.Concat(proposed.Confusion).Select(cell => (cell.Found, cell.Said)).Distinct()
            .OrderBy(cell => cell.Found, StringComparer.Ordinal).ThenBy(cell => cell.Said, StringComparer.Ordinal);
        Rows(page, ["found", "said", "settings that hold", "proposed"], cells.Select(cell => new[]
        {
            cell.Found, cell.Said, ReplayWords.Number(Captures(old, cell)), ReplayWords.Number(Captures(proposed, cell)),
        }));

        static long Captures(TruthSummary truth, (string Found, string Said) cell) =>
            truth.Confusion.Where(other => other.Found == cell.Found && other.Said == cell.Said).Sum(other => other.Captures);
    }

    private static void Outcomes(StringBuilder page, ReplayReport report)
    {
        if (report.Outcomes.Count == 0)
        {
            return;
        }

        page.Append("<h2>Faults found</h2>");
        Rows(page, ["machine", "point", "kind", "from", "captures", "first alarm, settings that hold", "lead", "first alarm, proposed", "lead"],
            report.Outcomes.OrderByDescending(outcome => outcome.Old != outcome.New).Take(MostMachines).Select(outcome =>
            {
                var finding = report.Findings[outcome.Finding];
                return new[]
                {
                    finding.Machine, finding.Point, finding.Kind, ReplayWords.At(finding.From), ReplayWords.Number(outcome.Captures), First(outcome.Old),
                    ReplayWords.Lead(outcome.Old.LeadSeconds), First(outcome.New), ReplayWords.Lead(outcome.New.LeadSeconds),
                };
            }));
        LeftOut(page, report.Outcomes.Count - MostMachines, "findings");

        static string First(FindingAlarm alarm) => alarm.FirstAlarmAt is null ? "none" : $"{alarm.Kind} {ReplayWords.At(alarm.FirstAlarmAt)}";
    }

    private static void Machines(StringBuilder page, ReplayReport report)
    {
        page.Append("<h2>Machines</h2><p class=\"note\">Alarms: <span class=\"key\" style=\"color:var(--good)\"></span>confirmed by a finding")
            .Append("<span class=\"key\" style=\"color:var(--bad)\"></span>false by a finding<span class=\"key\" style=\"color:var(--open)\"></span>no finding speaks of it")
            .Append("<span class=\"key\" style=\"color:var(--truth)\"></span>fault found</p>");
        var shown = ReplayWords.ByAttention(report.Machines.Where(machine => machine.Old.Alarms + machine.New.Alarms + machine.Differences > 0)).ToArray();
        foreach (var machine in shown.Take(MostMachines))
        {
            Machine(page, report, machine);
        }

        LeftOut(page, shown.Length - MostMachines, "machines with alarms or differences");
        Note(page, $"{ReplayWords.Number(report.Machines.Count - shown.Length)} machines without an alarm by either settings.");
    }

    private static void Machine(StringBuilder page, ReplayReport report, MachineReport machine)
    {
        page.Append("<h3>").Append(Escaped(machine.Machine)).Append("</h3>");
        Note(page, $"Alarms by the settings that hold: {ReplayWords.Counts(machine.Old.AlarmsByKind)}; by those proposed: {ReplayWords.Counts(machine.New.AlarmsByKind)}; "
            + $"observed {ReplayWords.Span(machine.CoveredMilliseconds)}; {ReplayWords.Number(machine.Differences)} captures at which they differ.");
        ReplayTimeline.Write(page, report, machine);
        foreach (var series in machine.Series.Where(series => series.DifferenceCount > 0))
        {
            page.Append("<details><summary>").Append(Escaped($"{series.Point} {series.DeviceId}: {ReplayWords.Number(series.DifferenceCount)} captures differ")).Append("</summary>");
            Rows(page, ["taken", "settings that hold", "proposed", "features by those proposed", "evidence"], series.Differences.Take(MostDifferences).Select(difference => new[]
            {
                ReplayWords.At(difference.Capture.TakenAt),
                Said(difference.Old),
                Said(difference.New),
                string.Join(", ", (difference.New.Features ?? difference.Old.Features ?? new Dictionary<string, int>()).Select(pair =>
                    string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {pair.Value}"))),
                $"waveform {difference.Capture.Sha256}, {difference.Capture.Frames} samples at {difference.Capture.RateMilliHertz} mHz, "
                    + $"{difference.Old.Fingerprint} and {difference.New.Fingerprint}",
            }));
            LeftOut(page, series.DifferenceCount - Math.Min(series.Differences.Count, MostDifferences), "differences");
            page.Append("</details>");
        }
    }

    private static string Said(CaptureSaid said) =>
        said.Verdict + (said.Alarms.Count > 0 ? $"; alarms {string.Join(' ', said.Alarms)}" : "") + (said.Refusals.Count > 0 ? $"; refused {string.Join(' ', said.Refusals)}" : "");

    private static void LeftOut(StringBuilder page, long count, string what)
    {
        if (count > 0)
        {
            Note(page, $"{ReplayWords.Number(count)} more {what} are not shown here.");
        }
    }

    private static void Note(StringBuilder page, string text) => page.Append("<p class=\"note\">").Append(Escaped(text)).Append("</p>\n");

    private static void Rows(StringBuilder page, string[] heads, IEnumerable<string[]> rows)
    {
        page.Append("<table>");
        if (heads.Length > 0)
        {
            page.Append("<thead><tr>").AppendJoin("", heads.Select(head => $"<th>{Escaped(head)}</th>")).Append("</tr></thead>");
        }

        page.Append("<tbody>");
        foreach (var row in rows)
        {
            page.Append("<tr>").AppendJoin("", row.Select(cell => $"<td>{Escaped(cell)}</td>")).Append("</tr>\n");
        }

        page.Append("</tbody></table>\n");
    }

    internal static string Escaped(string text) => WebUtility.HtmlEncode(text);
}
