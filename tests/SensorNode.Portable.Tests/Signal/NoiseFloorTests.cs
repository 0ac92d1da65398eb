using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Tests.SensorNode.Portable.Signal;

/// <summary>What a sensor says at standstill.</summary>
public class NoiseFloorTests
{
    [TestCase(0)]
    [TestCase(2049)]
    [TestCase(-32768)]
    public void Gravity_and_offset_are_no_noise(int mean)
    {
        NoiseFloor floor = new();
        Assert.That(floor.Measure(Filled(8192, _ => (short)mean)), Is.True);
        Assert.That(floor.MicroG, Is.Zero);
    }

    [TestCase(1, 488)]
    [TestCase(20, 9760)]
    [TestCase(16384, 7995392)]
    public void The_root_mean_square_is_in_micro_g(int counts, int microG)
    {
        NoiseFloor floor = new();
        floor.Measure(Filled(8192, i => (short)(i % 2 == 0 ? counts : -counts)));
        Assert.That(floor.MicroG, Is.EqualTo(microG).Within(1));
        Assert.That(floor.PeakMicroG, Is.EqualTo(microG).Within(1));
    }

    [Test]
    public void The_parts_own_noise_over_half_the_rate_and_its_steps_are_expected()
    {
        // 75 ug over the root of 13 333 Hz are 8660 ug; a step of 488 ug adds 141.
        NoiseFloor floor = new();
        floor.Measure(Filled(1000, _ => 0));
        Assert.That(floor.ExpectedMicroG, Is.EqualTo(Math.Sqrt((8660.3 * 8660.3) + (140.9 * 140.9))).Within(2));
    }

    [Test]
    public void Without_samples_or_unit_there_is_none()
    {
        NoiseFloor floor = new();
        Assert.That(floor.Measure(Filled(0, _ => 0)), Is.False);
        Capture capture = Filled(100, _ => 0);
        capture.NanoGPerCount = 0;
        Assert.That(floor.Measure(capture), Is.False);
        Assert.That((floor.MicroG, floor.ExpectedMicroG), Is.EqualTo((0, 0)));
    }

    [Test]
    public void All_three_axes_are_read_out_of_the_words_and_other_words_left_out()
    {
        byte[] raw = [0xEE, 0x10, 1, 0, 2, 0, 0x34, 0x12, 0x18, 9, 9, 9, 9, 9, 9, 0x12, 0xFF, 0x7F, 2, 0, 0xFF, 0xFF];
        short[] samples = new short[9];
        RawWords words = new();
        words.ReadAxes(raw, RawWords.Position(0), 3, samples, 3);
        Assert.That((words.Count, words.Saturated), Is.EqualTo((2, 1)));
        Assert.That(samples, Is.EqualTo(new short[] { 1, 32767, 0, 2, 2, 0, 0x1234, -1, 0 }));
        Assert.That(RawWords.BufferBytes(3), Is.EqualTo(raw.Length));
    }

    private static Capture Filled(int count, Func<int, short> sample)
    {
        Capture capture = new(Math.Max(count, 1))
        {
            Count = count,
            SampleRateMilliHertz = 26_667_000,
            NanoGPerCount = 488000,
            NoiseNanoGPerRootHertz = 75000,
        };
        for (int i = 0; i < count; i++)
        {
            capture.Samples[i] = sample(i);
        }

        return capture;
    }
}
