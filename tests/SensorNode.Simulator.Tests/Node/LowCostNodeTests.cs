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
        Assert.That((scene.Node.SelfTest(), scene.Node.TapTest()), Is.EqualTo(((SelfTestResult?)null, (object?)null)));
        scene.Node.RequestSelfTest();
        scene.RunTo(15_000);
        Assert.That(scene.Node.SelfTest().Sequence, Is.EqualTo(1));
        scene.Node.RequestTapTest(3000);
        scene.RunTo(17_000);
        scene.Board.Accelerometer.Tap(2, 10, 2500, 0.002);
        scene.RunTo(22_000);
        Assert.That((scene.Node.TapTest().Sequence, scene.Node.TapTest().Axis), Is.EqualTo((1, 2)));
        int captures = scene.Status.Captures;
        scene.Node.RequestCapture();
        scene.RunTo(30_000);
        Assert.That(scene.Status.Captures, Is.EqualTo(captures + 1));
        Assert.That(scene.Node.Health.LoopFailures, Is.Zero);
    }
}
