using DeviceTwin.SensorNode.Acquisition;
using DeviceTwin.SensorNode.Signal;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.Tests.SensorNode.Simulator.Board;

namespace DeviceTwin.Tests.SensorNode.Simulator.Acquisition;

/// <summary>The burst loop on a host that takes its time: what it makes, what it costs, what it survives.</summary>
public class BurstTests
{
    private static readonly string[] Parts = [AcquisitionScene.Fast, AcquisitionScene.Slow];

    [Test]
    public void A_burst_is_two_transfers_and_makes_four_views_and_no_other_object([ValueSource(nameof(Parts))] string part)
    {
        AcquisitionScene scene = new(part);
        scene.Room.Plan(10, 16, 32768);
        scene.RunUntil(scene.Room.Capturing);
        scene.StepOnce();
        scene.StepOnce();
        int bursts = 0;
        while (scene.Room.Capturing())
        {
            long transfers = scene.Bus.Transfers;
            long views = SpanByte.Made;
            long bytes = GC.GetAllocatedBytesForCurrentThread();
            scene.StepOnce();
            long made = GC.GetAllocatedBytesForCurrentThread() - bytes;
            if (!scene.Room.Capturing())
            {
                break;
            }

            bursts++;
            Assert.That((scene.Bus.Transfers - transfers, SpanByte.Made - views, made), Is.EqualTo((2L, 4L, 0L)));
        }

        Assert.That(bursts, Is.GreaterThan(100));
    }

    [Test]
    public void Raw_words_are_kept_for_one_FIFO_only_where_memory_is_scarce()
    {
        long small = Allocated(AcquisitionScene.Slow, 8192);
        long large = Allocated(AcquisitionScene.Fast, 8192);
        Assert.That(small, Is.InRange((8192 * 2) + 3585, (8192 * 2) + 3585 + 2000));
        Assert.That(large, Is.InRange(8192 * 9, (8192 * 9) + 2000));

        static long Allocated(string part, int capacity)
        {
            SimulatedClock clock = new();
            ISpiPeripheral model = part == AcquisitionScene.Slow ? new Ism330dhcxModel(clock, TestMachine.Still()) : new Iis3dwbModel(clock, TestMachine.Still());
            IAccelerometer sensor = part == AcquisitionScene.Slow ? new Ism330dhcx(SimulatedBus.Spi(model)) : new Iis3dwb(SimulatedBus.Spi(model));
            GC.KeepAlive(new VibrationAcquisition(sensor, 2048));
            long before = GC.GetAllocatedBytesForCurrentThread();
            GC.KeepAlive(new VibrationAcquisition(sensor, capacity));
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [TestCase(AcquisitionScene.Fast, 1)]
    [TestCase(AcquisitionScene.Fast, 2)]
    [TestCase(AcquisitionScene.Slow, 3)]
    [TestCase(AcquisitionScene.Slow, 4)]
    public void Normal_pauses_of_the_host_leave_clean_coverage(string part, int seed)
    {
        HostModel host = HostModel.Normal((ulong)seed);
        AcquisitionScene scene = new(part, timing: new HostTiming(), host: host);
        scene.Room.Plan(10, 16, 32768);
        for (int i = 0; i < 4; i++)
        {
            Capture capture = scene.RunToCapture();
            Assert.That((capture.Count, capture.Overrun, capture.Gaps, capture.CoveragePermille), Is.EqualTo((32768, false, 0, 1000)));
            scene.Room.HandBack();
        }

        Assert.That(host.LongestMicroseconds, Is.GreaterThan(5000), "there were pauses");
    }

    [Test]
    public void A_quantum_of_another_thread_costs_the_fast_sensor_samples_and_the_slow_one_none()
    {
        AcquisitionScene fast = new(AcquisitionScene.Fast, timing: new HostTiming(), host: HostModel.Busy(1));
        fast.Room.Plan(10, 16, 32768);
        Capture capture = fast.RunToCapture();
        Assert.That((capture.Overrun, capture.Gaps), Is.EqualTo((true, capture.Gaps)));
        Assert.That(capture.Gaps, Is.GreaterThan(1));
        AcquisitionScene slow = new(AcquisitionScene.Slow, timing: new HostTiming(), host: HostModel.Busy(1));
        slow.Room.Plan(10, 16, 32768);
        capture = slow.RunToCapture();
        Assert.That((capture.Overrun, capture.CoveragePermille), Is.EqualTo((false, 1000)));
    }

    // The FIFO lasts 19.2 ms (76.8 ms), of which a step's own time and its rhythm of 8 ms (30 ms) are gone already.
    [TestCase(AcquisitionScene.Fast, 9, false)]
    [TestCase(AcquisitionScene.Fast, 12, true)]
    [TestCase(AcquisitionScene.Fast, 25, true)]
    [TestCase(AcquisitionScene.Slow, 25, false)]
    [TestCase(AcquisitionScene.Slow, 44, false)]
    [TestCase(AcquisitionScene.Slow, 48, true)]
    [TestCase(AcquisitionScene.Slow, 85, true)]
    public void A_pause_of_so_many_milliseconds_is_seen_where_it_costs_samples(string part, int milliseconds, bool overrun)
    {
        AcquisitionScene scene = new(part, timing: new HostTiming()) { LateMs = burst => burst == 20 ? milliseconds : 0 };
        scene.Room.Plan(10, 16, 16384);
        Capture capture = scene.RunToCapture();
        Assert.That((capture.Overrun, capture.Gaps), Is.EqualTo((overrun, overrun ? 1 : 0)));
        Assert.That(capture.CoveragePermille, overrun ? Is.InRange(400, 900) : Is.EqualTo(1000));
    }

    [Test]
    public void Two_pauses_leave_the_longest_piece_between_them([ValueSource(nameof(Parts))] string part)
    {
        AcquisitionScene scene = new(part, timing: new HostTiming()) { LateMs = burst => burst is 20 or 60 ? 90 : 0 };
        scene.Room.Plan(10, 16, 16384);
        Capture capture = scene.RunToCapture();
        int perBurst = part == AcquisitionScene.Fast ? 8 * 80 / 3 : 30 * 20 / 3;
        Assert.That(capture.Gaps, Is.EqualTo(2));
        Assert.That(capture.CoveragePermille, Is.EqualTo(40 * perBurst * 1000 / 16384).Within(70), "not a piece before the first and one behind the second");
    }

    [Test]
    public void A_host_that_is_always_late_leaves_no_coverage_and_no_exception([ValueSource(nameof(Parts))] string part)
    {
        AcquisitionScene scene = new(part) { LateMs = _ => 100 };
        scene.Room.Plan(10, 16, 32768);
        Capture capture = scene.RunToCapture();
        Assert.That(capture.Overrun, Is.True);
        Assert.That(capture.Gaps, Is.GreaterThan(5));
        Assert.That(capture.CoveragePermille, Is.LessThan(40));
    }

    [Test]
    public void A_pause_between_the_look_and_the_drain_is_not_taken_for_a_whole_piece([ValueSource(nameof(Parts))] string part)
    {
        SimulatedClock clock = new();
        StAccelerometerModel model = part == AcquisitionScene.Slow
            ? new Ism330dhcxModel(clock, new TestMachine((sample, _) => (sample % 16000) * 0.000488), (Ism330dhcxModelOptions)AcquisitionScene.Quiet(part))
            : new Iis3dwbModel(clock, new TestMachine((sample, _) => (sample % 16000) * 0.000488), (Iis3dwbModelOptions)AcquisitionScene.Quiet(part));
        PauseBeforeDrain bus = new(model, clock, burst: 10, milliseconds: 90);
        IAccelerometer sensor = part == AcquisitionScene.Slow ? new Ism330dhcx(SimulatedBus.Spi(bus)) : new Iis3dwb(SimulatedBus.Spi(bus));
        VibrationAcquisition room = new(sensor, 16384);
        room.Plan(10, 16, 12000);
        Capture? capture = null;
        while ((capture = room.Finished()) == null)
        {
            clock.AdvanceToMs(Math.Max(room.Step(clock.UptimeMs(), 0), clock.UptimeMs()));
        }

        int longest = 0;
        int run = 1;
        for (int i = 21; i < capture.Count; i++)
        {
            run = capture.Samples[i] - capture.Samples[i - 1] == 1 ? run + 1 : 1;
            longest = Math.Max(longest, run);
        }

        Assert.That(capture.Overrun, Is.True);
        Assert.That(capture.CoveragePermille * 12, Is.LessThanOrEqualTo(longest), "what is called whole is whole");
    }

    [Test]
    public void A_burst_of_the_whole_FIFO_takes_3_ms_of_the_bus()
    {
        SimulatedClock clock = new();
        Iis3dwb sensor = new(SimulatedBus.Spi(new TimedSpi(new Iis3dwbModel(clock, TestMachine.Still()), clock, new HostTiming())));
        byte[] raw = new byte[RawWords.BufferBytes(512)];
        sensor.Drain(raw, 0, 512);
        Assert.That(clock.NowMicroseconds, Is.EqualTo(225 + (3585 * 8 / 10)));
    }

    [TestCase(AcquisitionScene.Fast, 0.0)]
    [TestCase(AcquisitionScene.Fast, 0.05)]
    [TestCase(AcquisitionScene.Fast, -0.05)]
    [TestCase(AcquisitionScene.Slow, 0.0)]
    [TestCase(AcquisitionScene.Slow, 0.05)]
    [TestCase(AcquisitionScene.Slow, -0.05)]
    public void The_rate_is_measured_right_on_such_a_host(string part, double rateError)
    {
        AcquisitionScene scene = new(
            part, options: AcquisitionScene.Quiet(part) with { RateError = rateError }, timing: new HostTiming(), host: HostModel.Normal(5));
        scene.Room.Plan(2, 16, part == AcquisitionScene.Fast ? 32768 : 8192);
        for (int i = 0; i < 10; i++)
        {
            Capture capture = scene.RunToCapture();
            double truth = scene.Model.RateHertz * 1000;
            Assert.That(capture.SampleRateMilliHertz, Is.EqualTo(truth).Within(truth * (i == 0 ? 0.0025 : 0.001)), $"capture {i + 1}");
            scene.Room.HandBack();
        }
    }

    [TestCase(26_667_000, 1099, 1099)]
    [TestCase(26_667_000, 1100, 1100)]
    [TestCase(26_667_000, 1101, 1000)]
    [TestCase(26_667_000, 901, 901)]
    [TestCase(26_667_000, 900, 900)]
    [TestCase(26_667_000, 899, 1000)]
    public void A_rate_further_off_than_a_part_can_be_is_not_believed(int assumed, int measuredPermille, int believedPermille)
    {
        SampleRateMeter meter = new();
        meter.Add(26667L * measuredPermille / 20, 50_000);
        Assert.That(meter.RateMilliHertz(assumed), Is.EqualTo((long)assumed * believedPermille / 1000).Within(300));
    }

    [Test]
    public void A_rate_counts_from_a_second_of_samples_on()
    {
        SampleRateMeter meter = new();
        meter.Add(26000, 999);
        Assert.That(meter.RateMilliHertz(26_667_000), Is.EqualTo(26_667_000));
        meter.Add(26, 1);
        Assert.That(meter.RateMilliHertz(26_667_000), Is.EqualTo(26_026_000));
        meter.Add(0, 5000);
        meter.Add(5000, 0);
        Assert.That(meter.RateMilliHertz(26_667_000), Is.EqualTo(26_026_000), "nothing was counted");
    }

    private sealed class PauseBeforeDrain(ISpiPeripheral sensor, SimulatedClock clock, int burst, int milliseconds) : ISpiPeripheral
    {
        private int _bursts;

        public void Transfer(ReadOnlySpan<byte> sent, Span<byte> received)
        {
            if (sent[0] == 0xF8 && ++_bursts == burst)
            {
                clock.Spend(milliseconds * 1000L);
            }

            sensor.Transfer(sent, received);
        }
    }
}
