using System.Globalization;
using System.Text;

namespace DeviceTwin.Analytics.Reports;

/// <summary>The alarms of one machine as a small drawing: what was found, the settings that hold, the settings proposed, one below the other.</summary>
internal static class ReplayTimeline
{
    private const double Left = 120;
    private const double Width = 860;
    private const double RowHeight = 18;
    private const double BarHeight = 12;
    private const double LeastBar = 1.5;
    private const int MostBars = 300;

    public static void Write(StringBuilder page, ReplayReport report, MachineReport machine)
    {
        if (report.Captures.From is not { } from || report.Captures.Until is not { } to)
        {
            return;
        }

        var axis = new Axis(from, to);
        page.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Left + Width:0} {(RowHeight * 3) + 16:0}\" role=\"img\" aria-label=\"alarms before and after\">");
        Row(page, 0, "found");
        foreach (var finding in report.Findings.Where(finding => finding.Machine == machine.Machine).Take(MostBars))
        {
            Bar(page, axis, 0, finding.From ?? from, finding.To ?? axis.To, finding.IsFault ? "fault" : "noFault", finding.Kind);
        }

        Side(page, axis, machine, 1, "settings that hold", series => series.Old);
        Side(page, axis, machine, 2, "proposed", series => series.New);
        var foot = (RowHeight * 3) + 12;
        page.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left:0}\" y=\"{foot:0}\">{ReplayWords.At(from)}</text>")
            .Append(CultureInfo.InvariantCulture, $"<text x=\"{Left + Width:0}\" y=\"{foot:0}\" text-anchor=\"end\">{ReplayWords.At(to)}</text></svg>\n");
    }

    private static void Side(StringBuilder page, Axis axis, MachineReport machine, int row, string name, Func<SeriesReport, SideReport> side)
    {
        var total = machine.Series.Sum(series => side(series).Alarms);

        // What was active at the end of what is known of its point ends there.
        var alarms = machine.Series.SelectMany(series => side(series).AlarmList.Select(alarm => alarm with { ClearedAt = alarm.ClearedAt ?? series.Captures.Until }))
            .OrderBy(alarm => alarm.RaisedAt).Take(MostBars).ToArray();
        Row(page, row, alarms.Length < total ? $"{name}, {alarms.Length} of {total}" : name);
        foreach (var alarm in alarms)
        {
            Bar(page, axis, row, alarm.RaisedAt, alarm.ClearedAt ?? axis.To, alarm.Truth, $"{alarm.Kind} ({string.Join(' ', alarm.Causes)}), {alarm.Truth}");
        }
    }

    private static void Row(StringBuilder page, int row, string name) =>
        page.Append(CultureInfo.InvariantCulture, $"<text x=\"0\" y=\"{(row * RowHeight) + 12:0}\">{ReplayHtml.Escaped(name)}</text>")
            .Append(CultureInfo.InvariantCulture, $"<line class=\"axis\" x1=\"{Left:0}\" x2=\"{Left + Width:0}\" y1=\"{(row * RowHeight) + 15:0}\" y2=\"{(row * RowHeight) + 15:0}\"/>");

    private static void Bar(StringBuilder page, Axis axis, int row, DateTimeOffset from, DateTimeOffset to, string kind, string title)
    {
        var left = axis.At(from);
        var width = Math.Max(LeastBar, axis.At(to) - left);
        page.Append(CultureInfo.InvariantCulture, $"<rect class=\"{ReplayHtml.Escaped(kind)}\" x=\"{left:0.0}\" y=\"{(row * RowHeight) + 2:0}\" width=\"{width:0.0}\" height=\"{BarHeight:0}\">")
            .Append(CultureInfo.InvariantCulture, $"<title>{ReplayHtml.Escaped(title)} {ReplayWords.At(from)}</title></rect>");
    }

    private readonly record struct Axis(DateTimeOffset From, DateTimeOffset To)
    {
        public double At(DateTimeOffset at) => Left + (Width * Math.Clamp((at - From) / (To - From), 0, 1));
    }
}
