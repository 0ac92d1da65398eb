using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Tests.SensorNode.Portable.Signal;

/// <summary>Velocity RMS from 10 to 1000 Hz of captures as the sensor delivers them.</summary>
public sealed class VelocityTests
{
    private static readonly Detector Detector = new(CapturePlan.MaximumSamples);

    [TestCase(10, 10)]
    [TestCase(12.5, 10)]
    [TestCase(29.95, 4.5)]
    [TestCase(79.6, 10)]
    [TestCase(100, 10)]
    [TestCase(159.2, 1)]
    [TestCase(500, 10)]
    [TestCase(999, 10)]
    [TestCase(1000, 10)]
    public void A_tone_reads_its_velocity_within_two_percent(double hertz, double millimetresPerSecond)
    {
        DetectorResult result = Analyze(Waves.Capture(32768, Waves.Velocity(hertz, millimetresPerSecond)));

        Assert.That(result.VelocityUmPerSecond, Is.EqualTo(millimetresPerSecond * 1000).Within(2).Percent);
    }

    [Test]
    public void A_hundred_hertz_calibrator_reads_within_half_a_percent()
    {
        DetectorResult result = Analyze(Waves.Capture(32768, Waves.Velocity(100, 10)));

        Assert.That(result.VelocityUmPerSecond, Is.EqualTo(10000).Within(0.5).Percent);
    }

    // ISO 2954 limits what a meter may show outside its band: well below at 2.5 Hz, next to nothing at 4 kHz.
    [TestCase(2.5, 0.02)]
    [TestCase(5, 0.02)]
    [TestCase(1100, 0.02)]
    [TestCase(2000, 0.01)]
    [TestCase(2333, 0.01)]
    [TestCase(4000, 0.01)]
    [TestCase(12000, 0.01)]
    public void A_tone_outside_the_band_hardly_reads(double hertz, double share)
    {
        DetectorResult result = Analyze(Waves.Capture(32768, Waves.Velocity(hertz, 1)));

        Assert.That(result.VelocityUmPerSecond, Is.LessThan(1000 * share));
    }

    [Test]
    public void Tones_add_by_their_squares_and_gravity_does_not_count()
    {
        DetectorResult result = Analyze(Waves.Capture(32768, _ => 1, Waves.Velocity(30, 3), Waves.Velocity(60, 4)));

        Assert.That(result.VelocityUmPerSecond, Is.EqualTo(5000).Within(1).Percent);
    }

    [TestCase(32768)]
    [TestCase(33000)]
    [TestCase(42668)]
    [TestCase(65536)]
    public void Every_length_from_the_shortest_to_the_longest_reads_the_same(int count)
    {
        DetectorResult result = Analyze(Waves.Capture(count, Waves.Velocity(47.3, 5)));

        Assert.That(result.VelocityUmPerSecond, Is.EqualTo(5000).Within(1).Percent);
    }

    [Test]
    public void White_noise_reads_what_its_density_integrates_to()
    {
        // 100 mg over 13 333 Hz; the integral of 1/(2πf)² from 10 to 1000 Hz (widened by 1.5 lines of 0.81 Hz) is (1/f1 − 1/f2)/(4π²).
        DetectorResult result = Analyze(Waves.Capture(65536, Waves.Noise(0.1, seed: 3)));
        const double LowHertz = 10 - 1.2;
        double density = 0.1 * 0.1 * Waves.StandardGravity * Waves.StandardGravity / (Waves.Rate / 2);
        double expected = Math.Sqrt(density * ((1 / LowHertz) - (1 / 1001.2)) / (4 * Math.PI * Math.PI)) * 1e6;

        Assert.That(result.VelocityUmPerSecond, Is.EqualTo(expected).Within(15).Percent);
    }

    [Test]
    public void The_spectrum_shows_each_tone_at_its_frequency_with_its_velocity()
    {
        DetectorResult result = Analyze(Waves.Capture(32768, Waves.Velocity(30, 6), Waves.Velocity(400, 2)));
        int[] values = result.VelocitySpectrum[..result.VelocitySpectrumCount];
        int low = (int)Math.Round(30000.0 / result.VelocityBinMilliHertz);
        int high = (int)Math.Round(400000.0 / result.VelocityBinMilliHertz);

        // Between two lines a Hann window shows up to 15 % less.
        Assert.That(values[low], Is.InRange(5050, 6050));
        Assert.That(values[high], Is.InRange(1680, 2020));
        Assert.That(values.Where((_, i) => Math.Abs(i - low) > 2 && Math.Abs(i - high) > 2), Is.All.LessThan(60));
        Assert.That(values, Has.Length.InRange(400, DetectorResult.MaximumSpectrumLength));
        Assert.That((long)result.VelocityBinMilliHertz * (values.Length - 1), Is.InRange(997000, 1003000));
    }

    [Test]
    public void The_weight_of_a_count_scales_the_velocity()
    {
        Capture capture = Waves.Capture(32768, Waves.Velocity(100, 10));
        capture.NanoGPerCount = 244000;

        Assert.That(Analyze(capture).VelocityUmPerSecond, Is.EqualTo(5000).Within(0.5).Percent);
    }

    [TestCase(25500000)]
    [TestCase(28000000)]
    public void The_measured_rate_is_used_not_the_nominal_one(int milliHertz)
    {
        Capture capture = Waves.Capture(34000, Waves.Velocity(100, 10));
        capture.SampleRateMilliHertz = milliHertz;

        // The same samples at another rate are a tone of another frequency, and of inversely proportional velocity.
        Assert.That(Analyze(capture).VelocityUmPerSecond, Is.EqualTo(10000.0 * 26667000 / milliHertz).Within(0.5).Percent);
    }

    private static DetectorResult Analyze(Capture capture)
    {
        var result = new DetectorResult();
        Detector.Analyze(capture, new DetectorSettings(), result);
        Assert.That(result.Refusals, Is.Zero);
        return result;
    }
}
