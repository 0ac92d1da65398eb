using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Tests.SensorNode.Portable.Signal;

/// <summary>The two decimators: what they let through, what they hold back, and what they do at the ends of a block.</summary>
public sealed class DecimationTests
{
    private const double Rate = 26667;

    [TestCase(10)]
    [TestCase(1000)]
    [TestCase(3000)]
    [TestCase(5400)]
    [TestCase(5600)]
    public void Halving_passes_the_band_within_two_thousandths_of_a_decibel(double hertz)
    {
        Assert.That(Decibels(HalfGain(hertz)), Is.EqualTo(0).Within(0.002));
    }

    [TestCase(7734)]
    [TestCase(8500)]
    [TestCase(10000)]
    [TestCase(13000)]
    public void Halving_holds_back_what_would_fold_into_the_band_by_77_decibels(double hertz)
    {
        Assert.That(Decibels(HalfGain(hertz)), Is.LessThan(-77));
    }

    [TestCase(10)]
    [TestCase(500)]
    [TestCase(1000)]
    [TestCase(1080)]
    public void Quartering_passes_the_band_within_three_thousandths_of_a_decibel(double hertz)
    {
        Assert.That(Decibels(QuarterGain(hertz)), Is.EqualTo(0).Within(0.003));
    }

    [TestCase(2254)]
    [TestCase(3333)]
    [TestCase(4500)]
    [TestCase(6600)]
    public void Quartering_holds_back_what_would_fold_into_the_band_by_75_decibels(double hertz)
    {
        Assert.That(Decibels(QuarterGain(hertz)), Is.LessThan(-75));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(40)]
    [TestCase(62)]
    [TestCase(63)]
    [TestCase(64)]
    [TestCase(65)]
    [TestCase(1000)]
    public void Halving_a_constant_gives_zeros_whatever_the_length(int count)
    {
        var input = new short[count];
        Array.Fill(input, (short)2049);
        var output = new float[count / 2];

        int outputs = new HalfBandDecimator().Decimate(input, count, 2049, output);

        Assert.That(outputs, Is.EqualTo(count / 2));
        Assert.That(output, Is.All.EqualTo(0f).Within(0.001f));
    }

    [TestCase(0)]
    [TestCase(3)]
    [TestCase(27)]
    [TestCase(54)]
    [TestCase(55)]
    [TestCase(56)]
    [TestCase(58)]
    [TestCase(999)]
    public void Quartering_a_constant_gives_it_back_whatever_the_length(int count)
    {
        var input = new float[count];
        Array.Fill(input, 100f);
        var output = new float[count / 4];

        int outputs = new QuarterDecimator().Decimate(input, count, output);

        Assert.That(outputs, Is.EqualTo(count / 4));
        Assert.That(output, Is.All.EqualTo(100f).Within(0.001f));
    }

    [Test]
    public void Ends_are_filtered_as_if_the_end_samples_went_on()
    {
        short[] inner = new short[200];
        new Random(1).NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(inner.AsSpan()));
        short[] extended = [.. Enumerable.Repeat(inner[0], 40), .. inner, .. Enumerable.Repeat(inner[^1], 40)];
        var expected = new float[extended.Length / 2];
        var actual = new float[inner.Length / 2];
        var decimator = new HalfBandDecimator();
        decimator.Decimate(extended, extended.Length, 0, expected);

        decimator.Decimate(inner, inner.Length, 0, actual);

        Assert.That(actual, Is.EqualTo(expected[20..^20]));
    }

    private static double Decibels(double gain) => 20 * Math.Log10(gain);

    private static double HalfGain(double hertz)
    {
        const int Count = 8000;
        const double Peak = 32000;
        short[] input = Enumerable.Range(0, Count).Select(i => (short)Math.Round(Peak * Math.Sin(2 * Math.PI * hertz / Rate * i))).ToArray();
        var output = new float[Count / 2];
        new HalfBandDecimator().Decimate(input, Count, 0, output);
        return Amplitude(output[20..^20], hertz / (Rate / 2)) / Peak;
    }

    private static double QuarterGain(double hertz)
    {
        const int Count = 8000;
        float[] input = Enumerable.Range(0, Count).Select(i => (float)Math.Sin(2 * Math.PI * hertz / (Rate / 2) * i)).ToArray();
        var output = new float[Count / 4];
        new QuarterDecimator().Decimate(input, Count, output);
        return Amplitude(output[10..^10], hertz / (Rate / 8));
    }

    /// <summary>Amplitude of a tone (cycles per sample, folded) by correlation under a Blackman window.</summary>
    private static double Amplitude(float[] samples, double cycles)
    {
        double re = 0;
        double im = 0;
        double weights = 0;
        for (int i = 0; i < samples.Length; i++)
        {
            double turn = 2 * Math.PI * (i + 0.5) / samples.Length;
            double weight = 0.42 - (0.5 * Math.Cos(turn)) + (0.08 * Math.Cos(2 * turn));
            re += weight * samples[i] * Math.Cos(2 * Math.PI * cycles * i);
            im += weight * samples[i] * Math.Sin(2 * Math.PI * cycles * i);
            weights += weight;
        }

        return 2 * Math.Sqrt((re * re) + (im * im)) / weights;
    }
}
