using DeviceTwin.SensorNode.Simulator.Board;
using MathNet.Numerics.IntegralTransforms;
using MathNet.Numerics.Statistics;

namespace DeviceTwin.Tests.SensorNode.Simulator.Board;

/// <summary>The register model against the data sheet's tables, byte by byte, without the driver.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class Iis3dwbModelTests
{
    private readonly SimulatedClock _clock = new();

    [Test]
    public void WhoAmI_is_7B_and_cannot_be_written()
    {
        Iis3dwbModel model = new(_clock, TestMachine.Still());
        Write(model, 0x0F, 0x11);
        Assert.That(Read(model, 0x0F, 1), Is.EqualTo(new byte[] { 0x7B }));
    }

    [Test]
    public void After_power_on_only_IF_INC_is_set()
    {
        Iis3dwbModel model = new(_clock, TestMachine.Still());
        Assert.That(Read(model, 0x12, 1), Is.EqualTo(new byte[] { 0x04 }));
        Assert.That(Read(model, 0x07, 4), Is.EqualTo(new byte[4]));
        Assert.That(Read(model, 0x10, 1), Is.EqualTo(new byte[1]));
    }

    [Test]
    public void A_software_reset_restores_the_defaults_and_clears_itself_after_50_microseconds()
    {
        Iis3dwbModel model = new(_clock, TestMachine.Still());
        Write(model, 0x10, 0xA4);
        Write(model, 0x12, 0x01);
        Assert.That(Read(model, 0x12, 1)[0] & 0x01, Is.EqualTo(1), "still resetting");
        _clock.AdvanceToMicroseconds(50);
        Assert.That(Read(model, 0x12, 1), Is.EqualTo(new byte[] { 0x04 }));
        Assert.That(Read(model, 0x10, 1), Is.EqualTo(new byte[1]));
    }

    [Test]
    public void Nothing_enters_the_FIFO_while_it_is_in_bypass_or_the_accelerometer_is_off()
    {
        Iis3dwbModel model = new(_clock, TestMachine.Still());
        Write(model, 0x09, 0x0A);
        Write(model, 0x10, 0xA0);
        _clock.AdvanceToMs(10);
        Assert.That(Level(model), Is.Zero, "bypass");
        Write(model, 0x10, 0x00);
        Write(model, 0x0A, 0x06);
        _clock.AdvanceToMs(20);
        Assert.That(Level(model), Is.Zero, "XL_EN off");
    }

    [TestCase(0.0, 266)]
    [TestCase(0.03, 274)]
    [TestCase(-0.03, 258)]
    public void The_FIFO_fills_at_the_parts_own_rate(double rateError, int wordsIn10Ms)
    {
        Iis3dwbModel model = new(_clock, TestMachine.Still(), new Iis3dwbModelOptions { RateError = rateError });
        Start(model, 0xA4);
        _clock.AdvanceToMs(10);
        Assert.That(Level(model), Is.EqualTo(wordsIn10Ms));
    }

    [Test]
    public void INTERNAL_FREQ_FINE_tells_the_rate_error_in_steps_of_0_15_percent()
    {
        Iis3dwbModel fast = new(_clock, TestMachine.Still(), new Iis3dwbModelOptions { RateError = 0.015 });
        Iis3dwbModel slow = new(_clock, TestMachine.Still(), new Iis3dwbModelOptions { RateError = -0.003 });
        Assert.That(Read(fast, 0x63, 1), Is.EqualTo(new byte[] { 10 }));
        Assert.That(Read(slow, 0x63, 1), Is.EqualTo(new byte[] { 0xFE }));
    }

    [Test]
    public void A_word_is_a_tag_and_three_axes_and_the_burst_wraps_from_7E_to_78()
    {
        TestMachine machine = new((sample, _) => 0.0004880 * (sample + 1));
        Iis3dwbModel model = new(_clock, machine, Quiet);
        Start(model, 0xA4);
        _clock.AdvanceToMs(1);
        byte[] words = Read(model, 0x78, 14);
        Assert.That(words[0] >> 3, Is.EqualTo(2), "TAG_SENSOR of the accelerometer");
        Assert.That(words[7] >> 3, Is.EqualTo(2));
        Assert.That((words[7] >> 1) & 3, Is.EqualTo((((words[0] >> 1) & 3) + 1) & 3), "TAG_CNT moves on");
        Assert.That(System.Numerics.BitOperations.PopCount(words[0]) % 2, Is.Zero, "parity");
        Assert.That(Level(model), Is.EqualTo(26 - 2));
    }

    [Test]
    public void The_level_has_ten_bits_and_overrun_is_latched_until_it_is_read()
    {
        Iis3dwbModel model = new(_clock, TestMachine.Still());
        Start(model, 0xA4);
        _clock.AdvanceToMs(19);
        Assert.That(Read(model, 0x3A, 2), Is.EqualTo(new byte[] { 0xFA, 0x01 }), "506 words, no flag");
        _clock.AdvanceToMs(25);
        Assert.That(Read(model, 0x3A, 2), Is.EqualTo(new byte[] { 0x00, 0x6A }), "512 words: full, overrun now and latched");
        Read(model, 0x78, 7 * 512);
        Assert.That(Read(model, 0x3A, 2), Is.EqualTo(new byte[] { 0x00, 0x00 }));
    }

    [Test]
    public void The_watermark_flag_follows_its_nine_bits()
    {
        Iis3dwbModel model = new(_clock, TestMachine.Still());
        Write(model, 0x07, 0x2C);
        Write(model, 0x08, 0x01);
        Start(model, 0xA4);
        _clock.AdvanceToMs(11);
        Assert.That(Read(model, 0x3B, 1)[0] & 0x80, Is.Zero, "293 of 300");
        _clock.AdvanceToMs(12);
        Assert.That(Read(model, 0x3B, 1)[0] & 0x80, Is.EqualTo(0x80), "320 of 300");
    }

    [Test]
    public void In_FIFO_mode_the_first_words_stay_and_in_continuous_mode_the_last()
    {
        // The rate is 80/3 per millisecond: 533 words in 20 ms.
        foreach ((byte mode, int first) in new[] { ((byte)0x01, 0), ((byte)0x06, 533 - 512) })
        {
            SimulatedClock clock = new();
            Iis3dwbModel model = new(clock, new TestMachine((sample, _) => sample / 1000.0), Quiet);
            Write(model, 0x09, 0x0A);
            Write(model, 0x10, 0xA4);
            Write(model, 0x0A, mode);
            clock.AdvanceToMs(20);
            byte[] word = Read(model, 0x78, 7);
            // The low-pass delays the ramp by less than one sample.
            Assert.That(BitConverter.ToInt16(word, 5) * 0.488, Is.EqualTo(first).Within(1.0));
        }
    }

    [TestCase(0xA0, 0.000061)]
    [TestCase(0xA4, 0.000488)]
    [TestCase(0xA8, 0.000122)]
    [TestCase(0xAC, 0.000244)]
    public void The_range_sets_the_sensitivity(int control, double gPerCount)
    {
        Iis3dwbModel model = new(_clock, TestMachine.Still(-1), Quiet);
        Start(model, (byte)control);
        _clock.AdvanceToMs(1);
        Assert.That(BitConverter.ToInt16(Read(model, 0x78, 7), 5), Is.EqualTo((short)Math.Round(-1 / gPerCount)));
    }

    [Test]
    public void Beyond_full_scale_the_output_stays_at_its_ends()
    {
        Iis3dwbModel model = new(_clock, TestMachine.Still(2.5), Quiet);
        Start(model, 0xA0);
        _clock.AdvanceToMs(1);
        Assert.That(BitConverter.ToInt16(Read(model, 0x78, 7), 5), Is.EqualTo(32767));
    }

    [Test]
    public void Noise_has_75_micro_g_per_root_hertz()
    {
        Iis3dwbModel model = new(_clock, TestMachine.Still(), new Iis3dwbModelOptions { ZeroOffsetG = 0 });
        Start(model, 0xA0);
        double[] z = Collect(model, 32768).Select(count => count * 61e-6).ToArray();
        double density = z.StandardDeviation() / Math.Sqrt(80000.0 / 3 / 2);
        Assert.That(density * 1e6, Is.EqualTo(75).Within(1.5));
    }

    [TestCase(1000, 1.0, 0.01)]
    [TestCase(6300, 0.7071, 0.01)]
    public void The_pass_band_is_flat_and_ends_at_6_3_kHz(double hertz, double gain, double tolerance)
    {
        TestMachine tone = new((sample, rate) => Math.Sin(2 * Math.PI * hertz * sample / rate));
        Iis3dwbModel model = new(_clock, tone, Quiet);
        Start(model, 0xA0);
        double[] z = Collect(model, 8192).Select(count => count * 61e-6).ToArray();
        Assert.That(z.Skip(100).RootMeanSquare() * Math.Sqrt(2), Is.EqualTo(gain).Within(tolerance));
    }

    [Test]
    public void Long_idle_time_in_continuous_mode_costs_only_the_last_words()
    {
        long asked = 0;
        TestMachine machine = new((_, _) => { asked++; return 0; });
        Iis3dwbModel model = new(_clock, machine);
        Start(model, 0xA4);
        _clock.AdvanceToMs(3_600_000);
        Assert.That(Level(model), Is.EqualTo(512));
        Assert.That(asked, Is.LessThan(1000), "an hour would be 96 million samples");
        Assert.That(Read(model, 0x3B, 1)[0] & 0x40, Is.EqualTo(0x40));
    }

    [Test]
    public void The_machine_is_told_where_a_capture_begins()
    {
        TestMachine machine = TestMachine.Still();
        Iis3dwbModel model = new(_clock, machine);
        Start(model, 0xA4);
        _clock.AdvanceToMs(5);
        Write(model, 0x0A, 0x00);
        _clock.AdvanceToMs(2000);
        Write(model, 0x0A, 0x06);
        Assert.That(machine.Captures, Is.EqualTo(new[] { 0.0, 2.0 }));
    }

    [Test]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_others()
    {
        byte[] First(ulong seed)
        {
            SimulatedClock clock = new();
            Iis3dwbModel model = new(clock, TestMachine.Still(), new Iis3dwbModelOptions { Seed = seed });
            Start(model, 0xA0);
            clock.AdvanceToMs(5);
            return Read(model, 0x78, 7 * 100);
        }

        Assert.That(First(7), Is.EqualTo(First(7)));
        Assert.That(First(7), Is.Not.EqualTo(First(8)));
    }

    private static Iis3dwbModelOptions Quiet => new() { NoiseMicroGPerRootHertz = 0, ZeroOffsetG = 0 };

    private static void Start(Iis3dwbModel model, byte ctrl1)
    {
        Write(model, 0x09, 0x0A);
        Write(model, 0x10, ctrl1);
        Write(model, 0x0A, 0x06);
    }

    private List<short> Collect(Iis3dwbModel model, int count)
    {
        List<short> z = [];
        while (z.Count < count)
        {
            _clock.AdvanceToMs(_clock.UptimeMs() + 8);
            int level = Level(model);
            byte[] words = Read(model, 0x78, 7 * level);
            for (int i = 0; i < level && z.Count < count; i++)
            {
                z.Add(BitConverter.ToInt16(words, (i * 7) + 5));
            }
        }

        return z;
    }

    private static int Level(Iis3dwbModel model)
    {
        byte[] status = Read(model, 0x3A, 2);
        return status[0] | ((status[1] & 3) << 8);
    }

    private static void Write(Iis3dwbModel model, byte address, byte value) => model.Transfer([address, value], new byte[2]);

    private static byte[] Read(Iis3dwbModel model, byte address, int count)
    {
        byte[] sent = new byte[1 + count];
        byte[] received = new byte[1 + count];
        sent[0] = (byte)(0x80 | address);
        model.Transfer(sent, received);
        return received[1..];
    }
}
