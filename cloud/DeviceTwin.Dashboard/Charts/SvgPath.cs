using System.Globalization;
using System.Text;

namespace DeviceTwin.Dashboard.Charts;

/// <summary>
/// Writes paths for a plot of 1000 by 1000 units that the browser stretches over the plot's box
/// (<c>preserveAspectRatio="none"</c>, strokes do not scale): one markup for every screen width.
/// </summary>
public static class SvgPath
{
    public const double Size = 1000;

    /// <summary>A number with at most one decimal.</summary>
    public static string Number(double value) => Math.Round(value, 1).ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>A share of the plot as a CSS percentage.</summary>
    public static string Percent(double share) => (share * 100).ToString("0.##", CultureInfo.InvariantCulture) + "%";

    /// <summary>A line through the points; a null breaks it, and a point alone between breaks becomes a short dash.</summary>
    /// <param name="points">Shares of width (rightwards) and height (upwards).</param>
    public static string Line(IEnumerable<(double X, double? Y)> points)
    {
        var path = new StringBuilder();
        var drawing = false;
        var first = (X: 0.0, Y: 0.0);
        var length = 0;
        foreach (var (x, y) in points)
        {
            if (y is { } height)
            {
                var at = (X: x * Size, Y: (1 - Math.Clamp(height, 0, 1)) * Size);
                path.Append(drawing ? 'L' : 'M').Append(Number(at.X)).Append(' ').Append(Number(at.Y));
                first = drawing ? first : at;
                length = drawing ? length + 1 : 1;
                drawing = true;
            }
            else
            {
                Finish();
                drawing = false;
            }
        }

        Finish();
        return path.ToString();

        void Finish()
        {
            if (drawing && length == 1)
            {
                path.Append('L').Append(Number(first.X + 2)).Append(' ').Append(Number(first.Y));
            }
        }
    }

    /// <summary>The area between a line without breaks and the bottom.</summary>
    public static string Area(IReadOnlyList<(double X, double? Y)> points) => points.Count == 0
        ? ""
        : $"{Line(points)}L{Number(points[^1].X * Size)} {Size}L{Number(points[0].X * Size)} {Size}Z";
}
