using System.Globalization;

namespace DeviceTwin.Cli.Spectra;

/// <summary>Both spectra as a PNG file.</summary>
internal static class SpectrumPng
{
    private const int Width = 960;
    private const int PanelHeight = 260;
    private const int Margin = 84;
    private const int Ink = 0x1F4E79;
    private const int Grid = 0xDDDDDD;
    private const int Text = 0x333333;

    public static byte[] Write(Spectrum spectrum)
    {
        var panels = Panel.Of(spectrum);
        var image = new PngImage(Width, (panels.Count * PanelHeight) + 40);
        PixelFont.Draw(image, Margin, 14, Path.GetFileName(spectrum.File), Text);
        for (var index = 0; index < panels.Count; index++)
        {
            Draw(image, panels[index], 40 + (index * PanelHeight));
        }

        return image.ToBytes();
    }

    private static void Draw(PngImage image, Panel panel, int top)
    {
        var (left, right, upper, lower) = (Margin, Width - 32, top + 28, top + PanelHeight - 44);
        PixelFont.Draw(image, left, top + 6, panel.Title, Text);
        for (var step = 0; step <= 4; step++)
        {
            var (x, y) = (left + ((right - left) * step / 4), lower - ((lower - upper) * step / 4));
            image.Line(left, y, right, y, Grid);
            var (level, hertz) = (BraillePlot.Short(panel.Highest * step / 4), BraillePlot.Short(panel.TopHertz * step / 4));
            PixelFont.Draw(image, left - 8 - PixelFont.Width(level), y - (PixelFont.Height / 2), level, Text);
            PixelFont.Draw(image, x - (PixelFont.Width(hertz) / 2), lower + 8, hertz, Text);
        }

        PixelFont.Draw(image, right - PixelFont.Width("Hz"), lower + 24, "Hz", Text);
        foreach (var marker in panel.Markers)
        {
            var x = left + (int)((right - left) * marker.Hertz / panel.TopHertz);
            var colour = int.Parse(panel.Colour(marker).AsSpan(1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            image.Line(x, upper, x, lower, colour, every: 4);
            PixelFont.Draw(image, x + 3, upper + ((PixelFont.Height + 2) * (marker.Harmonic - 1)), marker.Label, colour);
        }

        var before = lower;
        for (var x = left; x < right; x++)
        {
            var largest = panel.Lines.Largest((x - left) * panel.TopHertz / (right - left), (x + 1 - left) * panel.TopHertz / (right - left));
            var y = lower - (int)((lower - upper) * Math.Min(1, largest / panel.Highest));
            image.Line(x, before, x, y, Ink);
            before = y;
        }
    }
}
