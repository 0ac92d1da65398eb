using DeviceTwin.SensorNode.Detection;
using Monitor = DeviceTwin.SensorNode.Detection.Monitor;

namespace DeviceTwin.Tests.SensorNode.Portable.Detection;

/// <summary>Verdict and alarms: trip and reset levels, delays and agreement, each at its boundary.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class MonitorTests
{
    private readonly Monitor _alarms = new();
    private readonly DetectorSettings _settings = new() { VelocityLimitUmPerSecond = 7100, VelocityHysteresisPercent = 10 };

    [Test]
    public void Nothing_is_known_before_the_first_capture()
    {
        Assert.That(_alarms.Verdict, Is.EqualTo(Verdict.Refused));
        Assert.That(_alarms.Step(null!, 2000, 0, _settings), Is.EqualTo(Verdict.Refused));
        Assert.That(_alarms.Alarms, Is.Zero);
    }

    [TestCase(7099, "normal")]
    [TestCase(7100, "normal")]
    [TestCase(7101, "high")]
    public void Velocity_trips_above_its_limit(int velocity, string expected)
    {
        Assert.That(new Run(_settings).Velocity(0, velocity), Is.EqualTo(expected));
    }

    [TestCase(6391, "high")]
    [TestCase(6390, "normal")]
    [TestCase(6389, "normal")]
    public void Velocity_resets_at_its_reset_level(int velocity, string expected)
    {
        var run = new Run(_settings);
        run.Velocity(0, 8000);

        Assert.That(run.Velocity(60, velocity), Is.EqualTo(expected));
    }

    [TestCase(7101, "high")]
    [TestCase(7100, "normal")]
    public void Without_hysteresis_the_levels_are_one(int velocity, string expected)
    {
        _settings.VelocityHysteresisPercent = 0;
        var run = new Run(_settings);
        run.Velocity(0, 8000);

        Assert.That(run.Velocity(60, velocity), Is.EqualTo(expected));
    }

    [TestCase(29.999, "normal")]
    [TestCase(30.0, "high")]
    [TestCase(30.001, "high")]
    public void Velocity_trips_after_its_delay(double seconds, string expected)
    {
        _settings.VelocityTripDelaySeconds = 30;
        var run = new Run(_settings);
        run.Velocity(0, 8000);

        Assert.That(run.Velocity(seconds, 8000), Is.EqualTo(expected));
    }

    [TestCase(89.999, "high")]
    [TestCase(90.0, "normal")]
    [TestCase(90.001, "normal")]
    public void Velocity_resets_after_its_delay(double seconds, string expected)
    {
        _settings.VelocityResetDelaySeconds = 30;
        var run = new Run(_settings);
        run.Velocity(0, 8000);
        run.Velocity(60, 1000);

        Assert.That(run.Velocity(seconds, 1000), Is.EqualTo(expected));
    }

    [Test]
    public void A_dip_below_the_limit_starts_the_trip_delay_anew()
    {
        _settings.VelocityTripDelaySeconds = 30;
        var run = new Run(_settings);
        run.Velocity(0, 8000);
        run.Velocity(20, 7100);
        run.Velocity(25, 8000);

        Assert.That(run.Velocity(54, 8000), Is.EqualTo("normal"));
        Assert.That(run.Velocity(55, 8000), Is.EqualTo("high"));
    }

    [Test]
    public void A_peak_above_the_reset_level_starts_the_reset_delay_anew()
    {
        _settings.VelocityResetDelaySeconds = 30;
        var run = new Run(_settings);
        run.Velocity(0, 8000);
        run.Velocity(10, 6000);
        run.Velocity(20, 6500);
        run.Velocity(30, 6000);

        Assert.That(run.Velocity(59, 6000), Is.EqualTo("high"));
        Assert.That(run.Velocity(60, 6000), Is.EqualTo("normal"));
    }

    [Test]
    public void A_delay_runs_out_between_captures_too()
    {
        _settings.VelocityTripDelaySeconds = 30;
        var run = new Run(_settings);
        run.Velocity(0, 8000);

        Assert.That(run.Nothing(29), Is.EqualTo("normal"));
        Assert.That(run.Nothing(30), Is.EqualTo("high"));
    }

    [Test]
    public void A_changed_limit_holds_at_once()
    {
        var run = new Run(_settings);
        run.Velocity(0, 5000);

        _settings.VelocityLimitUmPerSecond = 4999;
        Assert.That(run.Nothing(1), Is.EqualTo("high"));

        _settings.VelocityLimitUmPerSecond = 0;
        Assert.That(run.Nothing(2), Is.EqualTo("refused"), "nothing is asked of the vibration any more");
    }

    [TestCase(7999, "normal")]
    [TestCase(8000, "normal")]
    [TestCase(8001, "hot")]
    public void Temperature_trips_above_its_limit(int centiCelsius, string expected)
    {
        Assert.That(new Run(_settings).Temperature(centiCelsius), Is.EqualTo(expected));
    }

    [TestCase(7801, "hot")]
    [TestCase(7800, "normal")]
    [TestCase(7799, "normal")]
    public void Temperature_resets_below_its_limit_by_the_hysteresis(int centiCelsius, string expected)
    {
        var run = new Run(_settings);
        run.Temperature(9000);

        Assert.That(run.Temperature(centiCelsius), Is.EqualTo(expected));
    }

    [Test]
    public void A_lost_sensor_does_not_end_an_alarm()
    {
        var run = new Run(_settings);
        run.Temperature(9000);

        Assert.That(run.Temperature(Monitor.NoTemperature), Is.EqualTo("hot"));
    }

    [Test]
    public void Without_a_temperature_nothing_is_normal()
    {
        var run = new Run(_settings);
        Assert.That(run.Temperature(Monitor.NoTemperature), Is.EqualTo("refused"));
        Assert.That(run.Temperature(2000), Is.EqualTo("normal"));
        Assert.That(run.Temperature(Monitor.NoTemperature), Is.EqualTo("refused"));
    }

    [Test]
    public void Where_nothing_is_asked_of_the_vibration_nothing_is_normal()
    {
        _settings.VelocityLimitUmPerSecond = 0;
        var run = new Run(_settings);
        Assert.That(run.Velocity(0, 1000), Is.EqualTo("refused"));
        Assert.That(run.Temperature(9000), Is.EqualTo("hot"), "the temperature still is");
        Assert.That(run.Temperature(2000), Is.EqualTo("refused"));
        _settings.BpfoMilliOrders = 3585;
        Assert.That(run.Bearing(Verdict.Normal, 900), Is.EqualTo("normal"));
    }

    [Test]
    public void The_first_capture_decides_and_then_two_in_a_row_have_to_agree()
    {
        var run = Bearing();
        Assert.That(run.Bearing(Verdict.Outer, 3000), Is.EqualTo("outer"));
        Assert.That(run.Bearing(Verdict.Normal, 1000), Is.EqualTo("outer"));
        Assert.That(run.Bearing(Verdict.Outer, 3000), Is.EqualTo("outer"));
        Assert.That(run.Bearing(Verdict.Normal, 1000), Is.EqualTo("outer"));
        Assert.That(run.Bearing(Verdict.Normal, 1000), Is.EqualTo("normal"));
        Assert.That(run.Bearing(Verdict.Inner, 3000), Is.EqualTo("normal"));
        Assert.That(run.Bearing(Verdict.Outer, 3000), Is.EqualTo("normal"));
        Assert.That(run.Bearing(Verdict.Inner, 3000), Is.EqualTo("normal"));
        Assert.That(run.Bearing(Verdict.Inner, 3000), Is.EqualTo("inner"));
    }

    [TestCase(999, 1999, 4)]
    [TestCase(1000, 1999, 1)]
    [TestCase(999, 2000, 1)]
    public void A_rolling_element_that_a_level_alone_speaks_of_needs_five_captures_in_a_row(int impulsiveness, int ballScore, int captures)
    {
        var run = Bearing();
        run.Bearing(Verdict.Normal, 900);
        for (int i = 0; i < captures; i++)
        {
            Assert.That(run.Bearing(Verdict.Ball, 900, impulsiveness, ballScore), Is.EqualTo("normal"));
        }

        Assert.That(run.Bearing(Verdict.Ball, 900, impulsiveness, ballScore), Is.EqualTo("ball"));
    }

    [Test]
    public void A_single_calm_capture_makes_a_level_start_anew()
    {
        var run = Bearing();
        for (int i = 0; i < 12; i++)
        {
            Assert.That(run.Bearing(i % 5 == 4 ? Verdict.Normal : Verdict.Ball, 900, 999, 1999), Is.EqualTo("normal"));
        }
    }

    [TestCase(1699, "normal")]
    [TestCase(1700, "outer")]
    [TestCase(1701, "outer")]
    public void A_bearing_alarm_stays_down_to_85_percent_of_its_limit(int score, string expected)
    {
        var run = Bearing();
        run.Bearing(Verdict.Outer, 3000);
        run.Bearing(Verdict.Normal, score);

        Assert.That(run.Bearing(Verdict.Normal, score), Is.EqualTo(expected));
    }

    [TestCase(953, "normal")]
    [TestCase(954, "ball")]
    [TestCase(955, "ball")]
    public void A_ball_alarm_stays_down_to_85_percent_of_the_impulsiveness_beyond_noise(int milli, string expected)
    {
        var run = Bearing();
        run.Bearing(Verdict.Ball, 900, impulsiveness: 1500);
        run.Bearing(Verdict.Normal, 900, milli);

        Assert.That(run.Bearing(Verdict.Normal, 900, milli), Is.EqualTo(expected));
    }

    [Test]
    public void A_refused_capture_keeps_the_bearing_alarm_and_refuses_where_there_is_none()
    {
        var run = Bearing();
        Assert.That(run.BearingRefused(), Is.EqualTo("refused"));
        Assert.That(run.Bearing(Verdict.Outer, 3000), Is.EqualTo("outer"));
        Assert.That(run.BearingRefused(), Is.EqualTo("outer"));
    }

    [Test]
    public void Orders_taken_away_end_the_bearing_alarm()
    {
        var run = Bearing();
        run.Bearing(Verdict.Outer, 3000);
        _settings.BpfoMilliOrders = 0;

        Assert.That(run.Nothing(1), Is.EqualTo("normal"));
    }

    [Test]
    public void All_alarms_are_told_and_the_bearing_is_the_verdict()
    {
        _settings.BpfoMilliOrders = 3585;
        var result = Result();
        result.VelocityUmPerSecond = 9000;
        result.Bearing = Verdict.Inner;

        _alarms.Step(result, 9000, 0, _settings);

        Assert.That(_alarms.Verdict, Is.EqualTo(Verdict.Inner));
        Assert.That(_alarms.Alarms, Is.EqualTo(Verdict.Flag(Verdict.Inner) | Verdict.Flag(Verdict.High) | Verdict.Flag(Verdict.Hot)));
    }

    [Test]
    public void High_comes_before_hot_and_hot_before_refused()
    {
        var result = Result();
        result.VelocityUmPerSecond = 9000;
        result.BearingRefused = true;
        Assert.That(_alarms.Step(result, 9000, 0, _settings), Is.EqualTo(Verdict.High));
        result.VelocityUmPerSecond = 0;
        Assert.That(_alarms.Step(result, 9000, 1, _settings), Is.EqualTo(Verdict.Hot));
        Assert.That(_alarms.Step(result, 2000, 2, _settings), Is.EqualTo(Verdict.Refused));
        result.BearingRefused = false;
        Assert.That(_alarms.Step(result, 2000, 3, _settings), Is.EqualTo(Verdict.Normal));
    }

    [Test]
    public void Inhibited_alarms_are_not_raised_but_the_verdict_is_given()
    {
        _settings.AlarmsInhibited = true;
        var result = Result();
        result.VelocityUmPerSecond = 9000;

        Assert.That(_alarms.Step(result, 2000, 0, _settings), Is.EqualTo(Verdict.High));
        Assert.That(_alarms.Alarms, Is.Zero);

        _settings.AlarmsInhibited = false;
        _alarms.Step(null!, 2000, 1, _settings);
        Assert.That(_alarms.Alarms, Is.EqualTo(Verdict.Flag(Verdict.High)));
    }

    [Test]
    public void Extreme_settings_do_not_overflow()
    {
        _settings.VelocityLimitUmPerSecond = int.MaxValue;
        _settings.VelocityHysteresisPercent = int.MinValue;
        _settings.VelocityTripDelaySeconds = int.MaxValue;
        _settings.BearingScoreLimitMilli = int.MaxValue;
        var result = Result();
        result.VelocityUmPerSecond = int.MaxValue;

        Assert.That(_alarms.Step(result, TemperatureWatch.HighestCentiCelsius, long.MaxValue / 2, _settings), Is.EqualTo(Verdict.Hot));
    }

    private Run Bearing()
    {
        _settings.BpfoMilliOrders = 3585;
        return new Run(_settings);
    }

    private static DetectorResult Result()
    {
        var result = new DetectorResult();
        result.Clear();
        result.VelocityUmPerSecond = 1000;
        return result;
    }

    private sealed class Run(DetectorSettings settings)
    {
        private readonly Monitor _alarms = new();
        private int _capture;

        public string Velocity(double seconds, int velocity)
        {
            DetectorResult result = Result();
            result.VelocityUmPerSecond = velocity;
            return Verdict.Word(_alarms.Step(result, 2000, (long)(seconds * 1000), settings));
        }

        public string Temperature(int centiCelsius) => Verdict.Word(_alarms.Step(Result(), centiCelsius, _capture++ * 60000L, settings));

        public string Nothing(double seconds) => Verdict.Word(_alarms.Step(null!, 2000, (long)(seconds * 1000), settings));

        public string Bearing(int bearing, int score, int impulsiveness = 700, int ballScore = 900)
        {
            DetectorResult result = Result();
            result.Bearing = bearing;
            result.OuterScoreMilli = score;
            result.InnerScoreMilli = 900;
            result.BallScoreMilli = ballScore;
            result.ShaftScoreMilli = 900;
            result.ImpulsivenessMilli = impulsiveness;
            return Verdict.Word(_alarms.Step(result, 2000, _capture++ * 60000L, settings));
        }

        public string BearingRefused()
        {
            DetectorResult result = Result();
            result.BearingRefused = true;
            return Verdict.Word(_alarms.Step(result, 2000, _capture++ * 60000L, settings));
        }
    }
}
