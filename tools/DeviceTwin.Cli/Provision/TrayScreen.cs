using System.Collections.Concurrent;
using DeviceTwin.Provisioning.Tray;
using Spectre.Console;

namespace DeviceTwin.Cli.Provision;

/// <summary>What a person sees of a tray: a row for each board on a terminal, otherwise a line whenever one does something else. On standard error: the data comes at the end.</summary>
internal sealed class TrayScreen(IReadOnlyList<PlanRow> rows)
{
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(200);
    private readonly ConcurrentDictionary<string, BoardNews> latest = new();
    private readonly Lock gate = new();

    /// <summary>Shows a run.</summary>
    /// <param name="quiet">Nothing but its end.</param>
    /// <param name="run">Takes whom to tell.</param>
    public async Task<IReadOnlyList<BoardResult>> Watch(bool quiet, Func<Action<BoardNews>, Task<IReadOnlyList<BoardResult>>> run)
    {
        if (quiet)
        {
            return await run(_ => { });
        }

        if (!Screen.IsLive)
        {
            return await run(Line);
        }

        return await Screen.Output.Live(ToTable(rows, latest, Screen.Output.Profile.Width)).AutoClear(true).StartAsync(async live =>
        {
            var running = run(news => latest[news.Row.DeviceId] = news);
            using var tick = new PeriodicTimer(Redraw);
            while (!running.IsCompleted)
            {
                live.UpdateTarget(ToTable(rows, latest, Screen.Output.Profile.Width));
                await Task.WhenAny(running, tick.WaitForNextTickAsync().AsTask());
            }

            return await running;
        });
    }

    /// <param name="width">Columns of the screen; a narrow one shows no ports.</param>
    internal static Table ToTable(IReadOnlyList<PlanRow> rows, IReadOnlyDictionary<string, BoardNews> latest, int width)
    {
        const int Wide = 90;
        var table = new Table().Border(TableBorder.Rounded);
        table.AddColumn("node", column => column.NoWrap = true).AddColumn("machine").AddColumn("now", column => column.NoWrap = true);
        if (width >= Wide)
        {
            table.AddColumn("port", column => column.NoWrap = true);
        }

        foreach (var row in rows)
        {
            var news = latest.GetValueOrDefault(row.DeviceId) ?? new BoardNews(row, TrayStep.FindPort, null, 0, null, null);
            string[] cells = [Markup.Escape(row.DeviceId), Markup.Escape(row.MachineName), Now(news)];
            table.AddRow(width >= Wide ? [.. cells, Markup.Escape(news.Port ?? "-")] : cells);
        }

        var done = latest.Values.Count(news => news.Step == TrayStep.Done);
        var failed = latest.Values.Count(news => news.Step == TrayStep.Failed);
        return table.Caption($"{done} of {rows.Count} done, {failed} given up; Ctrl-C stops, the same command goes on");
    }

    private static string Now(BoardNews news)
    {
        var text = TrayWords.ForPeople(news.Step) + (news.Percent is { } percent ? $" {percent} %" : "") + (news.Code is { } code ? $" ({code})" : "");
        var colour = news.Step switch
        {
            TrayStep.Done => "green",
            TrayStep.Failed => "red",
            TrayStep.TapTest => "yellow bold",
            TrayStep.FindPort => "grey",
            _ => news.Code is null ? "default" : "yellow",
        };
        return $"[{colour}]{Markup.Escape(text)}[/]";
    }

    private void Line(BoardNews news)
    {
        lock (gate)
        {
            var before = latest.GetValueOrDefault(news.Row.DeviceId);
            latest[news.Row.DeviceId] = news;
            if (before?.Step != news.Step || before.Code != news.Code)
            {
                Console.Error.WriteLine($"{news.Row.DeviceId,-12} {TrayWords.ForPeople(news.Step)}{(news.Code is { } code ? $" ({code})" : "")}");
            }
        }
    }
}
