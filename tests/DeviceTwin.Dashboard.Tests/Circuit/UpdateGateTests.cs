using DeviceTwin.Dashboard.Circuit;

namespace DeviceTwin.Tests.Dashboard.Circuit;

/// <summary>A page is redrawn at most twice a second, and always after the last change.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class UpdateGateTests
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);
    private readonly ManualTime time = new();
    private int redraws;

    [Test]
    public void The_first_change_is_drawn_at_once()
    {
        using var gate = Gate();
        gate.Changed();
        time.Advance(TimeSpan.Zero);
        Assert.That(redraws, Is.EqualTo(1));
    }

    [Test]
    public void A_storm_of_changes_is_drawn_twice_a_second()
    {
        using var gate = Gate();
        for (var change = 0; change < 1000; change++)
        {
            gate.Changed();
            time.Advance(TimeSpan.FromMilliseconds(10));
        }

        Assert.That(redraws, Is.InRange(20, 21), "10 s of changes, one every 10 ms");
    }

    [Test]
    public void The_last_change_of_a_storm_is_drawn()
    {
        using var gate = Gate();
        gate.Changed();
        time.Advance(TimeSpan.FromMilliseconds(100));
        gate.Changed();
        Assert.That(redraws, Is.EqualTo(1));
        time.Advance(TimeSpan.FromMilliseconds(400));
        Assert.That(redraws, Is.EqualTo(2));
        time.Advance(TimeSpan.FromHours(1));
        Assert.That(redraws, Is.EqualTo(2), "nothing changed since");
    }

    [Test]
    public void Nothing_is_drawn_after_the_page_has_gone()
    {
        var gate = Gate();
        gate.Changed();
        gate.Dispose();
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(redraws, Is.Zero);
        Assert.That(gate.Changed, Throws.Nothing);
    }

    private UpdateGate Gate() => new(time, Period, () => redraws++);
}
