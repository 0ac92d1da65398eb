using DeviceTwin.SensorNode.Acquisition;
using DeviceTwin.SensorNode.Signal;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.Tests.SensorNode.Simulator.Board;

namespace DeviceTwin.Tests.SensorNode.Simulator.Acquisition;

/// <summary>Captures that somebody asks for, and those that the machine itself asks for.</summary>
public class RequestTests
{
    private static readonly string[] Parts = [AcquisitionScene.Fast, AcquisitionScene.Slow];

    [Test]
    public void A_requested_capture_comes_soon_and_leaves_the_rhythm_alone([ValueSource(nameof(Parts))] string part)
    {
        AcquisitionScene scene = new(part);
        scene.Room.Plan(60, 16, 4096);
        Assert.That(CaptureReason.Word(scene.RunToCapture().Reason), Is.EqualTo("scheduled"));
        scene.Room.HandBack();
        scene.Run(10_000);
        scene.Room.RequestCapture();
        long askedMs = scene.Clock.UptimeMs();
        Capture capture = scene.RunToCapture();
        Assert.That((CaptureReason.Word(capture.Reason), capture.Sequence), Is.EqualTo(("requested", 2)));
        Assert.That(scene.Clock.UptimeMs() - askedMs, Is.LessThan(2500));
        scene.Room.HandBack();
        Assert.That(CaptureReason.Word(scene.RunToCapture().Reason), Is.EqualTo("scheduled"));
        double[] starts = [.. scene.Machine.Captures];
        Assert.That(starts[2] - starts[0], Is.EqualTo(60).Within(0.001));
    }

    [Test]
    public void Without_a_working_sensor_a_requested_capture_is_empty_and_says_why()
    {
        AcquisitionScene scene = new(AcquisitionScene.Fast);
        scene.Room.Plan(3600, 16, 4096);
        scene.RunToCapture();
        scene.Room.HandBack();
        scene.Model.Broken = true;
        scene.Room.RequestCapture();
        Capture capture = scene.RunToCapture();
        Assert.That((CaptureReason.Word(capture.Reason), capture.Count), Is.EqualTo(("requested", 0)));
        Assert.That(AcquisitionFault.Word(scene.Room.Fault()), Is.EqualTo("busFailure"));
    }

    [Test]
    public void A_level_that_is_exceeded_between_captures_triggers_one([ValueSource(nameof(Parts))] string part)
    {
        AcquisitionScene scene = new(part, TestMachine.Still(1));
        scene.Room.PlanTrigger(500);
        scene.Room.Plan(600, 16, 4096);
        scene.RunToCapture();
        scene.Room.HandBack();
        scene.Run(5000);
        Assert.That(scene.Room.Finished(), Is.Null, "1 g of gravity is no reason");
        scene.Model.Tap(2, 2, 800, 0.05);
        long tappedMs = scene.Clock.UptimeMs();
        Capture capture = scene.RunToCapture();
        Assert.That((CaptureReason.Word(capture.Reason), capture.CoveragePermille), Is.EqualTo(("triggered", 1000)));
        Assert.That(scene.Clock.UptimeMs() - tappedMs, Is.LessThan(1000));
    }

    [Test]
    public void A_loud_machine_triggers_once_a_minute_and_not_for_ever()
    {
        AcquisitionScene scene = new(AcquisitionScene.Slow, new TestMachine((sample, rate) => Math.Sin(2 * Math.PI * 300 * sample / rate)));
        scene.Room.PlanTrigger(500);
        scene.Room.Plan(3600, 16, 4096);
        List<int> reasons = [];
        scene.RunUntil(() =>
        {
            if (scene.Room.Finished() is { } capture)
            {
                reasons.Add(capture.Reason);
                scene.Room.HandBack();
            }

            return scene.Clock.UptimeMs() > 200_000;
        });
        Assert.That(reasons, Is.EqualTo(new[] { 0, 2, 2, 2, 2 }));
    }

    [TestCase(499, false)]
    [TestCase(563, true)]
    public void The_level_counts_in_the_sensors_steps(int milliG, bool triggers)
    {
        // 500 mg at 16 g are 8 steps of a 256th: 500 mg.
        AcquisitionScene scene = new(AcquisitionScene.Fast, new TestMachine((sample, rate) => milliG / 1000.0 * Math.Sin(2 * Math.PI * 2000 * sample / rate)));
        scene.Room.PlanTrigger(500);
        scene.Room.Plan(3600, 16, 4096);
        scene.RunToCapture();
        scene.Room.HandBack();
        scene.Run(3000);
        Assert.That(scene.Room.Finished() != null, Is.EqualTo(triggers));
    }

    [TestCase(1, 0x01, 0x10)]
    [TestCase(500, 8, 0x10)]
    [TestCase(3937, 63, 0x10)]
    [TestCase(3938, 16, 0x00)]
    [TestCase(15750, 63, 0x00)]
    [TestCase(50000, 63, 0x00)]
    public void The_finest_weight_that_reaches_the_level_is_taken(int milliG, int steps, int weight)
    {
        AcquisitionScene scene = new(AcquisitionScene.Fast);
        scene.Sensor.Configure(16);
        scene.Sensor.ArmWakeUp(milliG);
        byte[] received = new byte[3];
        scene.Model.Transfer([0x80 | 0x5B, 0, 0], received);
        Assert.That((received[1], received[2]), Is.EqualTo(((byte)steps, (byte)weight)));
    }

    [Test]
    public void No_level_no_trigger_and_taking_it_back_works()
    {
        AcquisitionScene scene = new(AcquisitionScene.Slow);
        scene.Room.PlanTrigger(300);
        scene.Room.Plan(3600, 16, 2048);
        scene.RunToCapture();
        scene.Room.HandBack();
        scene.Run(500);
        scene.Room.PlanTrigger(0);
        scene.Model.Tap(2, 5, 500, 0.05);
        scene.Run(5000);
        Assert.That(scene.Room.Finished(), Is.Null);
    }

    [Test]
    public void Words_are_stable_and_of_their_numbers()
    {
        Assert.That(Enumerable.Range(0, CaptureReason.Count).Select(CaptureReason.Word), Is.EqualTo(new[] { "scheduled", "requested", "triggered" }));
        Assert.That((CaptureReason.Word(-1), CaptureReason.Word(CaptureReason.Count)), Is.EqualTo(("unknown", "unknown")));
    }
}
