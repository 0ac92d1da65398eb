using System.Globalization;
using System.Text;

namespace DeviceTwin.Cli.Spectra;

/// <summary>Bars of dots for a terminal: two columns and four rows of dots in each character.</summary>
internal static class BraillePlot
{
    private const int LabelWidth = 9;
    private const char Blank = '\u2800';

    // The dots of a character's left and right column, from the bottom.
    private static readonly int[] Left = [0x40, 0x04, 0x02, 0x01];
    private static readonly int[] Right = [0x80, 0x20, 0x10, 0x08];

    /// <summary>The plot as lines of text: scale, bars, letters of the markers, and frequencies.</summary>
    /// <param name="lines">What is drawn, from 0 Hz.</param>
    /// <param name="topHertz">Where the axis ends.</param>
    /// <param name="width">Columns of the screen, at least 40.</param>
    /// <param name="height">Rows of bars.</param>
    public static IReadOnlyList<string> Draw(SpectrumLines lines, double topHertz, IReadOnlyList<Marker> markers, int width, int height)
    {
        var cells = Math.Max(30, width - LabelWidth - 1);
        var dots = Enumerable.Range(0, cells * 2).Select(dot => lines.Largest(dot * topHertz / (cells * 2), (dot + 1) * topHertz / (cells * 2))).ToArray();
        var highest = dots.Max();
        var levels = dots.Select(value => highest > 0 ? (int)Math.Round(value / highest * height * 4) : 0).ToArray();
        var rows = new List<string>();
        for (var row = height - 1; row >= 0; row--)
        {
            var label = row == height - 1 ? Short(highest) : row == 0 ? "0" : row == height / 2 ? Short(highest * (row + 0.5) / height) : "";
            var text = new StringBuilder(label.PadLeft(LabelWidth)).Append(' ');
            for (var cell = 0; cell < cells; cell++)
            {
                var dotsHere = Column(levels[cell * 2] - (row * 4), Left) | Column(levels[(cell * 2) + 1] - (row * 4), Right);
                text.Append(dotsHere == 0 ? ' ' : (char)(Blank + dotsHere));
            }

            rows.Add(text.ToString().TrimEnd());
        }

        if (Letters(markers, topHertz, cells) is { Length: > 0 } letters)
        {
            rows.Add(new string(' ', LabelWidth + 1) + letters);
        }

        rows.Add(new string(' ', LabelWidth + 1) + Axis(topHertz, cells));
        return rows;
    }

    private static int Column(int level, int[] bits)
    {
        var dots = 0;
        for (var dot = 0; dot < 4 && dot < level; dot++)
        {
            dots |= bits[dot];
        }

        return dots;
    }

    private static string Letters(IReadOnlyList<Marker> markers, double topHertz, int cells)
    {
        var row = new char[cells];
        Array.Fill(row, ' ');

        // Where two fall into one column, the rarer family stays: the shaft's own lines are drawn first.
        foreach (var marker in markers.Where(marker => marker.Hertz < topHertz).OrderBy(marker => marker.Word == "shaft" ? 0 : 1).ThenByDescending(marker => marker.Harmonic))
        {
            row[(int)(marker.Hertz / topHertz * cells)] = marker.Letter;
        }

        return new string(row).TrimEnd();
    }

    private static string Axis(double topHertz, int cells)
    {
        const int Steps = 4;
        var row = new char[cells];
        Array.Fill(row, ' ');
        for (var step = 0; step <= Steps; step++)
        {
            var text = Short(topHertz * step / Steps) + (step == Steps ? " Hz" : "");
            var at = step == Steps ? cells - text.Length : Math.Clamp((cells * step / Steps) - (step == 0 ? 0 : text.Length / 2), 0, cells - text.Length);
            text.CopyTo(0, row, at, text.Length);
        }

        return new string(row).TrimEnd();
    }

    /// <summary>Three figures, whatever the size.</summary>
    internal static string Short(double value) => Math.Abs(value) switch
    {
        >= 100 or 0 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        >= 1 => value.ToString("0.00", CultureInfo.InvariantCulture),
        >= 0.001 => value.ToString("0.0000", CultureInfo.InvariantCulture),
        _ => value.ToString("0.0E0", CultureInfo.InvariantCulture),
    };
}
