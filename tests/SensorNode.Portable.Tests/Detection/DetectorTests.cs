using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Signal;
using DeviceTwin.Tests.SensorNode.Portable.Signal;

namespace DeviceTwin.Tests.SensorNode.Portable.Detection;

/// <summary>Verdicts of single captures of made-up machines, and every reason to refuse one.</summary>
public sealed class DetectorTests
{
    private const double Shaft = 29.95;
    private const int Length = 32768;
    private static readonly Detector Detector = new(CapturePlan.MaximumSamples);

    [TestCase("outer", 3.585, 0)]
    [TestCase("inner", 5.415, Shaft)]
    [TestCase("ball", 4.714, 0.398 * Shaft)]
    public void A_bearing_defect_is_named(string expected, double order, double zoneHertz)
    {
        double[] blows = Waves.Blows(Length, 0.3, order * Shaft, slip: 0.01, zoneHertz: zoneHertz);

        DetectorResult result = Analyze(Machine(blows), Bearing());

        Assert.That(Verdict.Word(result.Bearing), Is.EqualTo(expected));
        Assert.That(result.Refusals, Is.Zero);
    }

    [TestCase("outer", 7.3)]
    [TestCase("outer", 60)]
    [TestCase("outer", 100)]
    [TestCase("inner", 7.3)]
    [TestCase("inner", 60)]
    [TestCase("inner", 100)]
    [TestCase("ball", 7.3)]
    [TestCase("ball", 60)]
    [TestCase("ball", 75)]
    public void A_slow_or_fast_shaft_has_its_defect_named_too(string expected, double shaft)
    {
        double order = expected == "outer" ? 3.585 : expected == "inner" ? 5.415 : 4.714;
        double zone = expected == "outer" ? 0 : expected == "inner" ? shaft : 0.398 * shaft;
        DetectorSettings settings = Bearing();
        settings.ShaftSpeedMilliHertz = (int)(shaft * 1000);
        for (int seed = 1; seed <= 3; seed++)
        {
            double[] blows = Waves.Blows(65536, 0.6, order * shaft, slip: 0.01, zoneHertz: zone, seed: seed);

            DetectorResult result = Analyze(Machine(blows, seed), settings);

            Assert.That(Verdict.Word(result.Bearing), Is.EqualTo(expected), $"seed {seed}");
        }
    }

    [Test]
    public void One_line_of_a_comb_does_not_outdo_the_comb()
    {
        // 7.17 orders fit once below 600 Hz; the comb of 3.585 orders fits twice and has a line there, too.
        DetectorSettings settings = Bearing();
        settings.ShaftSpeedMilliHertz = 75000;
        settings.BpfoMilliOrders = 7170;
        settings.BpfiMilliOrders = 3585;

        DetectorResult result = Analyze(Machine(Waves.Blows(Length, 0.3, 3.585 * 75)), settings);

        Assert.That(result.OuterScoreMilli, Is.GreaterThan(3500));
        Assert.That(result.Bearing, Is.EqualTo(Verdict.Inner));
    }

    [TestCase(0.9835)]
    [TestCase(0.99)]
    [TestCase(1.0)]
    [TestCase(1.0115)]
    public void Slip_between_minus_1_75_and_plus_1_25_percent_is_tolerated(double slip)
    {
        DetectorResult result = Analyze(Machine(Waves.Blows(Length, 0.3, 3.585 * Shaft * slip)), Bearing());

        Assert.That(result.Bearing, Is.EqualTo(Verdict.Outer));
    }

    [TestCase(0.94)]
    [TestCase(1.06)]
    public void A_comb_farther_off_is_not_the_bearings(double slip)
    {
        DetectorResult result = Analyze(Machine(Waves.Blows(Length, 0.06, 3.585 * Shaft * slip)), Bearing());

        Assert.That(result.OuterScoreMilli, Is.LessThan(new DetectorSettings().BearingScoreLimitMilli));
        Assert.That(result.Bearing, Is.Not.EqualTo(Verdict.Outer));
    }

    [Test]
    public void Noise_is_normal_in_every_one_of_fifty_captures()
    {
        int largest = 0;
        for (int seed = 0; seed < 50; seed++)
        {
            DetectorResult result = Analyze(Machine(new double[Length], seed), Bearing());
            Assert.That(result.Bearing, Is.EqualTo(Verdict.Normal), $"seed {seed}");
            largest = Math.Max(largest, Math.Max(result.OuterScoreMilli, Math.Max(result.InnerScoreMilli, result.BallScoreMilli)));
        }

        Assert.That(largest, Is.LessThan(1700));
    }

    [Test]
    public void Blows_in_time_with_the_shaft_are_no_bearing_defect()
    {
        DetectorResult result = Analyze(Machine(Waves.Blows(Length, 2, Shaft)), Bearing());

        Assert.That(result.ImpulsivenessMilli, Is.GreaterThan(BearingJudge.ImpulsivenessLimitMilli));
        Assert.That(result.ShaftScoreMilli, Is.GreaterThan(BearingJudge.ShaftBlowsMilli));
        Assert.That(result.Bearing, Is.EqualTo(Verdict.Normal));
    }

    [Test]
    public void Blows_without_rhythm_are_a_rolling_element()
    {
        var random = new Random(5);
        var blows = new double[Length];
        for (int blow = 0; blow < 120; blow++)
        {
            double[] one = Waves.Blows(600, 1, 10);
            int at = random.Next(Length - 600);
            for (int i = 0; i < 600; i++)
            {
                blows[at + i] += one[i];
            }
        }

        Assert.That(Analyze(Machine(blows), Bearing()).Bearing, Is.EqualTo(Verdict.Ball));
    }

    [Test]
    public void One_knock_changes_nothing()
    {
        double[] knock = Waves.Blows(Length, 8, 1.5);

        Assert.That(Analyze(Machine(knock), Bearing()).Bearing, Is.EqualTo(Verdict.Normal));
    }

    [Test]
    public void A_family_on_a_shaft_order_cannot_be_tested_and_the_others_can()
    {
        DetectorSettings settings = Bearing();
        settings.BsfMilliOrders = 2001;

        DetectorResult result = Analyze(Machine(Waves.Blows(Length, 0.3, 3.585 * Shaft)), settings);

        Assert.That(result.BallScoreMilli, Is.EqualTo(DetectorResult.NotAvailable));
        Assert.That(result.Refusals, Is.EqualTo(Refusal.OrderCoincidesWithShaft));
        Assert.That(result.BearingRefused, Is.False);
        Assert.That(result.Bearing, Is.EqualTo(Verdict.Outer));
    }

    [Test]
    public void All_families_on_shaft_orders_refuse_the_bearing()
    {
        DetectorSettings settings = Bearing();
        settings.BpfoMilliOrders = 3000;
        settings.BpfiMilliOrders = 5000;
        settings.BsfMilliOrders = 2000;

        DetectorResult result = Analyze(Machine(new double[Length]), settings);

        Assert.That(result.BearingRefused, Is.True);
        Assert.That(result.Bearing, Is.EqualTo(DetectorResult.NotAvailable));
        Assert.That(result.Refusals, Is.EqualTo(Refusal.OrderCoincidesWithShaft));
    }

    [Test]
    public void Strong_shaft_orders_do_not_raise_a_family_beside_them()
    {
        // A 6203: BPFO 3.053 and BPFI 4.947 stand right beside orders 3 and 5; 37 revolutions of a window tell them apart, the 18 of an 1800 rpm shaft do not.
        DetectorSettings settings = Bearing();
        settings.BpfoMilliOrders = 3053;
        settings.BpfiMilliOrders = 4947;
        settings.BsfMilliOrders = 1994;
        settings.ShaftSpeedMilliHertz = 60000;

        DetectorResult result = Analyze(Machine(Waves.Blows(Length, 0.05, 60)), settings);

        Assert.That(result.Bearing, Is.EqualTo(Verdict.Normal));
    }

    [Test]
    public void Without_orders_the_bearing_is_not_asked_for_but_its_envelope_is_shown()
    {
        DetectorResult result = Analyze(Machine(new double[Length]), new DetectorSettings());

        Assert.That(result.Bearing, Is.EqualTo(DetectorResult.NotAvailable));
        Assert.That(result.BearingRefused, Is.False);
        Assert.That(result.Refusals, Is.Zero);
        Assert.That(result.EnvelopeSpectrumCount, Is.GreaterThan(300));
        Assert.That(result.ImpulsivenessMilli, Is.EqualTo(693).Within(80));
    }

    [Test]
    public void The_envelope_spectrum_shows_the_comb_at_its_frequency()
    {
        DetectorResult result = Analyze(Machine(Waves.Blows(Length, 0.3, 3.585 * Shaft)), Bearing());
        int[] values = result.EnvelopeSpectrum[..result.EnvelopeSpectrumCount];

        int line = Array.IndexOf(values, values[20..].Max());

        Assert.That(line * result.EnvelopeBinMilliHertz / 1000.0 / (3.585 * Shaft) % 1, Is.EqualTo(0).Within(0.03).Or.EqualTo(1).Within(0.03));
        Assert.That((values.Length - 1) * (long)result.EnvelopeBinMilliHertz, Is.InRange(595000, 605000));
    }

    [Test]
    public void Acceleration_rms_and_peak_leave_gravity_out()
    {
        DetectorResult result = Analyze(Waves.Capture(Length, _ => 1, seconds => 2 * Math.Sin(2 * Math.PI * 1000 * seconds)), new DetectorSettings());

        Assert.That(result.AccelerationMilliG, Is.EqualTo(1414).Within(2));
        Assert.That(result.PeakMilliG, Is.EqualTo(2000).Within(5));
    }

    [TestCase(29950, 8191, Refusal.CaptureTooShort)]
    [TestCase(29950, 8192, 0)]
    [TestCase(29950, 8193, 0)]
    [TestCase(10000, 16000, Refusal.CaptureTooShort)]
    [TestCase(10000, 16001, 0)]
    [TestCase(10000, 16002, 0)]
    public void Less_than_half_a_window_or_6_revolutions_refuse_the_bearing(int milliHertz, int count, int expected)
    {
        DetectorSettings settings = Bearing();
        settings.ShaftSpeedMilliHertz = milliHertz;
        settings.VelocityLimitUmPerSecond = 0;

        DetectorResult result = Analyze(Machine(new double[count]), settings);

        Assert.That(result.Refusals, Is.EqualTo(expected));
        Assert.That(result.BearingRefused, Is.EqualTo(expected != 0));
        Assert.That(result.VelocityRefused, Is.False, "a velocity without a limit is not asked for");
    }

    [TestCase(32000, true)]
    [TestCase(32001, false)]
    [TestCase(32002, false)]
    public void Less_than_1_2_seconds_refuse_the_velocity(int count, bool refused)
    {
        DetectorResult result = Analyze(Machine(new double[count]), new DetectorSettings());

        Assert.That(result.VelocityRefused, Is.EqualTo(refused));
        Assert.That(result.VelocityUmPerSecond == DetectorResult.NotAvailable, Is.EqualTo(refused));
        Assert.That(result.Refusals, Is.EqualTo(refused ? Refusal.CaptureTooShort : 0));
    }

    [TestCase(1, Refusal.ShaftTooSlow)]
    [TestCase(3255, Refusal.ShaftTooSlow)]
    [TestCase(3256, Refusal.CaptureTooShort)]
    public void A_shaft_that_does_not_turn_8_times_in_the_longest_capture_is_too_slow(int milliHertz, int expected)
    {
        DetectorSettings settings = Bearing();
        settings.ShaftSpeedMilliHertz = milliHertz;
        settings.VelocityLimitUmPerSecond = 0;

        Assert.That(Analyze(Machine(new double[Length]), settings).Refusals, Is.EqualTo(expected));
    }

    [Test]
    public void Orders_without_a_shaft_speed_are_refused()
    {
        DetectorSettings settings = Bearing();
        settings.ShaftSpeedMilliHertz = 0;

        DetectorResult result = Analyze(Machine(new double[Length]), settings);

        Assert.That(result.Refusals, Is.EqualTo(Refusal.ShaftSpeedUnknown));
        Assert.That(result.BearingRefused, Is.True);
        Assert.That(result.VelocityRefused, Is.False);
    }

    [TestCase(336000, 0)]
    [TestCase(337000, Refusal.OrderNotCovered)]
    public void A_fundamental_beyond_the_envelope_spectrum_is_refused(int milliHertz, int expected)
    {
        var settings = new DetectorSettings { ShaftSpeedMilliHertz = milliHertz, BpfoMilliOrders = 3585 };

        Assert.That(Analyze(Machine(new double[Length]), settings).Refusals, Is.EqualTo(expected));
    }

    [TestCase(500, 9000, 0)]
    [TestCase(500, 800, 0)]
    [TestCase(501, 800, Refusal.BandNotCovered)]
    [TestCase(5700, 9000, 0)]
    [TestCase(5701, 9000, Refusal.BandNotCovered)]
    [TestCase(1, 5400, 0)]
    [TestCase(0, 5400, Refusal.BandNotCovered)]
    [TestCase(5400, 500, Refusal.BandNotCovered)]
    [TestCase(int.MaxValue, int.MaxValue, Refusal.BandNotCovered)]
    [TestCase(int.MaxValue, int.MinValue, Refusal.BandNotCovered)]
    public void A_band_is_limited_by_the_rate_and_refused_where_less_than_300_hertz_remain(int low, int high, int expected)
    {
        DetectorSettings settings = Bearing();
        settings.EnvelopeBandLowHertz = low;
        settings.EnvelopeBandHighHertz = high;

        Assert.That(Analyze(Machine(new double[Length]), settings).Refusals, Is.EqualTo(expected));
    }

    [TestCase(65, 0)]
    [TestCase(66, Refusal.Saturated)]
    [TestCase(int.MaxValue, Refusal.Saturated)]
    public void More_than_two_thousandths_saturated_are_refused(int saturated, int expected)
    {
        Capture capture = Machine(new double[Length]);
        capture.SaturatedCount = saturated;

        DetectorResult result = Analyze(capture, Bearing());

        Assert.That(result.Refusals, Is.EqualTo(expected));
        Assert.That(result.VelocityRefused && result.BearingRefused, Is.EqualTo(expected != 0));
    }

    [Test]
    public void An_overrun_refuses_everything_but_the_plain_level()
    {
        Capture capture = Machine(Waves.Blows(Length, 0.3, 3.585 * Shaft));
        capture.Overrun = true;

        DetectorResult result = Analyze(capture, Bearing());

        Assert.That(result.Refusals, Is.EqualTo(Refusal.Overrun));
        Assert.That(result.VelocityRefused && result.BearingRefused, Is.True);
        Assert.That(result.AccelerationMilliG, Is.GreaterThan(0));
    }

    [TestCase(0)]
    [TestCase(4999999)]
    [TestCase(110000001)]
    public void Outside_5_to_110_kilohertz_nothing_is_judged(int rateMilliHertz)
    {
        Capture capture = Machine(new double[Length]);
        capture.SampleRateMilliHertz = rateMilliHertz;

        DetectorResult result = Analyze(capture, Bearing());

        Assert.That(result.Refusals & Refusal.ScaleUnknown, Is.Not.Zero);
        Assert.That(result.VelocityRefused && result.BearingRefused, Is.True);
    }

    [TestCase(0)]
    [TestCase(2049)]
    public void A_constant_signal_is_no_signal(int value)
    {
        Capture capture = Machine(new double[Length]);
        Array.Fill(capture.Samples, (short)value);

        Assert.That(Analyze(capture, Bearing()).Refusals, Is.EqualTo(Refusal.NoSignal));
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(1)]
    public void An_empty_capture_is_refused(int count)
    {
        Capture capture = Machine(new double[16]);
        capture.Count = count;

        DetectorResult result = Analyze(capture, Bearing());

        Assert.That(result.Refusals, Is.EqualTo(Refusal.NoSignal | Refusal.CaptureTooShort));
    }

    [Test]
    public void Facts_of_the_capture_are_handed_on()
    {
        Capture capture = Machine(new double[Length]);
        capture.Sequence = 42;
        capture.CoveragePermille = 993;
        capture.SaturatedCount = 1;

        DetectorResult result = Analyze(capture, Bearing());

        Assert.That(result.CaptureSequence, Is.EqualTo(42));
        Assert.That(result.CoveragePermille, Is.EqualTo(993));
        Assert.That(result.SaturatedPermille, Is.EqualTo(1), "one sample is more than none");
    }

    [Test]
    public void A_recording_longer_than_any_capture_of_a_node_is_walked_over_to_its_end()
    {
        // The second half moves ten times as fast.
        Func<double, double> slow = Waves.Velocity(100, 1);
        Func<double, double> fast = Waves.Velocity(100, 10);
        Capture capture = Waves.Capture(262144, seconds => seconds < 131072 / Waves.Rate ? slow(seconds) : fast(seconds));

        Assert.That(Analyze(capture, new DetectorSettings()).VelocityUmPerSecond, Is.EqualTo(1000 * Math.Sqrt(101 / 2.0)).Within(3).Percent);
    }

    [Test]
    public void A_count_beyond_the_buffer_is_held_to_it()
    {
        Capture capture = Machine(new double[Length]);
        int expected = Analyze(capture, new DetectorSettings()).VelocityUmPerSecond;
        capture.Count = int.MaxValue;

        Assert.That(Analyze(capture, new DetectorSettings()).VelocityUmPerSecond, Is.EqualTo(expected));
    }

    [Test]
    public void Analysis_allocates_nothing()
    {
        Capture capture = Machine(Waves.Blows(Length, 0.3, 3.585 * Shaft));
        var result = new DetectorResult();
        DetectorSettings settings = Bearing();

        // The runtime may allocate for itself on this thread now and then; the detector would every time.
        long least = long.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Detector.Analyze(capture, settings, result);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.That(least, Is.Zero);
    }

    private static DetectorSettings Bearing() => new()
    {
        ShaftSpeedMilliHertz = 29950,
        BpfoMilliOrders = 3585,
        BpfiMilliOrders = 5415,
        BsfMilliOrders = 2357,
        FtfMilliOrders = 398,
    };

    /// <summary>A quiet machine: noise of 30 mg, one and two times the shaft speed, and what is added.</summary>
    private static Capture Machine(double[] added, int seed = 1)
    {
        Func<double, double> noise = Waves.Noise(0.03, seed);
        Func<double, double> first = Waves.Velocity(Shaft, 0.7);
        Func<double, double> second = Waves.Velocity(2 * Shaft, 0.3);
        return Waves.Capture(added.Select((value, i) => value + noise(0) + first(i / Waves.Rate) + second(i / Waves.Rate)).ToArray());
    }

    private static DetectorResult Analyze(Capture capture, DetectorSettings settings)
    {
        var result = new DetectorResult();
        Detector.Analyze(capture, settings, result);
        return result;
    }
}
