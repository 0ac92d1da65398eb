using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Tests.SensorNode.Portable.Detection;

/// <summary>A temperature's sensor, its rate of rise and its distance from what was learned.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class TemperatureWatchTests
{
    private const long Minute = 60000;
    private const long Hour = 60 * Minute;

    private readonly TemperatureWatch _watch = new();
    private long _now;

    [TestCase(-4001, false)]
    [TestCase(-4000, true)]
    [TestCase(15000, true)]
    [TestCase(15001, false)]
    [TestCase(int.MaxValue, false)]
    public void A_reading_outside_the_sensors_range_is_not_believed(int reading, bool isBelieved)
    {
        _watch.Step(reading, 0, true);

        Assert.That(_watch.IsFaulty, Is.EqualTo(!isBelieved));
        Assert.That(_watch.CentiCelsius, Is.EqualTo(isBelieved ? reading : TemperatureWatch.NoTemperature));
    }

    [TestCase(1799, false)]
    [TestCase(1800, true)]
    public void A_sensor_that_spiked_is_believed_after_half_an_hour_without_a_spike(int seconds, bool isBelieved)
    {
        _watch.Step(80000, 0, true);
        _watch.Step(80000, 5000, true);
        _watch.Step(9000, 5000 + (seconds * 1000L), true);

        Assert.That(_watch.CentiCelsius, Is.EqualTo(isBelieved ? 9000 : TemperatureWatch.NoTemperature));
    }

    [Test]
    public void A_clock_that_jumps_back_does_not_keep_a_sensor_out_for_good()
    {
        _watch.Step(80000, 100 * Hour, true);
        _watch.Step(3000, Hour, true);
        _watch.Step(3000, Hour + (30 * Minute), true);

        Assert.That(_watch.CentiCelsius, Is.EqualTo(3000));
    }

    [Test]
    public void A_missing_reading_is_no_fault()
    {
        _watch.Step(3000, 0, true);
        _watch.Step(TemperatureWatch.NoTemperature, 1000, true);

        Assert.That(_watch.CentiCelsius, Is.EqualTo(TemperatureWatch.NoTemperature));
        Assert.That(_watch.IsFaulty, Is.False);
    }

    [Test]
    public void A_rate_needs_forty_minutes()
    {
        Feed(41 * Minute, Minute, _ => 3000);
        Assert.That(_watch.RateCentiCelsiusPerHour, Is.EqualTo(TemperatureWatch.NoTemperature));
        Feed(10 * Minute, Minute, _ => 3000);
        Assert.That(_watch.RateCentiCelsiusPerHour, Is.Zero);
    }

    [TestCase(1)]
    [TestCase(60)]
    [TestCase(300)]
    public void The_rate_is_the_slope_of_the_last_hour_however_often_it_is_read(int seconds)
    {
        Feed(3 * Hour, seconds * 1000L, _ => 3000);
        Feed(90 * Minute, seconds * 1000L, elapsed => 3000 + (int)(elapsed * 1200 / Hour));

        Assert.That(_watch.RateCentiCelsiusPerHour, Is.EqualTo(1200).Within(25));
    }

    [Test]
    public void A_spike_within_the_range_hardly_touches_the_rate()
    {
        Feed(2 * Hour, Minute, elapsed => elapsed / Minute is >= 90 and < 95 ? 9000 : 3000);

        Assert.That(_watch.RateCentiCelsiusPerHour, Is.Zero);
    }

    [Test]
    public void A_hole_in_the_readings_starts_the_rate_anew()
    {
        Feed(2 * Hour, Minute, _ => 3000);
        _now += 5 * Hour;
        Feed(30 * Minute, Minute, _ => 6000);

        Assert.That(_watch.RateCentiCelsiusPerHour, Is.EqualTo(TemperatureWatch.NoTemperature));
    }

    [Test]
    public void The_distance_is_told_after_a_day()
    {
        Feed(23 * Hour, 5 * Minute, _ => 4000);
        Assert.That(_watch.ResidualCentiCelsius, Is.EqualTo(TemperatureWatch.NoTemperature));
        Feed(2 * Hour, 5 * Minute, _ => 4000);
        Assert.That(_watch.ResidualCentiCelsius, Is.Zero);
    }

    [TestCase(5500)]
    [TestCase(2500)]
    public void A_machine_that_leaves_what_was_learned_stands_off_within_a_day(int later)
    {
        Feed(6 * 24 * Hour, 5 * Minute, _ => 4000);
        Feed(18 * Hour, 5 * Minute, _ => later);

        Assert.That(Math.Abs(_watch.ResidualCentiCelsius), Is.InRange(900, 1500));
        Assert.That(Math.Sign(_watch.ResidualCentiCelsius), Is.EqualTo(Math.Sign(later - 4000)));
    }

    [Test]
    public void A_day_and_a_night_are_not_unusual()
    {
        int most = 0;
        for (int hour = 0; hour < 20 * 24; hour++)
        {
            Feed(Hour, 10 * Minute, _ => 4000 + (int)(500 * Math.Sin(_now * 2 * Math.PI / (24 * Hour))));
            most = hour > 72 ? Math.Max(most, Math.Abs(_watch.ResidualCentiCelsius)) : most;
        }

        Assert.That(most, Is.LessThan(300));
    }

    [Test]
    public void A_new_level_that_lasts_for_a_week_is_the_usual_one()
    {
        Feed(6 * 24 * Hour, 5 * Minute, _ => 4000);
        Feed(10 * 24 * Hour, 5 * Minute, _ => 5500);

        Assert.That(_watch.ResidualCentiCelsius, Is.LessThan(600));
    }

    [Test]
    public void Nothing_is_learned_from_a_machine_that_stands_still()
    {
        Feed(6 * 24 * Hour, 5 * Minute, _ => 4000);
        Feed(10 * 24 * Hour, 5 * Minute, _ => 2000, isRunning: false);
        Feed(2 * Hour, 5 * Minute, _ => 2500);

        Assert.That(_watch.ResidualCentiCelsius, Is.InRange(-300, 0), "it starts cold, which is not unusual for that alone");
        Feed(24 * Hour, 5 * Minute, _ => 4000);
        Assert.That(Math.Abs(_watch.ResidualCentiCelsius), Is.LessThan(150));
    }

    [Test]
    public void Extreme_times_do_not_overflow()
    {
        foreach (long time in new[] { long.MinValue / 2, 0, long.MaxValue / 2, 1, long.MaxValue / 2, long.MaxValue / 2 + Hour })
        {
            _watch.Step(15000, time, true);
            _watch.Step(-4000, time + (5 * Minute), true);
        }

        Assert.That(_watch.CentiCelsius, Is.EqualTo(-4000));
    }

    private void Feed(long duration, long step, Func<long, int> temperature, bool isRunning = true)
    {
        for (long elapsed = 0; elapsed < duration; elapsed += step)
        {
            _watch.Step(temperature(elapsed), _now, isRunning);
            _now += step;
        }
    }
}
