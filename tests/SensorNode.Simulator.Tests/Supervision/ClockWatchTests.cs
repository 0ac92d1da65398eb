using DeviceTwin.SensorNode.Supervision;

namespace DeviceTwin.Tests.SensorNode.Simulator.Supervision;

/// <summary>A calendar that is set moves against uptime.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ClockWatchTests
{
    private const long Utc = 1_800_000_000_000;

    private readonly ClockWatch _watch = new();

    [Test]
    public void AClockThatIsNotKnownOrRunsOnWasNotSet()
    {
        Assert.That(_watch.Step(0, 0), Is.False);
        Assert.That(_watch.Step(1000, Utc), Is.False, "known for the first time");
        Assert.That(_watch.Step(2000, Utc + 1000), Is.False);
        Assert.That(_watch.LastStepMs, Is.Zero);
    }

    [TestCase(ClockWatch.StepMs - 1, false)]
    [TestCase(ClockWatch.StepMs, true)]
    [TestCase(-ClockWatch.StepMs + 1, false)]
    [TestCase(-ClockWatch.StepMs, true)]
    [TestCase(3_600_000, true)]
    public void AStepIsSeen(int step, bool expected)
    {
        _watch.Step(0, Utc);

        Assert.That(_watch.Step(1000, Utc + 1000 + step), Is.EqualTo(expected));
        Assert.That(_watch.LastStepMs, Is.EqualTo(expected ? step : 0));
        Assert.That(_watch.Step(2000, Utc + 2000 + step), Is.False, "once");
    }

    [Test]
    public void DriftIsNoStepHoweverFarItGoes()
    {
        for (int second = 0; second < 100_000; second++)
        {
            Assert.That(_watch.Step(second * 1000L, Utc + (second * 1001L)), Is.False);
        }
    }

    [TestCase(5_000_000_000, int.MaxValue)]
    [TestCase(-5_000_000_000, -int.MaxValue)]
    public void AStepOfMonthsIsHeldToAnInteger(long step, int expected)
    {
        _watch.Step(0, Utc);
        _watch.Step(1000, Utc + step);

        Assert.That(_watch.LastStepMs, Is.EqualTo(expected));
    }
}
