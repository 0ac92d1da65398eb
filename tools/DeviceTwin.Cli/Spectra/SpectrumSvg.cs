using System.Globalization;
using System.Net;
using System.Text;

namespace DeviceTwin.Cli.Spectra;

/// <summary>Both spectra as one SVG file that needs nothing else.</summary>
internal static class SpectrumSvg
{
    private const int Width = 960;
    private const int PanelHeight = 260;
    private const int Margin = 64;

    public static string Write(Spectrum spectrum)
    {
        var panels = Panel.Of(spectrum);
        var height = (panels.Count * PanelHeight) + 40;
        var svg = new StringBuilder(Invariant(
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" width=\"{Width}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">\n"));
        svg.Append(Invariant($"<rect width=\"{Width}\" height=\"{height}\" fill=\"#fff\"/>\n<text x=\"{Margin}\" y=\"24\" font-size=\"15\">{WebUtility.HtmlEncode(Path.GetFileName(spectrum.File))}</text>\n"));
        for (var index = 0; index < panels.Count; index++)
        {
            Draw(svg, panels[index], 40 + (index * PanelHeight));
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void Draw(StringBuilder svg, Panel panel, int top)
    {
        var (left, right, upper, lower) = (Margin, Width - 24, top + 28, top + PanelHeight - 40);
        svg.Append(Invariant($"<text x=\"{left}\" y=\"{top + 16}\">{WebUtility.HtmlEncode(panel.Title)}</text>\n"));
        for (var step = 0; step <= 4; step++)
        {
            var (x, y) = (left + ((right - left) * step / 4.0), lower - ((lower - upper) * step / 4.0));
            svg.Append(Invariant($"<line x1=\"{left}\" y1=\"{y:0.#}\" x2=\"{right}\" y2=\"{y:0.#}\" stroke=\"#ddd\"/>"));
            svg.Append(Invariant($"<text x=\"{left - 6}\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{BraillePlot.Short(panel.Highest * step / 4)}</text>"));
            svg.Append(Invariant($"<text x=\"{x:0.#}\" y=\"{lower + 16}\" text-anchor=\"middle\">{BraillePlot.Short(panel.TopHertz * step / 4)}</text>\n"));
        }

        svg.Append(Invariant($"<text x=\"{right}\" y=\"{lower + 32}\" text-anchor=\"end\">Hz</text>\n"));
        foreach (var marker in panel.Markers)
        {
            var x = left + ((right - left) * marker.Hertz / panel.TopHertz);
            svg.Append(Invariant($"<line x1=\"{x:0.#}\" y1=\"{upper}\" x2=\"{x:0.#}\" y2=\"{lower}\" stroke=\"{panel.Colour(marker)}\" stroke-dasharray=\"3 3\"/>"));
            svg.Append(Invariant($"<text x=\"{x + 2:0.#}\" y=\"{upper + 10 + (12 * (marker.Harmonic - 1))}\" font-size=\"10\" fill=\"{panel.Colour(marker)}\">{marker.Label}</text>\n"));
        }

        svg.Append("<polyline fill=\"none\" stroke=\"#1f4e79\" stroke-width=\"1\" points=\"");
        for (var line = 0; line < panel.Lines.Values.Count && line * panel.Lines.StepHertz <= panel.TopHertz; line++)
        {
            svg.Append(Invariant(
                $"{left + ((right - left) * line * panel.Lines.StepHertz / panel.TopHertz):0.#},{lower - ((lower - upper) * Math.Min(1, panel.Lines.Values[line] / panel.Highest)):0.#} "));
        }

        svg.Append("\"/>\n");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>One spectrum as it is drawn.</summary>
internal sealed record Panel(string Title, SpectrumLines Lines, double TopHertz, double Highest, IReadOnlyList<Marker> Markers)
{
    /// <summary>Amplitudes with the shaft's lines, the envelope with those of the bearing.</summary>
    public static IReadOnlyList<Panel> Of(Spectrum spectrum)
    {
        var amplitude = Make($"Amplitude in {spectrum.Unit}", spectrum.Amplitude, [.. spectrum.Markers.Where(marker => marker.Word == "shaft")]);
        return spectrum.Envelope is { } envelope ? [amplitude, Make("Envelope, in multiples of its floor", envelope, spectrum.Markers)] : [amplitude];
    }

    public string Colour(Marker marker) => marker.Word switch
    {
        "shaft" => "#888888",
        "bpfo" => "#c0392b",
        "bpfi" => "#8e44ad",
        "bsf" => "#d35400",
        _ => "#16a085",
    };

    private static Panel Make(string title, SpectrumLines lines, IReadOnlyList<Marker> markers) =>
        new(title, lines, lines.TopHertz, Math.Max(lines.Values.Max(), double.Epsilon), [.. markers.Where(marker => marker.Hertz < lines.TopHertz)]);
}
