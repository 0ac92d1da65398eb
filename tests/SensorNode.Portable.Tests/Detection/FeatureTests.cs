using System.Numerics;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Signal;
using DeviceTwin.Tests.SensorNode.Portable.Signal;
using FsCheck;
using FsCheck.Fluent;
using MathNet.Numerics.IntegralTransforms;

namespace DeviceTwin.Tests.SensorNode.Portable.Detection;

/// <summary>Features of captures of every rate against MathNet in double precision, against what they must not depend on, and their refusals.</summary>
public sealed class FeatureTests
{
    private static readonly double[] Rates = [5000, 6667, 12000, 20000, 26667, 51200];

    [Test]
    public void Velocity_agrees_with_the_spectrum_of_the_whole_capture([ValueSource(nameof(Rates))] double rate)
    {
        Capture capture = Machine(rate, 1.3);

        DetectorResult result = Analyze(capture, new DetectorSettings());

        double expected = Math.Sqrt(Lines(capture).Where(line => line.Hertz is >= 9 and <= 1001).Sum(line => Math.Pow(line.Rms / (2 * Math.PI * line.Hertz), 2)));
        Assert.That(result.VelocityUmPerSecond, Is.EqualTo(expected * 1e6).Within(1).Percent);
    }

    [TestCase(1024, 20)]
    [TestCase(2048, 5)]
    [TestCase(4096, 0)]
    public void Every_window_length_reads_the_same_velocity_and_about_the_same_displacement(int window, int percent)
    {
        DetectorResult result = Analyze(Machine(26667, 1.3), new DetectorSettings(), window);
        DetectorResult other = Analyze(Machine(26667, 1.3), new DetectorSettings(), 8192);

        Assert.That(result.VelocityUmPerSecond, Is.EqualTo(other.VelocityUmPerSecond).Within(1.5).Percent);
        Assert.That(result.DisplacementNanometres, Is.EqualTo(other.DisplacementNanometres).Within(percent).Percent);
    }

    [TestCase(10)]
    [TestCase(12.3)]
    [TestCase(29.95)]
    [TestCase(100)]
    [TestCase(320)]
    public void A_tone_has_its_displacement_within_three_percent(double hertz)
    {
        const double MillimetresPerSecond = 4;
        DetectorResult result = Analyze(Waves.Capture(32768, Waves.Velocity(hertz, MillimetresPerSecond)), new DetectorSettings());

        double nanometres = 2 * Math.Sqrt(2) * MillimetresPerSecond * 1e6 / (2 * Math.PI * hertz);
        Assert.That(result.DisplacementNanometres, Is.EqualTo(nanometres).Within(3).Percent);
    }

    [Test]
    public void Two_tones_move_as_far_as_both_together()
    {
        DetectorResult result = Analyze(Waves.Capture(65536, Waves.Velocity(25, 4), Waves.Velocity(61.7, 4)), new DetectorSettings());

        double nanometres = 2 * Math.Sqrt(2) * 4e6 / (2 * Math.PI) * ((1 / 25.0) + (1 / 61.7));
        Assert.That(result.DisplacementNanometres, Is.EqualTo(nanometres).Within(4).Percent);
    }

    [TestCase(2.0)]
    [TestCase(2.7)]
    [TestCase(5.5)]
    [TestCase(8.0)]
    [TestCase(9.4)]
    [TestCase(12.0)]
    [TestCase(40.0)]
    public void A_slow_machines_tone_reads_its_velocity_within_three_percent(double hertz)
    {
        foreach ((double rate, int count) in new[] { (26667.0, 65536), (6667.0, 16384), (6667.0, 40000), (12000.0, 30000) })
        {
            DetectorResult result = Analyze(Waves.CaptureAt(rate, count, Waves.Velocity(hertz, 6)), new DetectorSettings());
            Assert.That(result.SlowVelocityUmPerSecond, Is.EqualTo(6000).Within(3).Percent, $"{rate} Hz, {count} samples");
        }
    }

    [TestCase(0.5, 0.2)]
    [TestCase(198, 6)]
    [TestCase(208.4, 6)]
    [TestCase(1400, 0.1)]
    public void Nothing_folds_into_the_slow_machines_band(double hertz, double expected)
    {
        DetectorResult result = Analyze(Waves.Capture(65536, Waves.Velocity(hertz, 6)), new DetectorSettings());

        if (hertz is > 10 and < 1000)
        {
            Assert.That(result.SlowVelocityUmPerSecond, Is.EqualTo(expected * 1000).Within(1).Percent);
        }
        else
        {
            Assert.That(result.SlowVelocityUmPerSecond, Is.LessThan(expected * 1000));
        }
    }

    [TestCase(53333, false)]
    [TestCase(53334, true)]
    public void The_slow_machines_band_takes_2_seconds(int count, bool available)
    {
        DetectorResult result = Analyze(Waves.Capture(count, Waves.Velocity(20, 5)), new DetectorSettings());

        Assert.That(result.SlowVelocityUmPerSecond, available ? Is.EqualTo(5000).Within(1).Percent : Is.EqualTo(DetectorResult.NotAvailable));
    }

    [Test]
    public void Bands_have_the_energy_between_their_edges([ValueSource(nameof(Rates))] double rate)
    {
        DetectorSettings settings = Bands(20, 200, 250, 950, 1200, 2200);
        Capture capture = Machine(rate, 1.3);

        DetectorResult result = Analyze(capture, settings);

        (double Hertz, double Rms)[] lines = Lines(capture);
        Assert.That(result.BandMicroG[0], Is.EqualTo(Band(lines, 20, 200)).Within(1).Percent);
        Assert.That(result.BandMicroG[1], Is.EqualTo(Band(lines, 250, 950)).Within(2).Percent);
        Assert.That(result.BandMicroG[2], Is.EqualTo(Band(lines, 1200, 2200)).Within(6).Percent, "by samples of the capture");
    }

    [Test]
    public void A_capture_of_twice_the_weight_has_twice_the_amplitudes_and_the_same_shape()
    {
        Capture capture = Machine(26667, 1.3);
        DetectorResult one = Analyze(capture, Bands(20, 200, 250, 950, 1200, 5000));
        capture.NanoGPerCount *= 2;
        DetectorResult two = Analyze(capture, Bands(20, 200, 250, 950, 1200, 5000));

        Assert.That(Amplitudes(two), Is.EqualTo(Amplitudes(one).Select(value => value * 2)).Within(1));
        Assert.That(Shape(two), Is.EqualTo(Shape(one)));
    }

    [Test]
    public void Neither_an_offset_nor_the_sign_changes_an_amplitude()
    {
        Check.One(Properties.Config.WithMaxTest(12), Prop.ForAll(Properties.Seeds, seed =>
        {
            Capture capture = Machine(26667, 1.3, seed);
            int[] plain = Amplitudes(Analyze(capture, new DetectorSettings()));
            for (int i = 0; i < capture.Count; i++)
            {
                capture.Samples[i] = (short)(2048 - capture.Samples[i]);
            }

            int[] turned = Amplitudes(Analyze(capture, new DetectorSettings()));
            return plain.Zip(turned).All(pair => Math.Abs(pair.First - pair.Second) <= 2 + (pair.First * 0.001));
        }));
    }

    [Test]
    public void Without_a_unit_there_is_no_amplitude_but_shape_and_bearing()
    {
        Capture capture = Machine(26667, 1.3);
        capture.NanoGPerCount = 0;
        DetectorSettings settings = Bands(20, 200, 250, 950, 1200, 5000);
        settings.Band1LimitMilliG = 1000;
        settings.ShaftSpeedMilliHertz = 29950;
        settings.BpfoMilliOrders = 3585;

        DetectorResult result = Analyze(capture, settings);

        Assert.That(Amplitudes(result), Is.All.EqualTo(DetectorResult.NotAvailable));
        Assert.That(result.PeakCount, Is.Zero);
        Assert.That(result.VelocitySpectrumCount, Is.Zero);
        Assert.That(result.CrestMilli, Is.GreaterThan(1000));
        Assert.That(result.KurtosisMilli, Is.GreaterThan(1000));
        Assert.That(result.Bearing, Is.Not.EqualTo(DetectorResult.NotAvailable));
        Assert.That(result.Refusals, Is.EqualTo(Refusal.UnitUnknown));
        Assert.That(result.VelocityRefused, Is.True);
        Assert.That(result.BearingRefused, Is.False);
        Assert.That(result.ZoneRefusals & Refusal.UnitUnknown, Is.Not.Zero);
    }

    [TestCase(-1)]
    [TestCase(10000001)]
    [TestCase(int.MaxValue)]
    public void A_weight_that_no_sensor_has_is_no_unit(int nanoG)
    {
        Capture capture = Machine(26667, 1.3);
        capture.NanoGPerCount = nanoG;

        Assert.That(Analyze(capture, new DetectorSettings()).Refusals, Is.EqualTo(Refusal.UnitUnknown));
    }

    [TestCase(4999999, Refusal.ScaleUnknown)]
    [TestCase(5000000, 0)]
    [TestCase(110000000, 0)]
    [TestCase(110000001, Refusal.ScaleUnknown)]
    [TestCase(0, Refusal.ScaleUnknown)]
    [TestCase(-1, Refusal.ScaleUnknown)]
    public void Rates_from_5_to_110_kilohertz_are_taken(int rateMilliHertz, int expected)
    {
        Capture capture = Waves.Capture(65536, Waves.Velocity(100, 5));
        capture.SampleRateMilliHertz = rateMilliHertz;

        DetectorResult result = Analyze(capture, new DetectorSettings());

        Assert.That(result.Refusals & Refusal.ScaleUnknown, Is.EqualTo(expected));
        Assert.That((result.ZoneRefusals & Refusal.VelocityBandNotCovered) != 0, Is.EqualTo(expected != 0));
    }

    [Test]
    public void A_short_capture_keeps_its_acceleration_and_loses_its_velocity()
    {
        DetectorResult result = Analyze(Waves.Capture(32000, Waves.Velocity(100, 5)), new DetectorSettings());

        Assert.That(result.Refusals, Is.EqualTo(Refusal.CaptureTooShort));
        Assert.That(result.VelocityUmPerSecond, Is.EqualTo(DetectorResult.NotAvailable));
        Assert.That(result.DisplacementNanometres, Is.EqualTo(DetectorResult.NotAvailable));
        Assert.That(result.AccelerationMilliG, Is.EqualTo(5e-3 * 2 * Math.PI * 100 / Waves.StandardGravity * 1000).Within(1).Percent);
        Assert.That(result.ZoneRefusals & Refusal.CaptureTooShort, Is.Not.Zero);
    }

    [Test]
    public void A_clipped_capture_is_refused()
    {
        Capture capture = Waves.Capture(32768, seconds => Math.Clamp(3 * Math.Sin(2 * Math.PI * 30 * seconds), -2, 2));

        DetectorResult result = Analyze(capture, new DetectorSettings());

        Assert.That(result.ClippedPermille, Is.EqualTo(536).Within(3), "a sine spends 1 − 2·asin(2/3)/π of its time above two thirds");
        Assert.That(result.Refusals, Is.EqualTo(Refusal.Clipped));
        Assert.That(result.AccelerationMilliG, Is.GreaterThan(1000));
    }

    [TestCase(0, 100, 1, Refusal.BandNotCovered, Description = "narrower than two lines of short blocks where there is no velocity")]
    [TestCase(100, 100, 1, Refusal.BandNotCovered)]
    [TestCase(200, 100, 1, Refusal.BandNotCovered)]
    [TestCase(1000, 13334, 1, Refusal.BandNotCovered)]
    [TestCase(1000, 13333, 1, 0)]
    [TestCase(-5, 100, 1, Refusal.BandNotCovered)]
    [TestCase(100, 100, 0, 0, Description = "without a limit nothing was asked")]
    [TestCase(100, 0, 1, 0, Description = "no band")]
    public void A_band_that_the_capture_does_not_carry_is_refused(int low, int high, int limit, int expected)
    {
        var settings = new DetectorSettings { VelocityLimitUmPerSecond = 0, Band2LowHertz = low, Band2HighHertz = high, Band2LimitMilliG = limit };
        DetectorResult result = Analyze(Waves.Capture(high == 100 && low == 0 ? 1000 : 32768, Waves.Noise(0.1, 1)), settings);

        Assert.That(result.Refusals & ~Refusal.NothingAsked, Is.EqualTo(expected));
        Assert.That(result.BandMicroG[1] == DetectorResult.NotAvailable, Is.EqualTo(expected != 0 || high == 0 || low == high));
    }

    [TestCase(75000, 37)]
    [TestCase(400000, 196)]
    [TestCase(0, DetectorResult.NotAvailable)]
    [TestCase(-1, DetectorResult.NotAvailable)]
    public void The_sensors_noise_is_said_as_velocity(int nanoGPerRootHertz, int expected)
    {
        Capture capture = Machine(26667, 1.3);
        capture.NoiseNanoGPerRootHertz = nanoGPerRootHertz;

        Assert.That(Analyze(capture, new DetectorSettings()).NoiseVelocityUmPerSecond, Is.EqualTo(expected));
    }

    [Test]
    public void Silence_says_nothing_and_refuses()
    {
        DetectorResult result = Analyze(Waves.Capture(32768, _ => 1), new DetectorSettings());

        Assert.That(result.Refusals, Is.EqualTo(Refusal.NoSignal));
        Assert.That((result.AccelerationMilliG, result.PeakMilliG), Is.EqualTo((0, 0)));
        Assert.That((result.CrestMilli, result.KurtosisMilli), Is.EqualTo((DetectorResult.NotAvailable, DetectorResult.NotAvailable)));
        Assert.That(result.SkewnessMilli, Is.EqualTo(DetectorResult.SkewnessUnknown));
    }

    [Test]
    public void Alternating_extremes_have_all_their_energy_at_the_end_of_the_band_and_no_velocity()
    {
        var capture = new Capture(32768) { Count = 32768, SampleRateMilliHertz = 26667000, NanoGPerCount = 488000 };
        for (int i = 0; i < capture.Count; i++)
        {
            capture.Samples[i] = (i & 1) == 0 ? short.MaxValue : short.MinValue;
        }

        DetectorResult result = Analyze(capture, new DetectorSettings());

        Assert.That(result.AliasingPermille, Is.EqualTo(1000));
        Assert.That((result.CrestMilli, result.KurtosisMilli), Is.EqualTo((1000, 1000)));
        Assert.That(result.VelocityUmPerSecond, Is.LessThanOrEqualTo(2));
    }

    [Test]
    public void An_impulse_has_the_kurtosis_of_its_rarity()
    {
        Capture capture = Waves.Capture(32768, _ => 0);
        capture.Samples[12345] = 20000;

        DetectorResult result = Analyze(capture, new DetectorSettings());

        Assert.That(result.KurtosisMilli, Is.EqualTo(32768000).Within(0.1).Percent);
        Assert.That(result.SkewnessMilli, Is.EqualTo(1000 * Math.Sqrt(32768)).Within(0.1).Percent);
        Assert.That(result.PeakMilliG, Is.EqualTo(9760));
    }

    /// <summary>A machine with lines in and beyond the velocity band, and noise.</summary>
    private static Capture Machine(double rate, double seconds, int seed = 1)
    {
        int block = VelocityMeter.LongestBlock << VelocityDecimator.Halvings((int)(rate * 1000));
        return Waves.CaptureAt(
            rate, Math.Max(block, (int)(rate * seconds)),
            Waves.Velocity(29.95, 2.8), Waves.Velocity(59.9, 1.1), Waves.Velocity(104.3, 0.6), Waves.Velocity(717.2, 0.4),
            seconds => 0.4 * Math.Sin(2 * Math.PI * 1700 * seconds), Waves.Noise(0.02, seed));
    }

    private static int[] Amplitudes(DetectorResult result) =>
        [result.AccelerationMilliG, result.PeakMilliG, result.VelocityUmPerSecond, result.DisplacementNanometres, .. result.BandMicroG];

    private static int[] Shape(DetectorResult result) =>
        [result.CrestMilli, result.KurtosisMilli, result.SkewnessMilli, result.AliasingPermille, result.ShaftEstimateMilliHertz, .. result.PeakMilliHertz];

    private static DetectorSettings Bands(int low1, int high1, int low2, int high2, int low3, int high3) => new()
    {
        Band1LowHertz = low1,
        Band1HighHertz = high1,
        Band2LowHertz = low2,
        Band2HighHertz = high2,
        Band3LowHertz = low3,
        Band3HighHertz = high3,
    };

    /// <summary>Acceleration RMS, in m/s², of every line of the Hann-windowed spectrum of a whole capture, by MathNet.</summary>
    private static (double Hertz, double Rms)[] Lines(Capture capture)
    {
        double mean = capture.Samples.Average(count => (double)count);
        double scale = capture.NanoGPerCount * 1e-9 * Waves.StandardGravity;
        int length = capture.Count;
        Complex[] values = [.. capture.Samples.Select((count, i) => new Complex((count - mean) * scale * (0.5 - (0.5 * Math.Cos(2 * Math.PI * i / length))), 0))];
        Fourier.Forward(values, FourierOptions.NoScaling);
        double rate = capture.SampleRateMilliHertz / 1000.0;
        return [.. Enumerable.Range(1, (length / 2) - 1).Select(k => (k * rate / length, Math.Sqrt(2 / (0.375 * length * length)) * values[k].Magnitude))];
    }

    private static double Band((double Hertz, double Rms)[] lines, double low, double high) =>
        Math.Sqrt(lines.Where(line => line.Hertz >= low && line.Hertz <= high).Sum(line => line.Rms * line.Rms)) / Waves.StandardGravity * 1e6;

    private static DetectorResult Analyze(Capture capture, DetectorSettings settings, int window = 8192)
    {
        var result = new DetectorResult();
        new Detector(window).Analyze(capture, settings, result);
        return result;
    }
}
