using DeviceTwin.SensorNode.Detection;
using Monitor = DeviceTwin.SensorNode.Detection.Monitor;

namespace DeviceTwin.Tests.SensorNode.Portable.Detection;

/// <summary>What the monitor makes of a machine beyond one level and one limit: causes, learning, standing still, acknowledgement.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class MonitorCausesTests
{
    private readonly DetectorSettings _settings = new() { BaselineWarmUpCaptures = 20 };
    private readonly Monitor _monitor = new();
    private readonly DetectorResult _result = new();
    private long _now;

    public MonitorCausesTests()
    {
        Sound();
    }

    [TestCase(0, 2, false)]
    [TestCase(110, 0, false)]
    [TestCase(110, 2, true)]
    public void Normal_is_not_said_of_a_band_that_was_asked_for_and_could_not_be_told(int limit, int high, bool refused)
    {
        var monitor = new Monitor();
        var settings = new DetectorSettings { BaselineWarmUpCaptures = 0, Band2HighHertz = high * 1000, Band2LimitMilliG = limit };
        DetectorResult result = Measured();

        Assert.That(Verdict.Word(monitor.Step(result, 2000, 0, settings)), Is.EqualTo(refused ? "refused" : "normal"));
        result.BandMicroG[1] = 1000;
        Assert.That(Verdict.Word(monitor.Step(result, 2000, 60000, settings)), Is.EqualTo("normal"));
    }

    [Test]
    public void A_band_with_other_edges_is_another_question()
    {
        var monitor = new Monitor();
        var settings = new DetectorSettings { BaselineWarmUpCaptures = 0, Band3LowHertz = 10, Band3HighHertz = 1000, Band3LimitMilliG = 100 };
        DetectorResult result = Measured();
        result.BandMicroG[2] = 150000;
        Assert.That(Verdict.Word(monitor.Step(result, 2000, 0, settings)), Is.EqualTo("high"));

        settings.Band3HighHertz = 900000;
        Assert.That(Verdict.Word(monitor.Step(null!, 2000, 60000, settings)), Is.Not.EqualTo("high"), "nothing is known of the new band yet");
        result.BandMicroG[2] = DetectorResult.NotAvailable;
        Assert.That(Verdict.Word(monitor.Step(result, 2000, 120000, settings)), Is.EqualTo("refused"), "and it cannot be told");
    }

    private static DetectorResult Measured()
    {
        var result = new DetectorResult();
        result.Clear();
        result.VelocityUmPerSecond = 1000;
        result.AccelerationMilliG = 100;
        return result;
    }

    [Test]
    public void A_level_that_rises_out_of_the_baseline_is_high_after_five_captures()
    {
        RunIn();
        _result.AccelerationMilliG = 480;
        Captures(4);
        Assert.That(Now(), Is.EqualTo("normal"));
        Captures(1);
        Assert.That(Now(), Is.EqualTo("high"));
        Assert.That(_monitor.Causes, Is.EqualTo(1 << AlarmCause.Baseline));
        Assert.That(_monitor.BaselineExcessMilliSigma, Is.GreaterThan(8000));
    }

    [Test]
    public void Twice_as_far_it_takes_three()
    {
        RunIn();
        _result.AccelerationMilliG = 800;
        Captures(2);
        Assert.That(Now(), Is.EqualTo("normal"));
        Captures(1);
        Assert.That(Now(), Is.EqualTo("high"));
    }

    [Test]
    public void A_burst_is_no_change_of_the_machine()
    {
        Captures(20);
        for (int i = 0; i < 20; i++)
        {
            _result.AccelerationMilliG = 2000;
            Captures(2);
            Sound();
            Captures(8);
        }

        Assert.That(_monitor.Alarm(AlarmCause.Baseline).Raises, Is.Zero);
        Assert.That(_monitor.Alarm(AlarmCause.Drift).Raises, Is.Zero);
    }

    [Test]
    public void A_level_that_stays_a_little_high_is_a_drift()
    {
        // An old machine: its baseline hardly follows any more.
        Captures(2000);
        _result.AccelerationMilliG = 410;
        Captures(25);
        Assert.That(Now(), Is.EqualTo("normal"));
        Captures(30);
        Assert.That(Now(), Is.EqualTo("high"));
        Assert.That(_monitor.Causes, Is.EqualTo(1 << AlarmCause.Drift));
    }

    [Test]
    public void Nothing_is_learned_in_an_alarm()
    {
        Captures(20);
        _result.VelocityUmPerSecond = 9000;
        Captures(100);

        Assert.That(_monitor.Baseline.Captures, Is.EqualTo(20));
    }

    [TestCase(Refusal.Overrun)]
    [TestCase(Refusal.Saturated)]
    [TestCase(Refusal.Clipped)]
    [TestCase(Refusal.NoSignal)]
    [TestCase(Refusal.ScaleUnknown)]
    public void Nothing_is_learned_from_a_spoilt_capture(int refusal)
    {
        Captures(20);
        _result.Refusals = refusal;
        _result.AccelerationMilliG = 3000;
        Captures(100);

        Assert.That(_monitor.Baseline.Level(0, BaselineFeature.Acceleration).Count, Is.EqualTo(20));
        Assert.That(_monitor.Alarm(AlarmCause.Baseline).Raises, Is.Zero);
    }

    [Test]
    public void A_new_generation_ends_its_alarms_and_starts_anew()
    {
        RunIn();
        _result.AccelerationMilliG = 800;
        Captures(40);
        Assert.That(_monitor.Causes, Is.EqualTo((1 << AlarmCause.Baseline) | (1 << AlarmCause.Drift)));

        _settings.BaselineGeneration = 1;
        Captures(1);
        Assert.That(Now(), Is.EqualTo("normal"));
        Assert.That(_monitor.Baseline.Captures, Is.EqualTo(1));
        Assert.That(_monitor.Refusals & Refusal.BaselineWarmingUp, Is.Not.Zero);
        Captures(40);
        Assert.That(Now(), Is.EqualTo("normal"), "this is how the machine is now");
    }

    [Test]
    public void While_it_warms_up_the_reason_is_told_and_other_limits_hold()
    {
        Captures(19);
        Assert.That(Now(), Is.EqualTo("normal"));
        Assert.That(_monitor.Refusals, Is.EqualTo(Refusal.BaselineWarmingUp));
        Captures(2);
        Assert.That(_monitor.Refusals, Is.Zero);
    }

    [Test]
    public void Without_any_limit_a_learned_baseline_is_enough_to_say_normal()
    {
        _settings.VelocityLimitUmPerSecond = 0;
        Captures(20);
        Assert.That(Now(), Is.EqualTo("refused"));
        Captures(1);
        Assert.That(Now(), Is.EqualTo("normal"));
        _settings.BaselineWarmUpCaptures = 0;
        Captures(1);
        Assert.That(Now(), Is.EqualTo("refused"));
        Assert.That(_monitor.Refusals, Is.EqualTo(Refusal.NothingAsked));
    }

    [TestCase(Verdict.Unbalance, "unbalance")]
    [TestCase(Verdict.Misalignment, "misalignment")]
    [TestCase(Verdict.Looseness, "looseness")]
    [TestCase(Verdict.Normal, "high")]
    [TestCase(DetectorResult.NotAvailable, "high")]
    public void A_velocity_above_its_limit_is_named_by_the_shafts_pattern(int pattern, string expected)
    {
        _result.VelocityUmPerSecond = 9000;
        _result.ShaftPattern = pattern;
        Captures(1);

        Assert.That(Now(), Is.EqualTo(expected));
        Assert.That(_monitor.StateOf(_monitor.Verdict), Is.EqualTo(AlarmState.Raised));
    }

    [Test]
    public void A_pattern_without_a_high_velocity_is_no_alarm()
    {
        _result.ShaftPattern = Verdict.Unbalance;
        Captures(5);

        Assert.That(Now(), Is.EqualTo("normal"));
    }

    [Test]
    public void A_name_changes_when_two_captures_agree()
    {
        _result.VelocityUmPerSecond = 9000;
        _result.ShaftPattern = Verdict.Unbalance;
        Captures(3);
        _result.ShaftPattern = Verdict.Looseness;
        Captures(1);
        Assert.That(Now(), Is.EqualTo("unbalance"));
        _result.ShaftPattern = Verdict.Unbalance;
        Captures(1);
        _result.ShaftPattern = Verdict.Looseness;
        Captures(2);
        Assert.That(Now(), Is.EqualTo("looseness"));
        Assert.That(_monitor.Alarms, Is.EqualTo(Verdict.Flag(Verdict.Looseness)), "one alarm, under its new name");
    }

    [TestCase(250000, "normal")]
    [TestCase(250001, "high")]
    public void A_band_has_its_limit(int microG, string expected)
    {
        _settings.Band2HighHertz = 1000;
        _settings.Band2LimitMilliG = 250;
        _result.BandMicroG[1] = microG;
        Captures(1);

        Assert.That(Now(), Is.EqualTo(expected));
    }

    [Test]
    public void A_cage_defect_has_its_own_verdict()
    {
        _settings.BpfoMilliOrders = 3585;
        _result.Bearing = Verdict.Cage;
        Captures(2);

        Assert.That(Now(), Is.EqualTo("cage"));
    }

    [Test]
    public void A_bearing_alarm_keeps_its_delays()
    {
        _settings.BpfoMilliOrders = 3585;
        _settings.BearingTripDelaySeconds = 90;
        _settings.BearingResetDelaySeconds = 150;
        _result.Bearing = Verdict.Outer;
        Captures(2);
        Assert.That(Now(), Is.EqualTo("normal"), "seen for one minute");
        Captures(1);
        Assert.That(Now(), Is.EqualTo("outer"));
        _result.Bearing = Verdict.Normal;
        Captures(4);
        Assert.That(Now(), Is.EqualTo("outer"), "two captures to agree, then two minutes");
        Captures(1);
        Assert.That(Now(), Is.EqualTo("normal"));
    }

    [Test]
    public void A_machine_that_stands_still_is_not_judged_and_keeps_its_alarms()
    {
        _settings.RunningLimitMilliG = 100;
        _result.VelocityUmPerSecond = 9000;
        Captures(3);
        _result.AccelerationMilliG = 5;
        _result.VelocityUmPerSecond = 10;
        _result.Running = 0;
        Captures(100);

        Assert.That(Now(), Is.EqualTo("notRunning"));
        Assert.That(_monitor.Alarms, Is.EqualTo(Verdict.Flag(Verdict.High)));
        Assert.That(_monitor.Refusals & Refusal.NotRunning, Is.Not.Zero);
        Sound();
        Captures(1);
        Assert.That(Now(), Is.EqualTo("normal"), "it runs again, and well");
    }

    [Test]
    public void Nothing_is_learned_while_it_stands_still()
    {
        _settings.RunningLimitMilliG = 100;
        Captures(10);
        _result.AccelerationMilliG = 5;
        _result.Running = 0;
        Captures(100);

        Assert.That(_monitor.Baseline.Level(0, BaselineFeature.Acceleration).Count, Is.EqualTo(10));
    }

    [Test]
    public void A_temperature_that_rises_too_fast_is_hot_before_its_limit()
    {
        _settings.TemperatureRateLimitCentiCelsiusPerHour = 1000;
        for (int minute = 0; minute < 60; minute++)
        {
            Step(3000 + (minute * 20));
        }

        Assert.That(Now(), Is.EqualTo("hot"));
        Assert.That(_monitor.Causes, Is.EqualTo(1 << AlarmCause.TemperatureRate));
    }

    [TestCase(5500)]
    [TestCase(2500)]
    public void A_temperature_far_from_what_was_learned_is_told(int later)
    {
        for (int hour = 0; hour < 100; hour++)
        {
            Step(4000, 3600000);
        }

        for (int hour = 0; hour < 24; hour++)
        {
            Step(later, 3600000);
        }

        Assert.That(_monitor.Causes, Is.EqualTo(1 << AlarmCause.TemperatureResidual));
        Assert.That(Now(), Is.EqualTo("hot"));
    }

    [Test]
    public void A_temperature_alarm_keeps_its_delays()
    {
        _settings.TemperatureTripDelaySeconds = 90;
        _settings.TemperatureResetDelaySeconds = 90;
        Step(9000);
        Step(9000);
        Assert.That(Now(), Is.EqualTo("normal"));
        Step(9000);
        Assert.That(Now(), Is.EqualTo("hot"));
        Step(3000);
        Step(3000);
        Assert.That(Now(), Is.EqualTo("hot"));
        Step(3000);
        Assert.That(Now(), Is.EqualTo("normal"));
    }

    [Test]
    public void A_sensor_that_spikes_raises_nothing_and_is_told()
    {
        Step(3000);
        Step(60000);
        Assert.That(Now(), Is.EqualTo("refused"));
        Assert.That(_monitor.Alarms, Is.Zero);
        Assert.That(_monitor.Refusals & Refusal.TemperatureUnknown, Is.Not.Zero);
    }

    [Test]
    public void Acknowledging_is_by_verdict_and_ends_with_the_alarm()
    {
        _result.VelocityUmPerSecond = 9000;
        Step(9000);
        Assert.That(_monitor.Unacknowledged, Is.EqualTo(Verdict.Flag(Verdict.High) | Verdict.Flag(Verdict.Hot)));

        _monitor.Acknowledge(Verdict.Flag(Verdict.Hot));
        Step(9000);
        Assert.That(_monitor.Unacknowledged, Is.EqualTo(Verdict.Flag(Verdict.High)));
        Assert.That(_monitor.Alarms, Is.EqualTo(Verdict.Flag(Verdict.High) | Verdict.Flag(Verdict.Hot)), "acknowledged is not over");
        Assert.That(_monitor.StateOf(Verdict.Hot), Is.EqualTo(AlarmState.Acknowledged));

        Step(3000);
        Step(9000);
        Assert.That(_monitor.StateOf(Verdict.Hot), Is.EqualTo(AlarmState.Raised), "it came again");
    }

    [Test]
    public void Every_gravest_verdict_has_its_place()
    {
        _settings.BpfoMilliOrders = 3585;
        _settings.RunningLimitMilliG = 100;
        _settings.Band1HighHertz = 1000;
        _settings.Band1LimitMilliG = 100;
        Step(9000);
        Assert.That(Now(), Is.EqualTo("hot"));
        _result.BandMicroG[0] = 200000;
        Step(9000);
        Assert.That(Now(), Is.EqualTo("high"));
        _result.VelocityUmPerSecond = 9000;
        _result.ShaftPattern = Verdict.Looseness;
        Step(9000);
        Assert.That(Now(), Is.EqualTo("looseness"));
        _result.Bearing = Verdict.Inner;
        Step(9000);
        Step(9000);
        Assert.That(Now(), Is.EqualTo("inner"));
        _result.AccelerationMilliG = 1;
        Step(9000);
        Assert.That(Now(), Is.EqualTo("notRunning"));
    }

    [TestCase(1)]
    [TestCase(2)]
    public void No_walk_raises_more_than_the_delays_allow_or_says_normal_in_an_alarm(int seed)
    {
        var random = new Random(seed);
        _settings.BpfoMilliOrders = 3585;
        _settings.RunningLimitMilliG = 20;
        _settings.VelocityTripDelaySeconds = 120;
        _settings.BearingTripDelaySeconds = 120;
        _settings.TemperatureTripDelaySeconds = 120;
        int[] raises = new int[AlarmCause.Count];
        long[] last = [.. Enumerable.Repeat(long.MinValue / 2, AlarmCause.Count)];
        for (int i = 0; i < 6000; i++)
        {
            _result.AccelerationMilliG = random.Next(30) == 0 ? 5 : 300 + random.Next(500);
            _result.VelocityUmPerSecond = (i / 40 % 2 * 6000) + random.Next(3000);
            _result.Bearing = i / 60 % 2 == 0 ? Verdict.Normal : random.Next(Verdict.Outer, Verdict.Cage + 1);
            _result.Bearing = random.Next(50) == 0 ? DetectorResult.NotAvailable : _result.Bearing;
            _now += random.Next(0, 60000);
            _monitor.Step(random.Next(3) == 0 ? null! : _result, random.Next(7000, 8500), _now, _settings);
            if (random.Next(100) == 0)
            {
                _monitor.Acknowledge(_monitor.Alarms);
            }

            for (int cause = 0; cause < AlarmCause.Count; cause++)
            {
                if (_monitor.Alarm(cause).Raises != raises[cause])
                {
                    Assert.That(_now - last[cause], Is.GreaterThanOrEqualTo(120000), AlarmCause.Word(cause));
                    raises[cause] = _monitor.Alarm(cause).Raises;
                    last[cause] = _now;
                }
            }

            Assert.That(_monitor.Alarms == 0, Is.EqualTo(_monitor.Causes == 0));
            Assert.That(_monitor.Verdict, _monitor.Alarms == 0 ? Is.AnyOf(Verdict.Normal, Verdict.NotRunning, Verdict.Refused) : Is.Not.EqualTo(Verdict.Normal));
            Assert.That(_monitor.Unacknowledged & ~_monitor.Alarms, Is.Zero);
        }

        Assert.That(raises[AlarmCause.Velocity], Is.GreaterThan(10));
        Assert.That(raises[AlarmCause.Temperature], Is.GreaterThan(2));
    }

    private void RunIn() => Captures(20 * (RobustLevel.RunInWarmUps + 1));

    private string Now() => Verdict.Word(_monitor.Verdict);

    /// <summary>A sound machine's capture.</summary>
    private void Sound()
    {
        _result.Clear();
        _result.Running = 1;
        _result.AccelerationMilliG = 300;
        _result.VelocityUmPerSecond = 1000;
        _result.Bearing = Verdict.Normal;
    }

    /// <summary>Captures a minute apart.</summary>
    private void Captures(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Step(4000);
        }
    }

    private void Step(int temperature, long milliseconds = 60000)
    {
        _now += milliseconds;
        _monitor.Step(_result, temperature, _now, _settings);
    }
}
