using DeviceTwin.Dashboard.Charts;

namespace DeviceTwin.Tests.Dashboard.Charts;

/// <summary>Trends over time, with their limits.</summary>
public sealed class TrendModelTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void A_limit_is_always_inside_the_plot()
    {
        var model = TrendModel.Create(Points(1.0, 1.1, 1.2), [("trip", "limit 7.10", 7.1), ("reset", "reset 6.39", 6.39)], 0)!;
        Assert.That(model.Amplitude.From, Is.Zero);
        Assert.That(model.Amplitude.To, Is.GreaterThan(7.1));
        Assert.That(model.Levels.Select(level => level.Share), Is.All.InRange(0.0, 1.0));
        Assert.That(model.Levels[0].Share, Is.EqualTo(7.1 / model.Amplitude.To).Within(1e-9));
    }

    [Test]
    public void A_refused_value_leaves_a_gap()
    {
        var model = TrendModel.Create(Points(1, 1, null, 1, 1), [], 0)!;
        Assert.That(model.Line.Count(letter => letter == 'M'), Is.EqualTo(2));
    }

    [Test]
    public void A_single_value_is_visible()
    {
        var model = TrendModel.Create(Points(null, 5, null), [], 0)!;
        Assert.That(model.Line, Does.Contain("L"), "a point alone becomes a dash");
    }

    [Test]
    public void A_steady_temperature_does_not_fill_the_plot_with_its_noise()
    {
        var model = TrendModel.Create(Points(50.0, 50.1, 50.0), [], 10)!;
        Assert.That(model.Amplitude.To - model.Amplitude.From, Is.GreaterThanOrEqualTo(10));
    }

    [Test]
    public void Temperatures_below_zero_are_inside_the_plot()
    {
        var model = TrendModel.Create(Points(-20.0, -19.0), [("trip", "limit", 80)], 10)!;
        Assert.That(model.Amplitude.From, Is.LessThanOrEqualTo(-20));
    }

    [Test]
    public void There_is_nothing_to_draw_before_the_first_value()
    {
        Assert.That(TrendModel.Create([], [("trip", "limit", 1)], 0), Is.Null);
        Assert.That(TrendModel.Create(Points(null, null), [], 0), Is.Null);
    }

    [TestCase(60, "12:00:10")]
    [TestCase(3600, "12:10")]
    [TestCase(86400, "18:00")]
    [TestCase(86400 * 30, "12-01")]
    public void Times_stand_at_round_values(int seconds, string among)
    {
        var model = TrendModel.Create([new TrendPoint(Start, 1), new TrendPoint(Start.AddSeconds(seconds), 1)], [], 0)!;
        Assert.That(model.TimeTicks, Has.Count.InRange(2, 8));
        Assert.That(model.TimeTicks.Select(tick => tick.Label), Does.Contain(among));
        Assert.That(model.TimeTicks.Select(tick => tick.Share), Is.All.InRange(0.0, 1.0));
    }

    private static TrendPoint[] Points(params double?[] values) =>
        [.. values.Select((value, index) => new TrendPoint(Start.AddMinutes(index), value))];
}
