namespace DeviceTwin.Cli.Spectra;

/// <summary>Capitals, digits and a few signs on three by five pixels, drawn twice as large: enough to label an axis.</summary>
internal static class PixelFont
{
    private const int Scale = 2;

    /// <summary>Columns that a character takes.</summary>
    public const int Advance = 4 * Scale;

    /// <summary>Rows of a character.</summary>
    public const int Height = 5 * Scale;

    private const string Signs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.,-+/()_×:%";

    // A row of three pixels is an octal digit, 4 = left; five digits from the top for each sign.
    private const string Rows =
        "75557 26227 71747 71717 55711 74717 74757 71222 75757 75717 25755 65656 34443 65556 74647 74644 "
        + "34553 55755 72227 11152 55655 44447 57755 65555 25552 65644 25563 65655 34216 72222 55557 55552 "
        + "55775 55255 55222 71247 00002 00024 00700 02720 11244 12221 42224 00007 05250 02020 51245";

    private static readonly Dictionary<char, string> Glyphs = Signs.Zip(Rows.Split(' ')).ToDictionary(glyph => glyph.First, glyph => glyph.Second);

    /// <summary>Columns that a text takes.</summary>
    public static int Width(string text) => text.Length * Advance;

    /// <summary>Draws a text with its upper left corner here; a letter that there is not is left blank.</summary>
    public static void Draw(PngImage image, int x, int y, string text, int colour)
    {
        foreach (var letter in text.ToUpperInvariant())
        {
            if (Glyphs.TryGetValue(letter, out var rows))
            {
                for (var row = 0; row < rows.Length * Scale; row++)
                {
                    for (var column = 0; column < 3 * Scale; column++)
                    {
                        if (((rows[row / Scale] - '0') & (4 >> (column / Scale))) != 0)
                        {
                            image.Set(x + column, y + row, colour);
                        }
                    }
                }
            }

            x += Advance;
        }
    }
}
