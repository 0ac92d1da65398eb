using DeviceTwin.SensorNode.Acquisition;
using DeviceTwin.SensorNode.Signal;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.Tests.SensorNode.Simulator.Board;

namespace DeviceTwin.Tests.SensorNode.Simulator.Acquisition;

/// <summary>Both accelerometers against their register models, with each fault: it has its word, and it is over when it is over.</summary>
public class AccelerometerFaultTests
{
    private static readonly string[] Parts = [AcquisitionScene.Fast, AcquisitionScene.Slow];

    private static readonly (string Word, Action<StAccelerometerModel> Break, Action<StAccelerometerModel> Mend)[] Faults =
    [
        ("busFailure", model => model.Broken = true, model => model.Broken = false),
        ("lineStuck", model => model.Miso = StuckLine.Low, model => model.Miso = StuckLine.None),
        ("lineStuck", model => model.Miso = StuckLine.High, model => model.Miso = StuckLine.None),
        ("resetStuck", model => model.ResetHangs = true, model => model.ResetHangs = false),
        ("noSamples", model => model.Silent = true, model => model.Silent = false),
    ];

    private static IEnumerable<object[]> EachFault() =>
        from part in Parts from fault in Enumerable.Range(0, Faults.Length) select new object[] { part, Faults[fault].Word, fault };

    [TestCaseSource(nameof(EachFault))]
    public void A_fault_from_the_start_has_its_word_and_the_sensor_is_found_when_it_is_over(string part, string word, int fault)
    {
        AcquisitionScene scene = new(part);
        Faults[fault].Break(scene.Model);
        scene.Room.Plan(10, 16, 8192);
        Capture empty = scene.RunToCapture();
        Assert.That((empty.Count, empty.CoveragePermille), Is.EqualTo((0, 0)));
        Assert.That(AcquisitionFault.Word(scene.Room.Fault()), Is.EqualTo(word));
        scene.Room.HandBack();
        Faults[fault].Mend(scene.Model);
        Capture capture = scene.RunToCapture();
        Assert.That((capture.Count, capture.CoveragePermille, scene.Room.Fault()), Is.EqualTo((8192, 1000, AcquisitionFault.None)));
    }

    // Nothing is reset in a capture.
    private static IEnumerable<object[]> EachFaultOfACapture() => EachFault().Where(row => (string)row[1] != "resetStuck");

    [TestCaseSource(nameof(EachFaultOfACapture))]
    public void A_fault_in_a_capture_ends_it_with_what_there_is(string part, string word, int fault)
    {
        AcquisitionScene scene = new(part);
        scene.Room.Plan(10, 16, 8192);
        scene.Run(200);
        Faults[fault].Break(scene.Model);
        Capture capture = scene.RunToCapture();
        Assert.That(capture.Count, Is.InRange(100, 8191));
        Assert.That(capture.CoveragePermille, Is.EqualTo(capture.Count * 1000 / 8192), "what came before is whole");
        // A line that is stuck low looks like a FIFO that stays empty, until the sensor is asked for its name.
        Assert.That(AcquisitionFault.Word(scene.Room.Fault()), Is.EqualTo(word).Or.EqualTo("noSamples"));
        scene.Room.HandBack();
        Faults[fault].Mend(scene.Model);
        Assert.That(scene.RunToCapture().CoveragePermille, Is.EqualTo(1000));
    }

    [TestCase(AcquisitionScene.Fast, 0x6B)]
    [TestCase(AcquisitionScene.Slow, 0x7B)]
    [TestCase(AcquisitionScene.Slow, 0x6C)]
    public void The_other_part_on_the_board_is_a_wrong_device(string part, int identity)
    {
        AcquisitionScene scene = new(part, options: AcquisitionScene.Quiet(part) with { Identity = (byte)identity });
        scene.Room.Plan(10, 16, 4096);
        scene.RunToCapture();
        Assert.That(AcquisitionFault.Word(scene.Room.Fault()), Is.EqualTo("wrongDevice"));
    }

    [Test]
    public void Every_call_on_a_broken_bus_is_a_fault_and_not_an_exception([ValueSource(nameof(Parts))] string part)
    {
        AcquisitionScene scene = new(part);
        scene.Model.Broken = true;
        byte[] raw = new byte[RawWords.BufferBytes(10)];
        int[] faults =
        [
            scene.Sensor.Identify(), scene.Sensor.StartReset(), scene.Sensor.ResetDone(), scene.Sensor.Configure(16), scene.Sensor.StartFifo(),
            scene.Sensor.ReadLevel(), scene.Sensor.Drain(raw, 0, 10), scene.Sensor.StopFifo(), scene.Sensor.StartSelfTest(),
            scene.Sensor.Stimulate(1), scene.Sensor.ReadSample(), scene.Sensor.ArmWakeUp(500), scene.Sensor.ReadWakeUp(),
        ];
        Assert.That(faults, Has.All.EqualTo(AcquisitionFault.BusFailure));
        Assert.That((scene.Sensor.Level(), scene.Sensor.HasSample(), scene.Sensor.WokeUp()), Is.EqualTo((0, false, false)));
    }

    [Test]
    public void A_line_that_is_stuck_high_wakes_nobody_up_and_fills_no_FIFO([ValueSource(nameof(Parts))] string part)
    {
        AcquisitionScene scene = new(part);
        scene.Model.Miso = StuckLine.High;
        Assert.That(AcquisitionFault.Word(scene.Sensor.ReadLevel()), Is.EqualTo("lineStuck"));
        Assert.That(AcquisitionFault.Word(scene.Sensor.ReadWakeUp()), Is.EqualTo("lineStuck"));
        Assert.That(AcquisitionFault.Word(scene.Sensor.ReadSample()), Is.EqualTo("lineStuck"));
        Assert.That((scene.Sensor.Level(), scene.Sensor.WokeUp(), scene.Sensor.HasSample()), Is.EqualTo((0, false, false)));
    }

    [TestCase(AcquisitionScene.Fast, 511)]
    [TestCase(AcquisitionScene.Slow, 511)]
    public void The_overrun_flag_comes_with_the_last_word_of_the_FIFO(string part, int words)
    {
        foreach (int more in new[] { -1, 0, 1 })
        {
            AcquisitionScene scene = new(part);
            scene.Sensor.Configure(16);
            scene.Sensor.StartFifo();
            scene.Clock.AdvanceToMicroseconds((long)Math.Ceiling((words + more) * 1e6 / scene.Model.RateHertz) + 1);
            scene.Sensor.ReadLevel();
            Assert.That((scene.Sensor.Level(), scene.Sensor.Overrun()), Is.EqualTo((words + more, more == 1)));
        }
    }

    [TestCase(AcquisitionScene.Fast, 2, 1.99, false)]
    [TestCase(AcquisitionScene.Fast, 2, 2.01, true)]
    [TestCase(AcquisitionScene.Slow, 16, -15.98, false)]
    [TestCase(AcquisitionScene.Slow, 16, -16.01, true)]
    public void Saturation_is_counted_at_the_end_of_the_range(string part, int rangeG, double g, bool saturated)
    {
        AcquisitionScene scene = new(part, TestMachine.Still(g));
        scene.Room.Plan(10, rangeG, 2048);
        Assert.That(scene.RunToCapture().SaturatedCount, Is.EqualTo(saturated ? 2048 : 0));
    }

    [TestCase(2, 61)]
    [TestCase(4, 122)]
    [TestCase(8, 244)]
    [TestCase(16, 488)]
    public void The_slower_part_has_its_facts_on_the_capture(int rangeG, int microG)
    {
        AcquisitionScene scene = new(AcquisitionScene.Slow, TestMachine.Still(1));
        scene.Room.Plan(10, rangeG, 4096);
        Capture capture = scene.RunToCapture();
        Assert.That(capture.Samples.Take(capture.Count), Has.All.EqualTo((short)Math.Round(1e6 / microG)));
        Assert.That((capture.NanoGPerCount, capture.CoveragePermille, capture.Gaps), Is.EqualTo((microG * 1000, 1000, 0)));
        Assert.That(capture.SampleRateMilliHertz, Is.EqualTo(6_666_667).Within(7000));
    }
}
