using DeviceTwin.Dashboard.View;

namespace DeviceTwin.Dashboard.Charts;

/// <summary>A family of marked frequencies: the shaft or one way a bearing fails.</summary>
/// <param name="Key">Stable name for style and tests: <c>shaft, outer, inner, ball, cage</c>.</param>
/// <param name="Label">As engineers write it: <c>shaft, BPFO, BPFI, 2×BSF, FTF</c>.</param>
/// <param name="FundamentalHertz">Frequency of the first mark.</param>
/// <param name="Orders">Multiple of the shaft speed of the first mark.</param>
public sealed record MarkFamily(string Key, string Label, double FundamentalHertz, double Orders, IReadOnlyList<Mark> Marks);

/// <param name="Harmonic">1 for the fundamental.</param>
/// <param name="Share">0 to 1 along the frequency axis.</param>
/// <param name="Peak">Largest value in the bins around the mark, in the chart's unit.</param>
public sealed record Mark(int Harmonic, double Hertz, double Share, double Peak);

/// <summary>What a spectrum chart draws. Pure.</summary>
/// <param name="Frequency">In hertz, from 0 to the last bin.</param>
/// <param name="AmplitudeTicks">Labels in the unit of the values shown.</param>
/// <param name="Values">Scaled to the unit shown.</param>
public sealed record SpectrumModel(
    Axis Frequency,
    IReadOnlyList<AxisTick> AmplitudeTicks,
    double BinHertz,
    IReadOnlyList<double> Values,
    IReadOnlyList<MarkFamily> Families,
    string Line,
    string Area)
{
    /// <summary>Marks per family: more clutter the plot, and the first few carry the diagnosis.</summary>
    public const int Harmonics = 5;

    /// <param name="scale">Shown value = bin × this (0.001 turns µm/s into mm/s and thousandths into multiples).</param>
    /// <param name="logarithmic">Small peaks beside large ones: four decades below the largest value.</param>
    /// <param name="cage">Whether to mark the cage: its blows modulate, so it stands in the envelope only.</param>
    /// <returns>Null where there are no bins: then there is nothing to draw.</returns>
    public static SpectrumModel? Create(SpectrumBins? bins, int shaftSpeedMilliHertz, BearingOrders orders, double scale, bool logarithmic = false, bool cage = false)
    {
        if (bins is null || bins.Values.Count < 2 || bins.BinMilliHertz <= 0)
        {
            return null;
        }

        var binHertz = bins.BinMilliHertz / 1000.0;
        double[] values = [.. bins.Values.Select(value => value * scale)];
        var frequency = new Axis(0, binHertz * (values.Length - 1));
        var amplitude = logarithmic ? Decades(values.Max()) : Axis.FromZero(values.Max());
        (double X, double? Y)[] points =
            [.. values.Select((value, bin) => (frequency.Share(bin * binHertz), (double?)amplitude.Share(logarithmic ? Math.Log10(Math.Max(value, 1e-9)) : value)))];
        return new SpectrumModel(
            frequency,
            logarithmic ? DecadeTicks(amplitude) : amplitude.Ticks(5),
            binHertz,
            values,
            FamiliesOf(shaftSpeedMilliHertz / 1000.0, orders, cage, frequency, binHertz, values),
            SvgPath.Line(points),
            SvgPath.Area(points));
    }

    /// <summary>Powers of ten, of which the uppermost holds the largest value.</summary>
    private static Axis Decades(double largest)
    {
        var top = Math.Ceiling(Math.Log10(Math.Max(largest, 1e-3)) - 1e-9);
        return new Axis(top - 4, top);
    }

    private static AxisTick[] DecadeTicks(Axis decades) =>
        [.. Enumerable.Range(0, 5).Select(step => decades.From + step).Select(power => new AxisTick(
            Math.Pow(10, power),
            decades.Share(power),
            Math.Pow(10, power).ToString("0.####", System.Globalization.CultureInfo.InvariantCulture)))];

    private static List<MarkFamily> FamiliesOf(double shaftHertz, BearingOrders orders, bool cage, Axis frequency, double binHertz, double[] values)
    {
        var families = new List<MarkFamily>();
        if (shaftHertz <= 0)
        {
            return families;
        }

        Add("shaft", "shaft", 1, 3);
        Add("outer", "BPFO", orders.BpfoMilli / 1000.0, Harmonics);
        Add("inner", "BPFI", orders.BpfiMilli / 1000.0, Harmonics);

        // A ball strikes both races once per spin: the fault shows at twice the spin.
        Add("ball", "2×BSF", 2 * orders.BsfMilli / 1000.0, Harmonics);
        if (cage)
        {
            // Its multiples would stand closer than their labels are wide.
            Add("cage", "FTF", orders.FtfMilli / 1000.0, 1);
        }

        return families;

        void Add(string key, string label, double multiple, int harmonics)
        {
            var marks = Enumerable.Range(1, harmonics)
                .Select(harmonic => (harmonic, hertz: harmonic * multiple * shaftHertz))
                .Where(mark => multiple > 0 && mark.hertz <= frequency.To)
                .Select(mark => new Mark(mark.harmonic, mark.hertz, frequency.Share(mark.hertz), PeakNear(mark.hertz, binHertz, values)))
                .ToArray();
            if (marks.Length > 0)
            {
                families.Add(new MarkFamily(key, label, multiple * shaftHertz, multiple, marks));
            }
        }
    }

    /// <summary>Within two bins, or one per cent of the frequency: rolling elements slip, and speed is nominal.</summary>
    private static double PeakNear(double hertz, double binHertz, double[] values)
    {
        var reach = Math.Max(2 * binHertz, 0.01 * hertz);
        var first = Math.Clamp((int)Math.Ceiling((hertz - reach) / binHertz), 0, values.Length - 1);
        var last = Math.Clamp((int)Math.Floor((hertz + reach) / binHertz), first, values.Length - 1);
        return values[first..(last + 1)].Max();
    }
}
