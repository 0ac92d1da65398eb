using DeviceTwin.Dashboard.Charts;

namespace DeviceTwin.Tests.Dashboard.Charts;

/// <summary>Scales with round numbers.</summary>
public sealed class AxisTests
{
    [Test]
    public void Ticks_are_round_and_inside()
    {
        Assert.That(new Axis(0, 511).Ticks(8).Select(tick => tick.Label), Is.EqualTo(new[] { "0", "100", "200", "300", "400", "500" }));
        Assert.That(new Axis(0, 0.8).Ticks(4).Select(tick => tick.Label), Is.EqualTo(new[] { "0.0", "0.2", "0.4", "0.6", "0.8" }));
        Assert.That(new Axis(-5, 5).Ticks(2).Select(tick => tick.Label), Is.EqualTo(new[] { "-5", "0", "5" }));
    }

    [TestCase(7.1)]
    [TestCase(0.0004)]
    [TestCase(99_999)]
    [TestCase(0)]
    public void A_scale_from_zero_has_room_above_the_largest_value(double largest)
    {
        var axis = Axis.FromZero(largest);
        Assert.That(axis.From, Is.Zero);
        Assert.That(axis.To, Is.GreaterThan(largest));
        Assert.That(axis.Ticks(5), Has.Count.InRange(2, 11));
    }
}
