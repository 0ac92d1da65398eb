using System.Text;

namespace DeviceTwin.Analytics.Reports;

/// <summary>A report as text for a terminal.</summary>
public static class ReplayText
{
    /// <summary>Writes the report: figures beside each other, then the machines that differ, those with false alarms first. Lines end with LF.</summary>
    /// <param name="most">Machines that are listed; more are counted.</param>
    public static string Write(ReplayReport report, int most = 20)
    {
        var text = new StringBuilder();
        Line($"Replay of {ReplayWords.Number(report.Captures.Replayed)} captures of {ReplayWords.Number(report.Machines.Count)} machines, detector {report.Build}");
        Line($"  from {ReplayWords.At(report.Captures.From)} to {ReplayWords.At(report.Captures.To)} UTC, observed {ReplayWords.Span(report.Captures.CoveredMilliseconds)} in all, "
            + $"{ReplayWords.Span(report.Captures.SignalMilliseconds)} of samples");
        Line($"  captures: {ReplayWords.Captures(report.Captures)}");
        foreach (var change in report.Changes)
        {
            Line($"  change: {change.Path} {change.Old ?? "(several)"} -> {change.New ?? "(several)"}, {ReplayWords.Number(change.Series)} nodes, {change.Effect}");
        }

        Line("");
        Table([("", "settings that hold", "proposed"), .. ReplayWords.Figures(report)]);
        var differing = ReplayWords.ByAttention(report.Machines.Where(machine => machine.Differences > 0)).ToArray();
        Line("");
        Line($"Machines whose verdict or alarms differ: {ReplayWords.Number(differing.Length)}, at {ReplayWords.Number(report.Differences)} captures");
        Table([.. differing.Take(most).Select(machine => (
            Clean(machine.Machine), Said(machine.Old), $"{Said(machine.New)}, differs at {ReplayWords.Number(machine.Differences)}"))]);
        if (differing.Length > most)
        {
            Line($"  and {ReplayWords.Number(differing.Length - most)} more");
        }

        Line("");
        Line($"request {report.RequestHash}");
        Line($"result  {report.ResultHash}");
        return text.ToString();

        void Line(string line) => text.Append(line).Append('\n');

        void Table(IReadOnlyList<(string What, string Old, string New)> rows)
        {
            var what = rows.Select(row => row.What.Length).DefaultIfEmpty().Max();
            var old = rows.Select(row => row.Old.Length).DefaultIfEmpty().Max();
            foreach (var row in rows)
            {
                Line($"  {row.What.PadRight(what)}  {row.Old.PadRight(old)}  {row.New}".TrimEnd());
            }
        }
    }

    /// <summary>The figures beside each other: what, by the settings that hold, by those proposed.</summary>
    public static IReadOnlyList<(string What, string Old, string New)> Figures(ReplayReport report) => [.. ReplayWords.Figures(report)];

    private static string Said(MachineSide side) => side.Alarms == 0 ? "no alarm" : $"{ReplayWords.Counts(side.AlarmsByKind)} from {ReplayWords.At(side.FirstAlarmAt)}";

    /// <summary>A name from outside must not steer the terminal.</summary>
    private static string Clean(string name) => string.Concat(name.Select(letter => char.IsControl(letter) ? '?' : letter));
}
