using Spectre.Console;
using Spectre.Console.Rendering;

namespace DeviceTwin.Cli;

/// <summary>
/// A table that fits the screen: where it would be wider, columns leave by their rank, the last first, and it says which. What is left out is in
/// <c>--json</c>.
/// </summary>
internal sealed class Grid
{
    private const int LeastFolded = 24;

    private readonly List<(string Name, int Rank, bool Right, bool Folds)> columns = [];
    private readonly List<string[]> rows = [];

    /// <param name="rank">0 = stays whatever the width; the higher, the sooner it leaves.</param>
    /// <param name="right">Numbers.</param>
    /// <param name="folds">Texts that may go on below themselves.</param>
    public Grid Column(string name, int rank = 0, bool right = false, bool folds = false)
    {
        columns.Add((name, rank, right, folds));
        return this;
    }

    /// <param name="cells">Markup, a cell for each column.</param>
    public Grid Row(params string[] cells)
    {
        rows.Add(cells);
        return this;
    }

    public int Count => rows.Count;

    /// <summary>Prints it, and what was left out; a table without rows is a sentence.</summary>
    public void Write()
    {
        if (rows.Count == 0)
        {
            Talk.Say("There are none.");
            return;
        }

        var console = Screen.Output;
        var (table, left) = Fit(console);
        console.Write(table);
        if (left.Count > 0)
        {
            Talk.Say($"Left out for the width of the screen: {string.Join(", ", left)}.");
        }
    }

    /// <summary>The table, and the columns that it has no room for.</summary>
    public (Table Table, IReadOnlyList<string> Left) Fit(IAnsiConsole console)
    {
        var kept = Enumerable.Range(0, columns.Count).ToList();
        var left = new List<string>();
        while (true)
        {
            var table = Make(kept);
            var width = ((IRenderable)table).Measure(RenderOptions.Create(console, console.Profile.Capabilities), int.MaxValue / 4).Max - kept.Sum(Foldable);
            var next = kept.Where(column => columns[column].Rank > 0).OrderByDescending(column => columns[column].Rank).ThenByDescending(column => column).FirstOrDefault(-1);
            if (width <= console.Profile.Width || next < 0)
            {
                return (table, left);
            }

            kept.Remove(next);
            left.Add(columns[next].Name);
        }
    }

    /// <summary>By how much a column may be narrower than its longest text.</summary>
    private int Foldable(int column) => columns[column].Folds ? Math.Max(0, rows.Select(row => Markup.Remove(row[column]).Length).DefaultIfEmpty().Max() - LeastFolded) : 0;

    private Table Make(IReadOnlyList<int> kept)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in kept)
        {
            var (name, _, right, folds) = columns[column];
            table.AddColumn(new TableColumn(Markup.Escape(name)) { NoWrap = !folds, Alignment = right ? Justify.Right : Justify.Left });
        }

        foreach (var row in rows)
        {
            table.AddRow([.. kept.Select(column => row[column])]);
        }

        return table;
    }
}
