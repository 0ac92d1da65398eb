using DeviceTwin.SensorNode.Acquisition;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.Tests.SensorNode.Simulator.Board;

namespace DeviceTwin.Tests.SensorNode.Simulator.Acquisition;

/// <summary>The self-test of both accelerometers, between captures and by the data sheet's limits.</summary>
public class SelfTestTests
{
    [TestCase(AcquisitionScene.Fast, 1500)]
    [TestCase(AcquisitionScene.Slow, 600)]
    public void A_sound_part_passes_at_rest_with_its_noise_and_gravity(string part, int milliG)
    {
        AccelerometerModelOptions options = part == AcquisitionScene.Slow ? new Ism330dhcxModelOptions() : new Iis3dwbModelOptions();
        AcquisitionScene scene = new(part, TestMachine.Still(1), options);
        scene.Room.RequestSelfTest();
        SelfTestResult result = scene.RunToSelfTest();
        Assert.That(SelfTestOutcome.Word(result.Outcome), Is.EqualTo("passed"));
        Assert.That((result.Sequence, result.Axis, result.Fault), Is.EqualTo((1, -1, 0)));
        Assert.That(result.UpMilliG, Has.All.EqualTo(milliG).Within(25));
        Assert.That(result.DownMilliG, Has.All.EqualTo(-milliG).Within(25));
    }

    [TestCase(AcquisitionScene.Fast, 0.0, "tooSmall")]
    [TestCase(AcquisitionScene.Fast, 799.0, "tooSmall")]
    [TestCase(AcquisitionScene.Fast, 800.0, "passed")]
    [TestCase(AcquisitionScene.Fast, 801.0, "passed")]
    [TestCase(AcquisitionScene.Fast, 3199.0, "passed")]
    [TestCase(AcquisitionScene.Fast, 3200.0, "passed")]
    [TestCase(AcquisitionScene.Fast, 3201.0, "tooLarge")]
    [TestCase(AcquisitionScene.Slow, 89.0, "tooSmall")]
    [TestCase(AcquisitionScene.Slow, 90.0, "passed")]
    [TestCase(AcquisitionScene.Slow, 91.0, "passed")]
    [TestCase(AcquisitionScene.Slow, 1699.0, "passed")]
    [TestCase(AcquisitionScene.Slow, 1700.0, "passed")]
    [TestCase(AcquisitionScene.Slow, 1701.0, "tooLarge")]
    public void The_limits_are_the_data_sheets(string part, double milliG, string outcome)
    {
        AcquisitionScene scene = new(part, options: AcquisitionScene.Quiet(part) with { SelfTestMilliG = milliG });
        scene.Room.RequestSelfTest();
        SelfTestResult result = scene.RunToSelfTest();
        Assert.That(SelfTestOutcome.Word(result.Outcome), Is.EqualTo(outcome), $"{result.UpMilliG[2]} mg");
    }

    [Test]
    public void A_stuck_axis_is_named()
    {
        AcquisitionScene scene = new(AcquisitionScene.Fast, options: AcquisitionScene.Quiet(AcquisitionScene.Fast) with { StuckAxis = true });
        scene.Room.RequestSelfTest();
        SelfTestResult result = scene.RunToSelfTest();
        Assert.That((SelfTestOutcome.Word(result.Outcome), result.Axis), Is.EqualTo(("tooSmall", 2)));
        Assert.That(result.UpMilliG[2], Is.Zero);
    }

    [Test]
    public void On_a_machine_that_shakes_it_does_not_guess()
    {
        int call = 0;
        AcquisitionScene scene = new(AcquisitionScene.Fast, new TestMachine((_, _) => call++ % 2 == 0 ? 0.5 : -0.5));
        scene.Room.RequestSelfTest();
        SelfTestResult result = scene.RunToSelfTest();
        Assert.That((SelfTestOutcome.Word(result.Outcome), result.Axis), Is.EqualTo(("notStill", 2)));
    }

    [TestCase(AcquisitionScene.Fast)]
    [TestCase(AcquisitionScene.Slow)]
    public void Captures_go_on_behind_it_without_the_stimulus(string part)
    {
        AcquisitionScene scene = new(part, TestMachine.Still(1));
        scene.Room.Plan(5, 16, 4096);
        scene.RunToCapture();
        scene.Room.HandBack();
        scene.Room.RequestSelfTest();
        Assert.That(SelfTestOutcome.Word(scene.RunToSelfTest().Outcome), Is.EqualTo("passed"));
        var capture = scene.RunToCapture();
        Assert.That((capture.Sequence, capture.CoveragePermille), Is.EqualTo((2, 1000)));
        Assert.That(capture.Samples.Take(capture.Count), Has.All.EqualTo((short)2049), "1 g at 16 g");
    }

    [Test]
    public void It_waits_for_the_capture_that_is_under_way()
    {
        AcquisitionScene scene = new(AcquisitionScene.Fast);
        scene.Room.Plan(60, 16, 32768);
        scene.Run(300);
        scene.Room.RequestSelfTest();
        Assert.That(scene.RunToCapture().CoveragePermille, Is.EqualTo(1000));
        Assert.That(scene.Room.SelfTest(), Is.Null);
        scene.Room.HandBack();
        scene.RunToSelfTest();
    }

    [Test]
    public void A_sensor_that_cannot_be_asked_is_said_with_its_fault()
    {
        AcquisitionScene scene = new(AcquisitionScene.Fast);
        scene.Model.Broken = true;
        scene.Run(100);
        scene.Room.RequestSelfTest();
        SelfTestResult result = scene.RunToSelfTest();
        Assert.That((SelfTestOutcome.Word(result.Outcome), AcquisitionFault.Word(result.Fault)), Is.EqualTo(("sensorFault", "busFailure")));
    }

    [Test]
    public void A_sensor_that_falls_off_or_falls_silent_in_it_is_said_and_found_again()
    {
        foreach ((Action<StAccelerometerModel> harm, Action<StAccelerometerModel> mend, string word) in new (Action<StAccelerometerModel>, Action<StAccelerometerModel>, string)[]
        {
            (model => model.Broken = true, model => model.Broken = false, "busFailure"),
            (model => model.Silent = true, model => model.Silent = false, "noSamples"),
        })
        {
            AcquisitionScene scene = new(AcquisitionScene.Fast);
            scene.Room.RequestSelfTest();
            scene.Run(150);
            harm(scene.Model);
            SelfTestResult result = scene.RunToSelfTest();
            Assert.That((SelfTestOutcome.Word(result.Outcome), AcquisitionFault.Word(result.Fault)), Is.EqualTo(("sensorFault", word)));
            mend(scene.Model);
            scene.Run(6000);
            scene.Room.RequestSelfTest();
            Assert.That(SelfTestOutcome.Word(scene.RunToSelfTest().Outcome), Is.EqualTo("passed"));
        }
    }

    [Test]
    public void Words_are_stable_and_of_their_numbers()
    {
        Assert.That(Enumerable.Range(0, SelfTestOutcome.Count).Select(SelfTestOutcome.Word),
            Is.EqualTo(new[] { "notRun", "passed", "tooSmall", "tooLarge", "wrongDirection", "notStill", "sensorFault" }));
        Assert.That((SelfTestOutcome.Word(-1), SelfTestOutcome.Word(SelfTestOutcome.Count)), Is.EqualTo(("unknown", "unknown")));
        Assert.That(Enumerable.Range(0, AcquisitionFault.Count).Select(AcquisitionFault.Word), Is.Unique.And.No.Member("unknown"));
        Assert.That(AcquisitionFault.Word(AcquisitionFault.Count), Is.EqualTo("unknown"));
    }
}
