using DeviceTwin.SensorNode.Supervision;

namespace DeviceTwin.Tests.SensorNode.Simulator.Supervision;

/// <summary>A loop that stands still is noticed, one that is slow is not.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class LoopWatchTests
{
    private readonly LoopWatch _watch = new();

    [TestCase(LoopWatch.Measure, 0, -1)]
    [TestCase(LoopWatch.Measure, 1, LoopWatch.Measure)]
    [TestCase(LoopWatch.Talk, 0, -1)]
    [TestCase(LoopWatch.Talk, 1, LoopWatch.Talk)]
    public void ALoopMayBeSilentForItsBoundAndNotLonger(int loop, int over, int expected)
    {
        _watch.Beat(loop);
        Assert.That(_watch.Step(1000), Is.EqualTo(-1));
        _watch.Beat(1 - loop);
        long lookMs = 1000 + LoopWatch.Bound(loop) + over;
        Assert.That(_watch.Step(lookMs), Is.EqualTo(expected));
        Assert.That(_watch.SilentMs(loop, lookMs), Is.EqualTo(LoopWatch.Bound(loop) + over));
    }

    [Test]
    public void TheFirstLookStartsTheTime()
    {
        Assert.That(_watch.Step(10_000_000), Is.EqualTo(-1), "however late it comes");
    }

    [Test]
    public void LoopsThatBeatLiveForEver()
    {
        for (long nowMs = 0; nowMs < 86_400_000; nowMs += 100_000)
        {
            _watch.Beat(LoopWatch.Measure);
            _watch.Beat(LoopWatch.Talk);
            Assert.That(_watch.Step(nowMs), Is.EqualTo(-1));
        }
    }

    [Test]
    public void AManyYearsOldCounterWrapsWithoutHarm()
    {
        typeof(LoopWatch).GetField("_beats", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!
            .SetValue(_watch, new[] { int.MaxValue, int.MaxValue });
        _watch.Step(0);
        _watch.Beat(LoopWatch.Measure);
        _watch.Beat(LoopWatch.Talk);

        Assert.That(_watch.Step(LoopWatch.MeasureBoundMs + 1), Is.EqualTo(-1));
    }
}
