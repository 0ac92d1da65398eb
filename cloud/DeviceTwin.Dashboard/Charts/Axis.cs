using System.Globalization;

namespace DeviceTwin.Dashboard.Charts;

/// <summary>A linear scale from a quantity to a share of the plot's width or height.</summary>
public sealed record Axis(double From, double To)
{
    /// <summary>0 at <see cref="From"/>, 1 at <see cref="To"/>; not clamped.</summary>
    public double Share(double value) => (value - From) / (To - From);

    /// <summary>Round values (1, 2 or 5 times a power of ten) inside the axis, about <paramref name="count"/> of them.</summary>
    public IReadOnlyList<AxisTick> Ticks(int count)
    {
        var step = RoundStep((To - From) / count);
        var decimals = Math.Max(0, (int)-Math.Floor(Math.Log10(step) + 1e-9));
        var ticks = new List<AxisTick>();
        for (var index = (long)Math.Ceiling((From / step) - 1e-9); index * step <= To + (step * 1e-9); index++)
        {
            var value = index * step;
            ticks.Add(new AxisTick(value, Share(value), value.ToString("F" + decimals, CultureInfo.InvariantCulture)));
        }

        return ticks;
    }

    /// <summary>From zero (or below, where the values go there) to a little over the largest value.</summary>
    public static Axis FromZero(double largest, double smallest = 0)
    {
        var top = largest <= 0 ? 1 : largest;
        var step = RoundStep((top - Math.Min(0, smallest)) / 4);
        var from = smallest < 0 ? Math.Floor(smallest / step) * step : 0;
        return new Axis(from, Math.Ceiling(top * 1.04 / step) * step);
    }

    /// <summary>Around the values, with at least <paramref name="least"/> between the ends, so that noise does not fill the plot.</summary>
    public static Axis Around(double smallest, double largest, double least)
    {
        var missing = Math.Max(0, least - (largest - smallest)) / 2;
        var step = RoundStep((largest - smallest + (2 * missing)) / 4);
        return new Axis(Math.Floor((smallest - missing) / step) * step, Math.Ceiling((largest + missing) / step) * step);
    }

    private static double RoundStep(double rough)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var lead = rough / power;
        return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
    }
}

/// <param name="Share">0 to 1 along the axis.</param>
public sealed record AxisTick(double Value, double Share, string Label);
