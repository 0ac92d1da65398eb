using DeviceTwin.Cli.Demo;
using Spectre.Console;

namespace DeviceTwin.Tests.Cli.Demo;

/// <summary>The live table, on a wide screen and on one of 80 columns.</summary>
public sealed class DemoScreenTests
{
    private static readonly DemoStatus Status = new(
        [new("node-05", "Compressor 5", "overheating", null, "refused", "refused", 3, 4, "Rejected", false, true, [], 1234, 3)],
        null,
        new DemoReportTotals(1, 2, 3));

    [TestCase(80, false)]
    [TestCase(120, true)]
    public void No_word_is_folded_and_counts_show_where_there_is_room(int width, bool counts)
    {
        var lines = Render(width);
        var row = lines.Single(line => line.Contains("node-05", StringComparison.Ordinal));

        Assert.That(row, Does.Contain("Compressor 5").And.Contain("overheating").And.Contain("refused").And.Contain("Rejected").And.Contain("connected"));
        Assert.That(row.Contains("1234", StringComparison.Ordinal), Is.EqualTo(counts));
        Assert.That(lines.Select(line => line.Length), Is.All.LessThanOrEqualTo(width));
    }

    private static string[] Render(int width)
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = width;
        console.Write(DemoScreen.ToTable(Status, width));
        return text.ToString().Split('\n').Select(line => line.TrimEnd('\r')).ToArray();
    }
}
