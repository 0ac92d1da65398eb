using DeviceTwin.SensorNode.Acquisition;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.SensorNode.Simulator.Machines;

namespace DeviceTwin.Tests.SensorNode.Simulator.Node;

/// <summary>A whole node on the board without PSRAM, and what can be asked of any node.</summary>
public class LowCostNodeTests
{
    [Test]
    public void It_measures_with_its_own_sensors()
    {
        NodeScene scene = new(MachineKind.Healthy, sensor: new Ism330dhcxModelOptions { RateError = 0.03 });
        scene.RunTo(130_000);
        Assert.That(scene.Status.Captures, Is.GreaterThanOrEqualTo(2));
        Assert.That(scene.Status.TemperatureCentiCelsius, Is.InRange(1500, 6000));
        Assert.That(scene.Status.VelocityUmPerSecond, Is.GreaterThan(0));
        Assert.That(scene.Node.Health.CaptureFaults + scene.Node.Health.Overruns + scene.Node.Health.LoopFailures, Is.Zero);
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Self_test_tap_test_and_captures_can_be_asked_for(bool lowCost)
    {
        NodeScene scene = new(MachineKind.Healthy, sensor: lowCost ? new Ism330dhcxModelOptions() : new Iis3dwbModelOptions());
        scene.RunTo(10_000);
        Assert.That((scene.Node.Sensors!.SelfTest(), scene.Node.Sensors!.TapTest()), Is.EqualTo(((SelfTestResult?)null, (object?)null)));
        scene.Node.Sensors!.RequestSelfTest();
        scene.RunTo(15_000);
        Assert.That(scene.Node.Sensors!.SelfTest().Sequence, Is.EqualTo(1));
        scene.Node.Sensors!.RequestTapTest(3000);
        scene.RunTo(17_000);
        scene.Board.Accelerometer.Tap(2, 10, 2500, 0.002);
        scene.RunTo(22_000);
        Assert.That((scene.Node.Sensors!.TapTest().Sequence, scene.Node.Sensors!.TapTest().Axis), Is.EqualTo((1, 2)));
        int captures = scene.Status.Captures;
        scene.Node.Sensors!.RequestCapture();
        scene.RunTo(30_000);
        Assert.That(scene.Status.Captures, Is.EqualTo(captures + 1));
        Assert.That(scene.Node.Health.LoopFailures, Is.Zero);
    }

    [Test]
    public void A_trigger_level_in_the_twin_brings_a_capture_between_the_scheduled_ones()
    {
        NodeScene scene = new(MachineKind.Healthy, sensor: new Ism330dhcxModelOptions());
        scene.Session.Desire("""{"sampling":{"captureIntervalSeconds":3600,"triggerLevelMilliG":6000},"reporting":{"telemetryIntervalSeconds":1}}""");
        scene.RunTo(20_000);
        int captures = scene.Status.Captures;
        scene.RunTo(60_000);
        Assert.That(scene.Status.Captures, Is.EqualTo(captures), "a sound machine triggers nothing");
        scene.Board.Accelerometer.Tap(2, 12, 900, 0.05);
        scene.RunTo(80_000);
        Assert.That(scene.Status.Captures, Is.EqualTo(captures + 1));
        Assert.That(scene.Features.Select(message => (string?)message["captureReason"]), Has.Member("triggered"));
    }

    [Test]
    public void A_requested_capture_says_so_and_gives_the_noise()
    {
        NodeScene scene = new(MachineKind.Healthy);
        scene.Session.Desire("""{"reporting":{"telemetryIntervalSeconds":1}}""");
        scene.RunTo(20_000);
        Assert.That((scene.Node.Sensors!.NoiseFloor(), scene.Features.Any(message => message.ContainsKey("captureReason"))), Is.EqualTo(((object?)null, false)));
        scene.Node.Sensors!.RequestCapture();
        scene.RunTo(40_000);
        Assert.That(scene.Features.Select(message => (string?)message["captureReason"]), Has.Member("requested"));
        Assert.That(scene.Node.Sensors!.NoiseFloor().MicroG, Is.GreaterThan(scene.Node.Sensors!.NoiseFloor().ExpectedMicroG / 2));
    }
}
