using Spectre.Console;

namespace DeviceTwin.Cli.Demo;

/// <summary>What a person sees of a demo: a live table on a terminal, otherwise a line whenever something changes.</summary>
internal static class DemoScreen
{
    private const int WideScreen = 96;

    public static async Task<DemoStatus> WatchAsync(DemoRun run, CancellationToken cancellation)
    {
        Screen.Output.MarkupLine($"Dashboard: [link]{run.Dashboard}[/]   (Ctrl-C ends the demo)");
        if (!Screen.IsLive)
        {
            var lines = new ChangeLines(Console.Out);
            return await run.WatchAsync(lines.Show, cancellation);
        }

        return await Screen.Output.Live(new Text("Waiting for the nodes")).AutoClear(false).StartAsync(live => run.WatchAsync(
            status => live.UpdateTarget(ToTable(status, Screen.Output.Profile.Width)),
            cancellation));
    }

    /// <param name="width">Columns of the screen; a narrow one shows neither zone nor counts, so that no word is folded.</param>
    internal static Table ToTable(DemoStatus status, int width)
    {
        (string Title, Func<DemoReportNode, string> Cell)[] columns =
        [
            ("node", node => Markup.Escape(node.Id)),
            ("machine", node => Markup.Escape(node.Machine)),
            ("is", node => Markup.Escape(node.Label)),
            ("verdict", node => Words.Verdict(node.Verdict)),
            ("zone", node => node.Zone == "refused" ? "-" : Markup.Escape(node.Zone)),
            ("captures", node => node.Captures.ToString()),
            ("twin", node => Words.State(node.State)),
            ("versions", node => $"{node.DesiredVersion} / {node.ReportedVersion}"),
            ("connection", node => Words.Connection(node.Connected)),
        ];
        var shown = columns.Where(column => width >= WideScreen || column.Title is not ("zone" or "captures" or "versions")).ToList();
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var (title, _) in shown)
        {
            table.AddColumn(title, column => column.NoWrap = title is not "machine");
        }

        foreach (var node in status.Nodes)
        {
            table.AddRow([.. shown.Select(column => column.Cell(node))]);
        }

        return table.Caption(Markup.Escape(Summary(status)));
    }

    internal static string Summary(DemoStatus status)
    {
        var change = status.DesiredChange switch
        {
            null => "no setting changed yet",
            { Acknowledged: true } made => $"{made.Path} of {made.Node} changed and acknowledged (version {made.Version})",
            var made => $"{made.Path} of {made.Node} changed, waiting for the acknowledgement",
        };
        return $"{status.Totals.Telemetry} messages, {status.Totals.ReportedPatches} reported and {status.Totals.DesiredPatches} desired patches; {change}";
    }

    /// <summary>Prints a node's line when its verdict, state or connection changed.</summary>
    internal sealed class ChangeLines(TextWriter output)
    {
        private readonly Dictionary<string, string> last = [];

        public void Show(DemoStatus status)
        {
            foreach (var node in status.Nodes)
            {
                var line = $"{node.Id,-10} {node.Machine,-20} {node.Label,-14} {(node.Verdict.Length == 0 ? "-" : node.Verdict),-12} {node.State,-9} {(node.Connected ? "connected" : "offline")}";
                if (last.GetValueOrDefault(node.Id) != line)
                {
                    last[node.Id] = line;
                    output.WriteLine(line);
                }
            }
        }
    }
}
