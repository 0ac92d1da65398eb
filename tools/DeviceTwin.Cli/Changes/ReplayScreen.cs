using System.Globalization;
using Spectre.Console;

namespace DeviceTwin.Cli.Changes;

/// <summary>How far a replay is: a bar on a terminal, otherwise a line at every tenth, beside the data.</summary>
internal static class ReplayScreen
{
    /// <param name="mayRedraw">Whether standard output is for a person.</param>
    /// <param name="run">Is given a callback for captures done and captures in all; it may be called by several threads.</param>
    public static async Task<T> Watch<T>(bool mayRedraw, Func<Action<long, long>, Task<T>> run)
    {
        if (!mayRedraw || !Screen.IsLive)
        {
            var lines = new TenthLines(Console.Error);
            return await run(lines.Show);
        }

        return await Screen.Output.Progress().AutoClear(true).StartAsync(context =>
        {
            var bar = context.AddTask("captures");
            return run((done, all) => (bar.MaxValue, bar.Value) = (Math.Max(1, all), done));
        });
    }

    /// <summary>A line whenever another tenth is done.</summary>
    internal sealed class TenthLines(TextWriter talk)
    {
        private readonly Lock turn = new();
        private long shown = -1;

        public void Show(long done, long all)
        {
            var tenth = all > 0 ? 10 * done / all : -1;
            lock (turn)
            {
                if (tenth > shown)
                {
                    shown = tenth;
                    talk.WriteLine(string.Create(CultureInfo.InvariantCulture, $"replayed {done} of {all} captures"));
                }
            }
        }
    }
}
