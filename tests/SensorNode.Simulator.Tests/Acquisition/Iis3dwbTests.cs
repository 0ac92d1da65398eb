using DeviceTwin.SensorNode.Acquisition;
using DeviceTwin.SensorNode.Signal;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.Tests.SensorNode.Simulator.Board;

namespace DeviceTwin.Tests.SensorNode.Simulator.Acquisition;

/// <summary>The driver against the register model.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class Iis3dwbTests
{
    private readonly SimulatedClock _clock = new();

    [Test]
    public void It_recognises_the_sensor()
    {
        Assert.That(Driver(Quiet()).Identify(), Is.EqualTo(AcquisitionFault.None));
    }

    [TestCase(0x00, "lineStuck")]
    [TestCase(0x01, "wrongDevice")]
    [TestCase(0x6B, "wrongDevice")]
    [TestCase(0xFE, "wrongDevice")]
    [TestCase(0xFF, "lineStuck")]
    public void It_recognises_that_another_chip_or_none_answers(int identity, string word)
    {
        Iis3dwbModel model = new(_clock, TestMachine.Still(), new Iis3dwbModelOptions { Identity = (byte)identity });
        Assert.That(AcquisitionFault.Word(Driver(model).Identify()), Is.EqualTo(word));
    }

    [Test]
    public void A_broken_bus_is_a_fault_and_not_an_exception()
    {
        Iis3dwbModel model = Quiet();
        Iis3dwb driver = Driver(model);
        model.Broken = true;
        Assert.That(AcquisitionFault.Word(driver.Identify()), Is.EqualTo("busFailure"));
        Assert.That(AcquisitionFault.Word(driver.StartReset()), Is.EqualTo("busFailure"));
        Assert.That(AcquisitionFault.Word(driver.ResetDone()), Is.EqualTo("busFailure"));
        Assert.That(AcquisitionFault.Word(driver.Configure(16)), Is.EqualTo("busFailure"));
        Assert.That(AcquisitionFault.Word(driver.StartFifo()), Is.EqualTo("busFailure"));
        Assert.That(AcquisitionFault.Word(driver.ReadLevel()), Is.EqualTo("busFailure"));
        Assert.That(AcquisitionFault.Word(driver.Drain(new byte[RawWords.BufferBytes(10)], 0, 10)), Is.EqualTo("busFailure"));
        Assert.That(AcquisitionFault.Word(driver.StopFifo()), Is.EqualTo("busFailure"));
    }

    [Test]
    public void A_reset_is_under_way_until_the_part_says_it_is_done()
    {
        Iis3dwb driver = Driver(Quiet());
        Assert.That(driver.StartReset(), Is.EqualTo(AcquisitionFault.None));
        Assert.That(AcquisitionFault.Word(driver.ResetDone()), Is.EqualTo("resetStuck"));
        _clock.AdvanceToMs(1);
        Assert.That(driver.ResetDone(), Is.EqualTo(AcquisitionFault.None));
    }

    [TestCase(2, 61, 16393)]
    [TestCase(4, 122, 8197)]
    [TestCase(8, 244, 4098)]
    [TestCase(16, 488, 2049)]
    public void Each_range_gives_its_counts_for_one_g(int rangeG, int microG, int counts)
    {
        Iis3dwb driver = Driver(new Iis3dwbModel(_clock, TestMachine.Still(1), QuietOptions));
        Assert.That(driver.Configure(rangeG), Is.EqualTo(AcquisitionFault.None));
        Assert.That(driver.MicroGPerCount(rangeG), Is.EqualTo(microG));
        driver.StartFifo();
        _clock.AdvanceToMs(2);
        driver.ReadLevel();
        byte[] raw = new byte[RawWords.BufferBytes(64)];
        short[] samples = new short[64];
        Assert.That(driver.Drain(raw, 0, driver.Level()), Is.EqualTo(AcquisitionFault.None));
        int count = Decode(raw, 0, driver.Level(), samples, 0);
        Assert.That(count, Is.EqualTo(53));
        Assert.That(samples.Take(count), Has.All.EqualTo((short)counts));
    }

    [TestCase(0)]
    [TestCase(3)]
    [TestCase(32)]
    public void A_range_the_part_does_not_have_is_refused(int rangeG)
    {
        Assert.That(AcquisitionFault.Word(Driver(Quiet()).Configure(rangeG)), Is.EqualTo("configurationNotHeld"));
        Assert.That(Driver(Quiet()).MicroGPerCount(rangeG), Is.Zero);
    }

    [Test]
    public void Registers_that_do_not_hold_what_was_written_are_noticed()
    {
        Iis3dwb driver = new(SimulatedBus.Spi(new DeafChip()));
        Assert.That(driver.Identify(), Is.EqualTo(AcquisitionFault.None));
        Assert.That(AcquisitionFault.Word(driver.Configure(16)), Is.EqualTo("configurationNotHeld"));
    }

    [Test]
    public void The_factory_trim_tells_the_parts_rate()
    {
        Iis3dwb driver = Driver(new Iis3dwbModel(_clock, TestMachine.Still(), new Iis3dwbModelOptions { RateError = -0.03 }));
        Assert.That(driver.FactoryRateMilliHertz(), Is.EqualTo(26667000));
        driver.Configure(16);
        Assert.That(driver.FactoryRateMilliHertz(), Is.EqualTo(26667000 * 0.97).Within(1000));
    }

    [TestCase(1)]
    [TestCase(7)]
    [TestCase(512)]
    public void Draining_in_bursts_of_any_size_loses_and_repeats_nothing(int burst)
    {
        Iis3dwb driver = Driver(new Iis3dwbModel(_clock, new TestMachine((sample, _) => sample * 0.000488), QuietOptions));
        driver.Configure(16);
        driver.StartFifo();
        byte[] raw = new byte[RawWords.BufferBytes(1066)];
        int count = 0;
        for (int ms = 8; ms <= 40; ms += 8)
        {
            _clock.AdvanceToMs(ms);
            Assert.That(driver.ReadLevel(), Is.EqualTo(AcquisitionFault.None));
            int waiting = driver.Level();
            while (waiting > 0)
            {
                int words = Math.Min(burst, waiting);
                Assert.That(driver.Drain(raw, count, words), Is.EqualTo(AcquisitionFault.None));
                count += words;
                waiting -= words;
            }
        }

        Assert.That(count, Is.EqualTo(1066));
        short[] samples = new short[count];
        Assert.That(Decode(raw, 0, count, samples, 0), Is.EqualTo(count));
        // The low-pass settles within a few samples; then a ramp stays a ramp.
        for (int i = 20; i < count; i++)
        {
            Assert.That(samples[i] - samples[i - 1], Is.EqualTo(1), $"between samples {i - 1} and {i}");
        }
    }

    [Test]
    public void An_empty_FIFO_gives_no_samples()
    {
        Iis3dwb driver = Driver(Quiet());
        driver.Configure(16);
        driver.StartFifo();
        byte[] raw = new byte[RawWords.BufferBytes(8)];
        Assert.That(driver.Drain(raw, 0, 8), Is.EqualTo(AcquisitionFault.None));
        Assert.That(Decode(raw, 0, 8, new short[8], 0), Is.Zero, "words without an acceleration tag do not count");
        Assert.That(driver.Drain(raw, 8, 0), Is.EqualTo(AcquisitionFault.None), "nothing to take");
    }

    [Test]
    public void Only_words_with_the_acceleration_tag_count()
    {
        // Tag, x, y, z: acceleration (2), temperature (3), acceleration, empty (0), acceleration; then the byte the address phase brings.
        byte[] raw = [0xEE, 0x10, 1, 0, 2, 0, 0x34, 0x12, 0x18, 9, 9, 9, 9, 9, 9, 0x12, 1, 0, 2, 0, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0x17, 0, 0, 0, 0, 0x00, 0x80];
        short[] samples = new short[6];
        Assert.That(Decode(raw, 0, 5, samples, 1), Is.EqualTo(3));
        Assert.That(samples, Is.EqualTo(new short[] { 0, 0x1234, -1, -32768, 0, 0 }));
        Assert.That(Decode(raw, 2, 1, samples, 0), Is.EqualTo(1));
        Assert.That(samples[0], Is.EqualTo(-1));
    }

    [TestCase(8, false)]
    [TestCase(19, false)]
    [TestCase(25, true)]
    public void An_overrun_is_flagged_exactly_when_the_FIFO_was_left_too_long(int milliseconds, bool overrun)
    {
        Iis3dwb driver = Driver(Quiet());
        driver.Configure(16);
        driver.StartFifo();
        _clock.AdvanceToMs(milliseconds);
        driver.ReadLevel();
        Assert.That(driver.Overrun(), Is.EqualTo(overrun));
        driver.Drain(new byte[RawWords.BufferBytes(512)], 0, driver.Level());
        driver.ReadLevel();
        Assert.That(driver.Overrun(), Is.False, "a drained FIFO is a fresh start");
    }

    private static int Decode(byte[] raw, int word, int count, short[] samples, int offset)
    {
        var words = new RawWords();
        words.Read(raw, RawWords.Position(word), count, samples, offset);
        return words.Count;
    }

    private static Iis3dwbModelOptions QuietOptions => new() { NoiseMicroGPerRootHertz = 0, ZeroOffsetG = 0 };

    private static Iis3dwb Driver(Iis3dwbModel model) => new(SimulatedBus.Spi(model));

    private Iis3dwbModel Quiet() => new(_clock, TestMachine.Still(), QuietOptions);

    /// <summary>Answers WHO_AM_I rightly and everything else with zeros.</summary>
    private sealed class DeafChip : ISpiPeripheral
    {
        public void Transfer(ReadOnlySpan<byte> sent, Span<byte> received)
        {
            received.Clear();
            if (sent[0] == 0x8F)
            {
                received[1] = 0x7B;
            }
        }
    }
}
