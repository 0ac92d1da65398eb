using DeviceTwin.Bench.Reconcile;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.Tests.Bench.Reconcile;

/// <summary>What the speed of a replay is measured on, and that its ratios are what they say. How fast it is, nobody asserts here.</summary>
public sealed class ReplayFiguresTests
{
    [Test]
    public void The_captures_are_those_a_node_takes_by_default()
    {
        var samples = CapturePlan.SamplesFor(new DetectorSettings(), 26_667_000);
        Assert.That(ReplayFigures.DefaultSamples, Is.EqualTo(samples + (samples >> 6)));
        Assert.That(ReplayFigures.Measure(1, isMeasuredTwice: false, seed: 1).IntervalSeconds,
            Is.EqualTo(TwinModel.Default(TwinModel.SamplingCaptureIntervalSeconds)));
    }

    [TestCase(false, 1)]
    [TestCase(true, 2)]
    public void The_same_seed_gives_the_same_report_and_the_ratios_their_quotients(bool isMeasuredTwice, int analyses)
    {
        var figures = ReplayFigures.Measure(2, isMeasuredTwice, seed: 7);

        Assert.That(figures.ResultHash, Is.EqualTo(ReplayFigures.Measure(2, isMeasuredTwice, seed: 7).ResultHash));
        Assert.That(figures.ResultHash, Is.Not.EqualTo(ReplayFigures.Measure(2, isMeasuredTwice, seed: 8).ResultHash));
        Assert.That(figures.AnalysesPerCapture, Is.EqualTo(analyses));
        Assert.That(figures.CaptureSeconds, Is.EqualTo(1.248).Within(0.001));
        Assert.That(figures.ScheduleTimesRealTime / figures.SignalTimesRealTime, Is.EqualTo(60 / figures.CaptureSeconds).Within(1e-6));
        Assert.That(figures.Line(), Does.Contain("2 captures of 1.248 s (33280 samples at 26667 Hz) every 60 s"));
    }
}
