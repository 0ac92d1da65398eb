using DeviceTwin.SensorNode.Acquisition;
using DeviceTwin.SensorNode.Signal;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.Tests.SensorNode.Simulator.Board;

namespace DeviceTwin.Tests.SensorNode.Simulator.Acquisition;

/// <summary>Captures by plan, in virtual time.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class VibrationAcquisitionTests
{
    private const long Utc = 1_750_000_000_000;

    private readonly SimulatedClock _clock = new(Utc);
    private Iis3dwbModel _model = null!;
    private VibrationAcquisition _room = null!;

    [Test]
    public void A_capture_has_the_planned_samples_and_its_facts()
    {
        Build(TestMachine.Still());
        _room.Plan(60, 16, 32768);
        Capture capture = RunToCapture();
        Assert.That(capture.Count, Is.EqualTo(32768));
        Assert.That(capture.Sequence, Is.EqualTo(1));
        Assert.That(capture.NanoGPerCount, Is.EqualTo(488000));
        Assert.That(capture.CoveragePermille, Is.EqualTo(1000));
        Assert.That(capture.SaturatedCount, Is.Zero);
        Assert.That(capture.Overrun, Is.False);
        Assert.That(capture.StartUtcMs, Is.InRange(Utc, Utc + 50));
        Assert.That(_room.Fault(), Is.EqualTo(AcquisitionFault.None));
    }

    [Test]
    public void During_a_capture_it_asks_to_run_again_within_8_ms()
    {
        Build(TestMachine.Still());
        _room.Plan(60, 16, 4096);
        long now = 0;
        while (_room.Finished() == null)
        {
            bool capturing = _room.Capturing();
            long next = _room.Step(now, 0);
            if (capturing && _room.Capturing())
            {
                Assert.That(next - now, Is.InRange(1, 8));
            }

            now = Math.Max(next, now);
            _clock.AdvanceToMs(now);
        }
    }

    [Test]
    public void Captures_keep_their_rhythm_from_start_to_start()
    {
        TestMachine machine = TestMachine.Still();
        Build(machine);
        _room.Plan(10, 16, 16000);
        for (int i = 1; i <= 4; i++)
        {
            Assert.That(RunToCapture().Sequence, Is.EqualTo(i));
            _room.HandBack();
        }

        double[] gaps = machine.Captures.Zip(machine.Captures.Skip(1), (a, b) => Math.Round(b - a, 3)).ToArray();
        Assert.That(gaps, Is.EqualTo(new[] { 10.0, 10.0, 10.0 }));
    }

    [Test]
    public void A_new_interval_counts_from_the_last_start()
    {
        TestMachine machine = TestMachine.Still();
        Build(machine);
        _room.Plan(3600, 16, 4096);
        RunToCapture();
        _room.HandBack();
        _room.Plan(5, 16, 4096);
        RunToCapture();
        Assert.That(machine.Captures[1] - machine.Captures[0], Is.EqualTo(5).Within(1e-6));
    }

    [Test]
    public void No_capture_starts_before_the_last_one_is_handed_back()
    {
        TestMachine machine = TestMachine.Still();
        Build(machine);
        _room.Plan(1, 16, 4096);
        RunToCapture();
        Run(10_000);
        Assert.That(machine.Captures, Has.Count.EqualTo(1));
        Assert.That(_room.Finished(), Is.Null, "it is given once");
        _room.HandBack();
        Assert.That(RunToCapture().Sequence, Is.EqualTo(2));
    }

    [Test]
    public void Without_a_plan_nothing_is_captured()
    {
        TestMachine machine = TestMachine.Still();
        Build(machine);
        Run(10_000);
        Assert.That(machine.Captures, Is.Empty);
    }

    [Test]
    public void A_new_range_takes_effect_with_the_next_capture()
    {
        Build(TestMachine.Still(1));
        _room.Plan(5, 16, 1000);
        Capture capture = RunToCapture();
        Assert.That((capture.NanoGPerCount, (int)capture.Samples[900]), Is.EqualTo((488000, 2049)));
        _room.HandBack();
        _room.Plan(5, 2, 1000);
        capture = RunToCapture();
        Assert.That((capture.NanoGPerCount, (int)capture.Samples[900]), Is.EqualTo((61000, 16393)));
    }

    [Test]
    public void Samples_at_full_scale_are_counted()
    {
        // 2.2 g of amplitude at the 2 g range: beyond full scale for 28 % of the time.
        Build(new TestMachine((sample, rate) => 2.2 * Math.Sin(2 * Math.PI * 100 * sample / rate)));
        _room.Plan(60, 2, 8000);
        double expected = 8000 * 2 * Math.Acos(2 / 2.2) / Math.PI;
        Assert.That(RunToCapture().SaturatedCount, Is.EqualTo(expected).Within(40));
    }

    [Test]
    public void A_step_that_comes_25_ms_late_leaves_an_overrun_and_the_coverage_of_the_longest_unbroken_piece()
    {
        Build(TestMachine.Still());
        _room.Plan(60, 16, 32768);
        Capture? capture = null;
        while (capture == null)
        {
            long next = _room.Step(_clock.UptimeMs(), 0);
            // One burst about a quarter into the capture is late.
            bool late = _room.Capturing() && _clock.UptimeMs() is >= 300 and < 308;
            _clock.AdvanceToMs(Math.Max(next, _clock.UptimeMs()) + (late ? 25 : 0));
            capture = _room.Finished();
        }

        Assert.That(capture.Count, Is.EqualTo(32768));
        Assert.That(capture.Overrun, Is.True);
        Assert.That(capture.CoveragePermille, Is.InRange(700, 800));
    }

    [TestCase(0.0)]
    [TestCase(0.021)]
    [TestCase(-0.034)]
    public void The_rate_is_measured_against_the_clock(double rateError)
    {
        Build(TestMachine.Still(), new Iis3dwbModelOptions { RateError = rateError });
        _room.Plan(2, 16, 32768);
        Assert.That(_room.SampleRateMilliHertz(), Is.EqualTo(26667000), "nominal until the part is known");
        for (int i = 0; i < 20; i++)
        {
            Capture capture = RunToCapture();
            double truth = _model.RateHertz * 1000;
            double tolerance = i == 0 ? 0.0015 : 0.0005;
            Assert.That(capture.SampleRateMilliHertz, Is.EqualTo(truth).Within(truth * tolerance), $"capture {i + 1}");
            _room.HandBack();
        }
    }

    [Test]
    public void Another_chip_gives_empty_captures_in_the_planned_rhythm_and_says_why()
    {
        Build(TestMachine.Still(), new Iis3dwbModelOptions { Identity = 0x6C });
        _room.Plan(10, 16, 4096);
        for (int i = 1; i <= 3; i++)
        {
            Capture capture = RunToCapture();
            Assert.That((capture.Sequence, capture.Count, capture.CoveragePermille), Is.EqualTo((i, 0, 0)));
            Assert.That(AcquisitionFault.Word(_room.Fault()), Is.EqualTo("wrongDevice"));
            _room.HandBack();
        }

        Assert.That(_clock.UptimeMs(), Is.InRange(20_000, 20_100));
    }

    [Test]
    public void A_cable_that_falls_off_in_a_capture_ends_it_and_one_that_comes_back_is_found_again()
    {
        Build(TestMachine.Still());
        _room.Plan(10, 16, 32768);
        Run(500);
        _model.Broken = true;
        Capture capture = RunToCapture();
        Assert.That(capture.Count, Is.InRange(1, 32767));
        Assert.That(capture.CoveragePermille, Is.EqualTo(capture.Count * 1000 / 32768));
        Assert.That(AcquisitionFault.Word(_room.Fault()), Is.EqualTo("busFailure"));
        _room.HandBack();
        _model.Broken = false;
        capture = RunToCapture();
        Assert.That((capture.Count, _room.Fault()), Is.EqualTo((32768, AcquisitionFault.None)));
    }

    [Test]
    public void A_sensor_that_gives_no_samples_ends_the_capture_after_a_while()
    {
        Build(TestMachine.Still());
        _model.Silent = true;
        _room.Plan(60, 16, 32768);
        Capture capture = RunToCapture();
        Assert.That((capture.Count, capture.CoveragePermille), Is.EqualTo((0, 0)));
        Assert.That(AcquisitionFault.Word(_room.Fault()), Is.EqualTo("noSamples"));
        Assert.That(_clock.UptimeMs(), Is.LessThan(2000));
    }

    [Test]
    public void Words_that_carry_no_acceleration_are_left_out_and_said()
    {
        _model = new Iis3dwbModel(_clock, TestMachine.Still());
        _room = new VibrationAcquisition(new Iis3dwb(SimulatedBus.Spi(new BadWords(_model, burst: 10))), 65536);
        _room.Plan(60, 16, 8192);
        Capture capture = RunToCapture();
        Assert.That(capture.Count, Is.EqualTo(8192 - 3));
        Assert.That(capture.Overrun, Is.True, "samples are missing inside");
        Assert.That(capture.CoveragePermille, Is.InRange(600, 800), "from behind the bad words to the end");
    }

    [Test]
    public void A_plan_beyond_the_buffer_is_cut_to_it()
    {
        Build(TestMachine.Still(), capacity: 10_000);
        _room.Plan(60, 16, 65536);
        Assert.That(RunToCapture().Count, Is.EqualTo(10_000));
    }

    private void Build(TestMachine machine, Iis3dwbModelOptions? options = null, int capacity = 65536)
    {
        _model = new Iis3dwbModel(_clock, machine, (options ?? new Iis3dwbModelOptions()) with { NoiseMicroGPerRootHertz = 0, ZeroOffsetG = 0 });
        _room = new VibrationAcquisition(new Iis3dwb(SimulatedBus.Spi(_model)), capacity);
    }

    private Capture RunToCapture()
    {
        for (int step = 0; step < 1_000_000; step++)
        {
            if (_room.Finished() is { } capture)
            {
                return capture;
            }

            StepOnce();
        }

        throw new InvalidOperationException("No capture.");
    }

    private void Run(long milliseconds)
    {
        long until = _clock.UptimeMs() + milliseconds;
        while (_clock.UptimeMs() < until)
        {
            StepOnce();
        }
    }

    private void StepOnce()
    {
        long now = _clock.UptimeMs();
        long next = _room.Step(now, _clock.UtcMs());
        _clock.AdvanceToMs(Math.Max(next, now));
    }

    /// <summary>The sensor, but in one burst three words carry another tag.</summary>
    private sealed class BadWords(ISpiPeripheral sensor, int burst) : ISpiPeripheral
    {
        private int _bursts;

        public void Transfer(ReadOnlySpan<byte> sent, Span<byte> received)
        {
            // Driver and part share a buffer: the command is gone once something was received.
            bool drains = sent[0] == 0xF8;
            sensor.Transfer(sent, received);
            if (drains && ++_bursts == burst)
            {
                received[1] = 0x18;
                received[8] = 0x18;
                received[15] = 0x18;
            }
        }
    }
}
