using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Tests.SensorNode.Portable.Signal;

/// <summary>Peaks between bins and lines at orders.</summary>
public sealed class VelocityLinesTests
{
    private static readonly double Unit = VelocityMeter.Unit(488000);

    [Test]
    public void A_lone_tone_is_placed_within_a_hundredth_of_a_bin_and_its_level_within_half_a_percent()
    {
        double bin = Waves.Rate / 32768;
        for (double hertz = 60; hertz < 62; hertz += 0.067)
        {
            VelocityLines lines = Measure(32768, Waves.Velocity(hertz, 5));

            Assert.That(lines.Hertz[0], Is.EqualTo(hertz).Within(bin / 100), $"{hertz} Hz");
            Assert.That(Math.Sqrt(lines.MeanSquares[0]) * Unit, Is.EqualTo(5000).Within(0.5).Percent, $"{hertz} Hz");
        }
    }

    [TestCase(16384)]
    [TestCase(20000)]
    public void A_tone_of_a_short_capture_is_placed_as_well(int count)
    {
        VelocityLines lines = Measure(count, Waves.Velocity(87.3, 5));

        Assert.That(lines.Hertz[0], Is.EqualTo(87.3).Within(0.05));
        Assert.That(Math.Sqrt(lines.MeanSquares[0]) * Unit, Is.EqualTo(5000).Within(1).Percent);
    }

    [Test]
    public void Peaks_come_in_the_order_of_their_velocity()
    {
        VelocityLines lines = Measure(
            32768, Waves.Velocity(25, 1), Waves.Velocity(50, 3), Waves.Velocity(310, 2), Waves.Velocity(800, 0.5), Waves.Noise(0.003, 1));

        Assert.That(lines.Hertz.Take(4).Select(hertz => Math.Round(hertz)), Is.EqualTo(new[] { 50, 310, 25, 800 }));
    }

    [Test]
    public void Noise_has_hardly_a_peak()
    {
        int peaks = Enumerable.Range(0, 20).Sum(seed => Measure(32768, Waves.Noise(0.1, seed)).Count);

        Assert.That(peaks, Is.LessThanOrEqualTo(4));
    }

    [TestCase(29.6)]
    [TestCase(30.4)]
    public void A_name_plates_speed_is_refined_by_the_lines(double declared)
    {
        VelocityLines lines = Measure(32768, Waves.Velocity(30.03, 3), Waves.Velocity(60.06, 1), Waves.Noise(0.003, 1));

        Assert.That(lines.Refine((float)declared), Is.EqualTo(30.03).Within(0.02));
    }

    [Test]
    public void Where_nothing_stands_out_the_speed_stays_as_given_and_has_no_line()
    {
        VelocityLines lines = Measure(32768, Waves.Noise(0.1, 3));

        Assert.That(lines.Refine(47.11f), Is.EqualTo(47.11f));
        Assert.That(lines.At(47.11f), Is.Zero);
    }

    private static VelocityLines Measure(int count, params Func<double, double>[] parts)
    {
        Capture capture = Waves.Capture(count, parts);
        var meter = new VelocityMeter(new Workspace(), 8192);
        Assert.That(meter.Measure(capture.Samples, count, 0, capture.SampleRateMilliHertz, false, false), Is.True);
        var lines = new VelocityLines(meter);
        lines.Find();
        return lines;
    }
}
