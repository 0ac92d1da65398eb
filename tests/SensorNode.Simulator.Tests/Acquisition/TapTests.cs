using DeviceTwin.SensorNode.Acquisition;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Signal;
using DeviceTwin.Tests.SensorNode.Simulator.Board;

namespace DeviceTwin.Tests.SensorNode.Simulator.Acquisition;

/// <summary>The tap test from the sensor's wake-up logic to the verdict on the mounting.</summary>
public class TapTests
{
    [TestCase(AcquisitionScene.Fast, 2, 4200.0, 0.002, 0)]
    [TestCase(AcquisitionScene.Fast, 2, 3100.0, 0.003, 0)]
    [TestCase(AcquisitionScene.Fast, 2, 2100.0, 0.003, TapFinding.ResonanceLow)]
    [TestCase(AcquisitionScene.Fast, 0, 4200.0, 0.002, TapFinding.WrongAxis)]
    [TestCase(AcquisitionScene.Fast, 1, 1500.0, 0.004, TapFinding.WrongAxis | TapFinding.ResonanceLow)]
    [TestCase(AcquisitionScene.Slow, 2, 900.0, 0.010, TapFinding.ResonanceLow)]
    [TestCase(AcquisitionScene.Slow, 2, 2800.0, 0.008, TapFinding.ResonanceLow)]
    public void A_tap_tells_axis_resonance_and_decay(string part, int axis, double hertz, double decaySeconds, int findings)
    {
        for (int offset = 0; offset < 4; offset++)
        {
            AcquisitionScene scene = new(part, TestMachine.Still(1));
            scene.Room.RequestTapTest(10_000);
            scene.Run(1500 + offset);
            Assert.That(scene.Room.Tap(), Is.Null, "gravity is no tap");
            scene.Model.Tap(axis, 8, hertz, decaySeconds);
            TapRecord record = scene.RunToTap();
            TapResult result = new TapTest().Judge(record);
            Assert.That((result.Findings, result.Axis, result.Sign), Is.EqualTo((findings, axis, 1)), $"{offset} ms");
            Assert.That(result.ResonanceMilliHertz / 1000.0, Is.EqualTo(hertz).Within(hertz * 0.02));
            Assert.That(result.DecayMicroseconds / 1e6, Is.EqualTo(decaySeconds).Within(decaySeconds * 0.2));
            Assert.That(result.SharePermille, Is.GreaterThan(900));
        }
    }

    [Test]
    public void Nobody_taps_and_the_test_ends_without_one()
    {
        AcquisitionScene scene = new(AcquisitionScene.Fast);
        scene.Room.RequestTapTest(2000);
        TapRecord record = scene.RunToTap();
        Assert.That(new TapTest().Judge(record).Findings, Is.EqualTo(TapFinding.NoTap));
        Assert.That(scene.Clock.UptimeMs(), Is.InRange(2000, 2200));
    }

    [Test]
    public void Captures_wait_for_it_and_go_on_behind_it()
    {
        AcquisitionScene scene = new(AcquisitionScene.Slow);
        scene.Room.Plan(5, 2, 4096);
        scene.RunToCapture();
        scene.Room.HandBack();
        scene.Room.RequestTapTest(60_000);
        scene.Run(8000);
        Assert.That(scene.Room.Finished(), Is.Null);
        scene.Model.Tap(2, -6, 1000, 0.01);
        TapRecord record = scene.RunToTap();
        Assert.That(new TapTest().Judge(record).Sign, Is.EqualTo(-1));
        scene.Run(3000);
        Assert.That(scene.Room.Finished(), Is.Null, "the record lies in the capture's buffer");
        scene.Room.HandBackTap();
        Capture capture = scene.RunToCapture();
        Assert.That((capture.Sequence, capture.CoveragePermille, capture.NanoGPerCount), Is.EqualTo((2, 1000, 61000)));
    }

    [Test]
    public void A_wait_has_its_end()
    {
        AcquisitionScene scene = new(AcquisitionScene.Slow);
        scene.Room.RequestTapTest(int.MaxValue);
        scene.RunToTap();
        Assert.That(scene.Clock.UptimeMs(), Is.InRange(30_000, 30_200));
    }

    [Test]
    public void A_sensor_that_cannot_be_asked_is_said()
    {
        AcquisitionScene scene = new(AcquisitionScene.Fast);
        scene.Model.Broken = true;
        scene.Run(50);
        scene.Room.RequestTapTest(1000);
        scene.RunToTap();
        Assert.That(AcquisitionFault.Word(scene.Room.TapFault()), Is.EqualTo("busFailure"));
        scene.Room.HandBackTap();
        scene.Model.Broken = false;
        scene.Run(6000);
        scene.Room.RequestTapTest(5000);
        scene.Run(1200);
        scene.Model.Broken = true;
        scene.RunToTap();
        Assert.That(AcquisitionFault.Word(scene.Room.TapFault()), Is.EqualTo("busFailure"), "in the middle of it");
    }
}
