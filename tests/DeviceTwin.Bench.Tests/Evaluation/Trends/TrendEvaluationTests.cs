using System.Text.Json;
using DeviceTwin.Bench.Evaluation.Trends;
using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Tests.Bench.Evaluation.Trends;

/// <summary>How the figures are counted, on series made for it.</summary>
public sealed class TrendEvaluationTests
{
    private const int Interval = 600;

    [Test]
    public void The_lead_counts_from_the_first_alarm_of_the_second_half_to_the_end()
    {
        RunTrend trend = Evaluate(1000, i => i < 900 ? 0.3 : 0.9);

        Assert.That(trend.Alarm, Is.True);
        Assert.That(trend.FalseAlarmsFirstHalf, Is.Zero);
        Assert.That(trend.Cause, Is.EqualTo("baseline"));
        Assert.That(trend.LeadHours, Is.EqualTo((999 - 902) * Interval / 3600.0).Within(1e-9), "three captures at more than twice the limit");
        Assert.That(trend.Hours, Is.EqualTo(999 * Interval / 3600.0).Within(1e-9));
    }

    [Test]
    public void An_alarm_of_the_first_half_is_false_and_does_not_count_as_lead()
    {
        RunTrend trend = Evaluate(1000, i => i is >= 480 and < 495 ? 0.9 : 0.3);

        Assert.That(trend.FalseAlarmsFirstHalf, Is.EqualTo(1));
        Assert.That(trend.Alarm, Is.False);
        Assert.That(trend.LeadHours, Is.Null);
    }

    [Test]
    public void The_rival_alarms_above_three_times_the_median_of_the_first_tenth()
    {
        Assert.That(Evaluate(1000, i => i == 950 ? 0.89 : 0.3).Rival.Alarm, Is.False);
        RivalTrend rival = Evaluate(1000, i => i is 100 or 101 or 200 or 950 ? 0.91 : 0.3).Rival;
        Assert.That(rival.Alarm, Is.True);
        Assert.That(rival.FalseAlarmsFirstHalf, Is.EqualTo(2), "two in a row are one");
        Assert.That(rival.LeadHours, Is.EqualTo(49 * Interval / 3600.0).Within(1e-9));
    }

    [Test]
    public void What_was_recorded_after_the_shutdown_is_left_out()
    {
        SnapshotSeries series = Series(100, i => i < 97 ? 0.3 : 0.01);

        Assert.That(series.Count, Is.EqualTo(97));
        Assert.That(series.HoursToEnd(96), Is.Zero);
    }

    [Test]
    public void The_first_half_is_the_longer_one_by_count_or_by_time()
    {
        // Twice as many snapshots per hour at the beginning.
        double[] seconds = [.. Enumerable.Range(0, 90).Select(i => i < 60 ? i * 300.0 : 18000 + ((i - 60) * 600.0))];
        var series = new SnapshotSeries("run", seconds, ["one"], [[.. Enumerable.Repeat(0.3, 90)]], null);

        Assert.That(series.IsFirstHalf(58), Is.True, "before the half of the time");
        Assert.That(series.IsFirstHalf(59), Is.False);
    }

    [Test]
    public void A_days_alarm_outside_the_windows_is_a_false_day_whatever_its_length()
    {
        DateTime start = new(2014, 1, 1);
        var times = Enumerable.Range(0, 12 * 24 * 20).Select(i => start.AddMinutes(5 * i)).ToArray();
        int[] readings = [.. times.Select(time => time.Day is 8 or 15 ? 9000 : 3000)];
        var series = new LabelledTemperature(times, readings, [(start.AddDays(6.5), start.AddDays(8.5)), (start.AddDays(100), start.AddDays(101))]);

        TemperatureTrend trend = series.Evaluate(new DetectorSettings { TemperatureResidualLimitCentiCelsius = 0 });

        Assert.That(trend.Windows, Is.EqualTo(1), "the other lies outside the series");
        Assert.That(trend.WindowsHit, Is.EqualTo(1));
        Assert.That(trend.FalseAlarmDays, Is.EqualTo(1));
    }

    [Test]
    public void The_area_under_the_curve_is_that_of_the_pairs()
    {
        int count = PumpSeries.Learned + 6;
        bool[] labels = new bool[count];
        labels[^1] = labels[^3] = true;
        var pump = new PumpSeries([new double[count]], labels);
        double[] score = new double[count];
        new double[] { 1, 2, 2, 2, 3, 4 }.CopyTo(score, PumpSeries.Learned);

        // 4 beats four of four; 2 beats one, ties with two, loses to one.
        Assert.That(pump.Auc(score), Is.EqualTo((4 + 2) / 8.0).Within(1e-12));
    }

    [Test]
    public void T_squared_is_the_squared_distance_in_what_was_learned()
    {
        var random = new Random(9);
        int count = PumpSeries.Learned + 10;
        double[][] channels = [.. Enumerable.Range(0, 2).Select(_ => Enumerable.Range(0, count).Select(_ => random.NextDouble()).ToArray())];
        channels[1] = [.. channels[0].Zip(channels[1], (one, other) => one + (0.1 * other))];
        double[] score = new PumpSeries(channels, new bool[count]).TSquared();

        Assert.That(score.Take(PumpSeries.Learned).Average(), Is.EqualTo(2.0 * (PumpSeries.Learned - 1) / PumpSeries.Learned).Within(1e-6), "the number of channels");
    }

    [Test]
    public void The_document_has_the_agreed_names()
    {
        string json = JsonSerializer.Serialize(Evaluate(1000, i => i < 900 ? 0.3 : 0.9));
        using JsonDocument document = JsonDocument.Parse(json);

        Assert.That(
            document.RootElement.EnumerateObject().Select(property => property.Name),
            Is.EqualTo(new[] { "alarm", "leadHours", "falseAlarmsFirstHalf", "cause", "group", "hours", "rival", "temperature" }));
    }

    private static RunTrend Evaluate(int count, Func<int, double> level) => RunToFailure.Evaluate(Series(count, level), new DetectorSettings());

    private static SnapshotSeries Series(int count, Func<int, double> level) => new(
        "run",
        [.. Enumerable.Range(0, count).Select(i => (double)i * Interval)],
        ["one"],
        [[.. Enumerable.Range(0, count).Select(level)]],
        null);
}
