using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Signal;
using DeviceTwin.Tests.SensorNode.Portable.Signal;

namespace DeviceTwin.Tests.SensorNode.Portable.Detection;

/// <summary>Made-up machines at every window length, rate and speed the analyser works at.</summary>
public sealed class BearingAnalyzerTests
{
    private const double Shaft = 29.95;
    private static readonly BearingAnalyzer[] Analyzers = [.. new[] { 1024, 2048, 4096, 8192 }.Select(window => new BearingAnalyzer(new Workspace(window)))];

    [TestCase(8192, 7.3)]
    [TestCase(8192, 10)]
    [TestCase(8192, 29.95)]
    [TestCase(8192, 60)]
    [TestCase(8192, 100)]
    [TestCase(8192, 150)]
    [TestCase(4096, 15)]
    [TestCase(4096, 60)]
    [TestCase(4096, 120)]
    [TestCase(2048, 60)]
    [TestCase(2048, 100)]
    [TestCase(1024, 100)]
    public void Every_window_length_names_the_defects_of_the_shafts_it_is_long_enough_for(int window, double shaft)
    {
        foreach ((string expected, double order, double zone) in new[] { ("outer", 3.585, 0), ("inner", 5.415, 1), ("ball", 4.714, 0.398) })
        {
            for (int seed = 1; seed <= 2; seed++)
            {
                double[] blows = Waves.Blows(65536, 0.6, order * shaft, slip: 0.01, zoneHertz: zone * shaft, seed: seed);

                DetectorResult result = Analyze(Machine(blows, shaft, seed), Bearing(shaft), window);

                Assert.That(Verdict.Word(result.Bearing), Is.EqualTo(expected), $"seed {seed}");
                Assert.That(result.ConfidencePermille, Is.InRange(500, 1000));
            }
        }
    }

    [TestCase(5000)]
    [TestCase(8000)]
    [TestCase(12000)]
    [TestCase(20000)]
    [TestCase(26667)]
    [TestCase(33400)]
    [TestCase(48000)]
    [TestCase(51200)]
    [TestCase(97656)]
    [TestCase(110000)]
    public void Every_rate_shows_the_defect_at_its_frequency(int rate)
    {
        // Rings at 1500 Hz, which every rate carries.
        var capture = new Capture(rate * 2) { Count = Math.Min(rate * 2, 131072), SampleRateMilliHertz = rate * 1000 };
        Func<double, double> noise = Waves.Noise(200, 1);
        double next = 0;
        var signal = new double[capture.Count];
        for (int i = 0; i < signal.Length; i++)
        {
            next = Math.Floor(i * 3.585 * Shaft / rate) * rate / (3.585 * Shaft);
            double since = (i - next) / rate;
            signal[i] = noise(0) + (3000 * Math.Exp(-since * 400) * Math.Sin(2 * Math.PI * 1500 * since));
            capture.Samples[i] = (short)Math.Round(signal[i]);
        }

        DetectorResult result = Analyze(capture, Bearing(Shaft));
        int[] values = result.EnvelopeSpectrum[..result.EnvelopeSpectrumCount];
        int fundamental = (int)Math.Round(3.585 * Shaft * 1000 / result.EnvelopeBinMilliHertz);

        Assert.That(Verdict.Word(result.Bearing), Is.EqualTo("outer"));
        Assert.That(values[(fundamental - 1)..(fundamental + 2)].Max(), Is.GreaterThan(20000));
        Assert.That(result.HighRatioMilli, rate < 8000 ? Is.EqualTo(DetectorResult.NotAvailable) : Is.GreaterThan(0));
        Assert.That(result.HighMicroG, Is.EqualTo(DetectorResult.NotAvailable), "the unit is not known");
    }

    [Test]
    public void Three_hundred_windows_of_noise_are_normal()
    {
        int[] largest = new int[300];
        for (int seed = 0; seed < largest.Length; seed++)
        {
            DetectorResult result = Analyze(Machine(new double[16384], Shaft, seed), Bearing(Shaft));
            Assert.That(result.Bearing, Is.EqualTo(Verdict.Normal), $"seed {seed}");
            largest[seed] = Math.Max(result.OuterScoreMilli, Math.Max(result.InnerScoreMilli, result.BallScoreMilli));
        }

        Array.Sort(largest);
        Assert.That(largest[150], Is.EqualTo(840).Within(30));
        Assert.That(largest[297], Is.LessThan(1150));
        Assert.That(largest[^1], Is.LessThan(1400), "of 2000");
    }

    [Test]
    public void More_windows_bring_noise_down_to_what_a_weak_comb_is_held_against()
    {
        foreach ((int samples, int windows) in new[] { (32768, 2), (65536, 4) })
        {
            for (int seed = 0; seed < 25; seed++)
            {
                DetectorResult result = Analyze(Machine(new double[samples], Shaft, seed), Bearing(Shaft));
                int best = Math.Max(result.OuterScoreMilli, Math.Max(result.InnerScoreMilli, result.BallScoreMilli));

                Assert.That(result.Windows, Is.EqualTo(windows));
                Assert.That(best, Is.LessThan(BearingJudge.WeakMilli(2000, windows) + 60), $"seed {seed}");
            }
        }
    }

    [Test]
    public void Sidebands_make_an_inner_race_out_of_a_weak_fundamental()
    {
        double[] blows = Waves.Blows(32768, 0.25, 5.415 * Shaft, zoneHertz: Shaft);

        DetectorResult result = Analyze(Machine(blows, Shaft), Bearing(Shaft));

        Assert.That(result.InnerScoreMilli, Is.GreaterThan(result.OuterScoreMilli + 700));
        Assert.That(Verdict.Word(result.Bearing), Is.EqualTo("inner"));
    }

    [TestCase(16384, "refused")]
    [TestCase(32767, "refused")]
    [TestCase(32768, "outer")]
    [TestCase(65536, "outer")]
    public void A_6203_at_1800_rpm_takes_a_window_twice_as_long_and_without_one_says_so(int count, string expected)
    {
        DetectorSettings settings = Bearing(Shaft);
        settings.BpfoMilliOrders = 3053;
        settings.BpfiMilliOrders = 4947;
        settings.BsfMilliOrders = 1994;

        // Rings at 3200 Hz, half of which the longer window's band still carries.
        DetectorResult result = Analyze(Machine(Waves.Blows(count, 0.5, 3.053 * Shaft), Shaft), settings);

        Assert.That(result.Bearing == DetectorResult.NotAvailable ? "refused" : Verdict.Word(result.Bearing), Is.EqualTo(expected));
        Assert.That(result.Refusals, Is.EqualTo(Refusal.OrderCoincidesWithShaft), "2 x BSF 3.988 would take 125 revolutions");
    }

    [Test]
    public void Blows_two_or_three_times_a_turn_are_the_shafts([Values(1, 2, 3)] int blows)
    {
        DetectorResult result = Analyze(Machine(Waves.Blows(32768, 1, blows * Shaft), Shaft), Bearing(Shaft));

        Assert.That(result.ImpulsivenessMilli, Is.GreaterThan(BearingJudge.ImpulsivenessLimitMilli));
        Assert.That(result.ShaftScoreMilli, Is.GreaterThan(BearingJudge.ShaftBlowsMilli));
        Assert.That(result.Bearing, Is.EqualTo(Verdict.Normal));
    }

    [Test]
    public void A_knock_does_not_change_a_single_window_wherever_it_falls([Values(0.2, 0.35, 0.5)] double perSecond)
    {
        // The first blow comes after a tenth of a period: 0.5, 0.29 and 0.2 s into a window of 0.61 s.
        double[] knock = Waves.Blows(16384, 8, perSecond);

        DetectorResult result = Analyze(Machine(knock, Shaft), Bearing(Shaft));

        Assert.That(result.Windows, Is.EqualTo(1));
        Assert.That(result.ImpulsivenessMilli, Is.LessThan(850));
        Assert.That(result.Bearing, Is.EqualTo(Verdict.Normal));
    }

    [TestCase(16384, 1)]
    [TestCase(24575, 1)]
    [TestCase(24576, 2)]
    [TestCase(24577, 2)]
    [TestCase(32768, 2)]
    [TestCase(8192, 1)]
    public void What_is_left_over_counts_from_half_a_window_on(int count, int windows)
    {
        Assert.That(Analyze(Machine(new double[count], Shaft), Bearing(Shaft)).Windows, Is.EqualTo(windows));
    }

    [Test]
    public void A_capture_says_the_same_whatever_was_analysed_before()
    {
        Capture capture = Machine(Waves.Blows(32768, 0.2, 3.585 * Shaft), Shaft);
        DetectorResult first = Analyze(capture, Bearing(Shaft));
        Analyze(Machine(Waves.Blows(65536, 3, 5.415 * 120), 120), Bearing(120));

        DetectorResult again = Analyze(capture, Bearing(Shaft));

        Assert.That(again.EnvelopeSpectrum, Is.EqualTo(first.EnvelopeSpectrum));
        Assert.That(again.OuterScoreMilli, Is.EqualTo(first.OuterScoreMilli));
        Assert.That(again.ImpulsivenessMilli, Is.EqualTo(first.ImpulsivenessMilli));
        Assert.That(again.HighMicroG, Is.EqualTo(first.HighMicroG));
    }

    [Test]
    public void The_high_band_is_measured_in_g()
    {
        Capture capture = Waves.Capture(32768, seconds => 0.2 * Math.Sin(2 * Math.PI * 3000 * seconds), seconds => 0.1 * Math.Sin(2 * Math.PI * 500 * seconds));

        DetectorResult result = Analyze(capture, Bearing(Shaft));

        // The taper takes 3 % of the energy.
        Assert.That(result.HighMicroG, Is.EqualTo(0.2 / Math.Sqrt(2) * 1e6).Within(2).Percent);
        Assert.That(result.HighRatioMilli, Is.EqualTo(4000).Within(2).Percent);
    }

    [Test]
    public void Every_refusal_is_said_before_anything_is_measured()
    {
        BearingAnalyzer analyzer = Analyzers[3];
        Assert.Multiple(() =>
        {
            Assert.That(analyzer.RefusalsOf(Bearing(Shaft), 26667000, 16384), Is.Zero);
            Assert.That(analyzer.RefusalsOf(Bearing(0), 26667000, 16384), Is.EqualTo(Refusal.ShaftSpeedUnknown));
            Assert.That(analyzer.RefusalsOf(Bearing(1), 26667000, 65536), Is.EqualTo(Refusal.ShaftTooSlow));
            Assert.That(analyzer.RefusalsOf(Bearing(Shaft), 26667000, 100), Is.EqualTo(Refusal.CaptureTooShort));
            Assert.That(analyzer.RefusalsOf(new DetectorSettings(), 26667000, 16384), Is.Zero, "the envelope is shown without orders");
        });
    }

    private static DetectorSettings Bearing(double shaft) => new()
    {
        ShaftSpeedMilliHertz = (int)(shaft * 1000),
        BpfoMilliOrders = 3585,
        BpfiMilliOrders = 5415,
        BsfMilliOrders = 2357,
        FtfMilliOrders = 398,
    };

    /// <summary>Noise of 50 mg, 0.1 g at the shaft speed, and what is added.</summary>
    private static Capture Machine(double[] added, double shaft, int seed = 1)
    {
        Func<double, double> noise = Waves.Noise(0.05, seed);
        return Waves.Capture([.. added.Select((value, i) => value + noise(0) + (0.1 * Math.Sin(2 * Math.PI * shaft * i / Waves.Rate)))]);
    }

    private static DetectorResult Analyze(Capture capture, DetectorSettings settings, int window = 8192)
    {
        BearingAnalyzer analyzer = Analyzers[Array.IndexOf([1024, 2048, 4096, 8192], window)];
        var result = new DetectorResult();
        result.Clear();
        int mean = (int)capture.Samples.Take(capture.Count).Average(value => value);
        result.Refusals = analyzer.RefusalsOf(settings, capture.SampleRateMilliHertz, capture.Count);
        Assert.That(result.Refusals, Is.Zero);
        result.Refusals = analyzer.Analyze(capture, capture.Count, mean, settings, result);
        return result;
    }
}
