using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Tests.SensorNode.Portable.Detection;

/// <summary>Whether a machine runs, at each boundary.</summary>
public sealed class RunningGateTests
{
    [TestCase(99, false)]
    [TestCase(100, true)]
    public void It_stands_still_below_the_limit(int milliG, bool expected)
    {
        Assert.That(Step(new RunningGate(), milliG), Is.EqualTo(expected));
    }

    [TestCase(124, false)]
    [TestCase(125, true)]
    public void It_runs_again_a_quarter_above_it(int milliG, bool expected)
    {
        var gate = new RunningGate();
        Step(gate, 10);

        Assert.That(Step(gate, milliG), Is.EqualTo(expected));
    }

    [Test]
    public void Without_a_limit_it_always_runs()
    {
        Assert.That(Step(new RunningGate(), 0, limit: 0), Is.True);
    }

    [TestCase(0, 0, false)]
    [TestCase(Refusal.UnitUnknown, 0, true)]
    [TestCase(0, Refusal.UnitUnknown, true)]
    [TestCase(Refusal.Saturated, 0, false)]
    public void A_silent_machine_stands_still_but_without_a_unit_nobody_can_tell(int refusals, int zoneRefusals, bool expected)
    {
        Assert.That(Step(new RunningGate(), 0, refusals: refusals, zoneRefusals: zoneRefusals), Is.EqualTo(expected));
    }

    [Test]
    public void A_capture_without_a_signal_says_nothing()
    {
        var gate = new RunningGate();
        Assert.That(Step(gate, 0, refusals: Refusal.NoSignal), Is.True);
        Step(gate, 5);
        Assert.That(Step(gate, 0, refusals: Refusal.NoSignal), Is.False);
    }

    private static bool Step(RunningGate gate, int milliG, int limit = 100, int refusals = 0, int zoneRefusals = 0) => gate.Step(
        new DetectorResult { AccelerationMilliG = milliG, Refusals = refusals, ZoneRefusals = zoneRefusals },
        new DetectorSettings { RunningLimitMilliG = limit });
}
