using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Tests.SensorNode.Portable.Signal;

/// <summary>What lies near the end of the band, and bands beyond the velocity's.</summary>
public sealed class RawSpectrumTests
{
    [Test]
    public void White_noise_has_a_tenth_of_its_energy_above_nine_tenths_of_the_band()
    {
        Assert.That(Measure(true, Waves.Noise(0.5, 1)).FoldingPermille(), Is.EqualTo(100).Within(12));
    }

    [TestCase(1000, 0)]
    [TestCase(11500, 0)]
    [TestCase(12300, 1000)]
    [TestCase(13200, 1000)]
    public void A_tone_counts_as_folding_where_it_lies_near_the_end(double hertz, int expected)
    {
        Assert.That(Measure(false, seconds => Math.Cos(2 * Math.PI * hertz * seconds)).FoldingPermille(), Is.EqualTo(expected).Within(3));
    }

    [TestCase(1500, 4000, 0.6)]
    [TestCase(4000, 8000, 0.8)]
    [TestCase(1500, 8000, 1)]
    [TestCase(8000, 13000, 0)]
    public void A_band_has_the_rms_of_the_tones_in_it(int low, int high, double expected)
    {
        RawSpectrum raw = Measure(
            true, seconds => 0.6 * Math.Sqrt(2) * Math.Sin(2 * Math.PI * 2900 * seconds), seconds => 0.8 * Math.Sqrt(2) * Math.Sin(2 * Math.PI * 6100 * seconds));

        Assert.That(raw.BandRms(low, high) * Waves.GPerCount, Is.EqualTo(expected).Within(0.005));
    }

    [TestCase(0, 13333, true)]
    [TestCase(0, 13334, false)]
    [TestCase(-1, 5000, false)]
    [TestCase(5000, 5104, false)]
    [TestCase(5000, 5105, true)]
    [TestCase(6000, 5000, false)]
    public void A_band_must_lie_inside_half_the_rate_and_be_two_lines_wide(int low, int high, bool expected)
    {
        Assert.That(Measure(true, Waves.Noise(0.1, 1)).Covers(low, high), Is.EqualTo(expected));
    }

    [TestCase(511, false)]
    [TestCase(512, true)]
    public void It_takes_one_block(int count, bool expected)
    {
        Assert.That(new RawSpectrum(new Workspace()).Measure(new short[count], count, 0, 26667f, true), Is.EqualTo(expected));
    }

    private static RawSpectrum Measure(bool forBands, params Func<double, double>[] parts)
    {
        Capture capture = Waves.Capture(32768, parts);
        var raw = new RawSpectrum(new Workspace());
        raw.Measure(capture.Samples, capture.Count, 0, (float)Waves.Rate, forBands);
        return raw;
    }
}
