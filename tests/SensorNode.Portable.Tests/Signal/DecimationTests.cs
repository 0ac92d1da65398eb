using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Tests.SensorNode.Portable.Signal;

/// <summary>The decimator: what it lets through, what it holds back, what it does at the ends of a capture, and that pieces join.</summary>
public sealed class DecimationTests
{
    private static readonly int[] Halvings = [1, 2, 3, 4];

    [Test]
    public void The_band_passes_within_two_hundredths_of_a_decibel([ValueSource(nameof(Halvings))] int halvings, [Values(0.003, 0.1, 0.3, 0.4, 0.418)] double share)
    {
        Assert.That(Decibels(Gain(halvings, share)), Is.EqualTo(0).Within(0.02));
    }

    [Test]
    public void What_would_fold_into_the_band_is_58_decibels_down([ValueSource(nameof(Halvings))] int halvings, [Values(0.582, 0.6, 0.7, 0.95)] double share)
    {
        // The same line of the output comes from either side of every multiple of its rate.
        for (int multiple = 0; multiple < 1 << (halvings - 1); multiple++)
        {
            Assert.That(Decibels(Gain(halvings, multiple + share)), Is.LessThan(-58), $"{multiple} + {share}");
            if (multiple > 0)
            {
                Assert.That(Decibels(Gain(halvings, multiple + 1 - share)), Is.LessThan(-58), $"{multiple + 1} - {share}");
            }
        }
    }

    [TestCase(0.42, 0.03)]
    [TestCase(0.45, 0.7)]
    [TestCase(0.55, 22)]
    [TestCase(0.58, 51)]
    public void Beyond_the_band_it_falls_off_gently(double share, double decibels)
    {
        double gain = Decibels(Gain(1, share));

        Assert.That(share < 0.5 ? -gain : gain, share < 0.5 ? Is.LessThan(decibels) : Is.LessThan(-decibels));
    }

    [TestCase(8000000, 0)]
    [TestCase(16700000, 0)]
    [TestCase(16700001, 1)]
    [TestCase(26667000, 1)]
    [TestCase(48000000, 2)]
    [TestCase(97656000, 3)]
    [TestCase(2000000000, 3)]
    public void A_rate_is_halved_until_it_is_that_of_the_bearing_analysis(int rateMilliHertz, int halvings)
    {
        Assert.That(WindowDecimator.Halvings(rateMilliHertz), Is.EqualTo(halvings));
    }

    [Test]
    public void A_constant_gives_zeros_whatever_the_length([Values(0, 1, 2, 3, 4)] int halvings, [Values(1, 2, 3, 31, 40, 64, 65, 333, 1000)] int count)
    {
        var input = new short[count];
        Array.Fill(input, (short)2049);
        float[] output = [.. new float[count >> halvings], 5f];

        new WindowDecimator(new float[WindowDecimator.ScratchLength]).Read(input, count, 2049f, halvings, 0, output, count >> halvings);

        Assert.That(output[..^1], Is.All.EqualTo(0f).Within(0.001f));
        Assert.That(output[^1], Is.EqualTo(5f));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    public void Pieces_of_any_length_give_the_same_bits_as_the_whole(int halvings)
    {
        short[] input = Noise(9000, 1);
        int outputs = input.Length >> halvings;
        var whole = new float[outputs];
        var pieces = new float[outputs];
        var decimator = new WindowDecimator(new float[WindowDecimator.ScratchLength]);
        decimator.Read(input, input.Length, 3f, halvings, 0, whole, outputs);

        var random = new Random(2);
        for (int at = 0; at < outputs;)
        {
            int some = Math.Min(outputs - at, random.Next(1, 300));
            var piece = new float[some];
            decimator.Read(input, input.Length, 3f, halvings, at, piece, some);
            piece.CopyTo(pieces, at);
            at += some;
        }

        Assert.That(pieces, Is.EqualTo(whole));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    public void Ends_are_filtered_as_if_the_end_samples_went_on(int halvings)
    {
        const int More = 4096;
        short[] inner = Noise(2048, 3);
        short[] extended = [.. Enumerable.Repeat(inner[0], More), .. inner, .. Enumerable.Repeat(inner[^1], More)];
        int outputs = inner.Length >> halvings;
        var expected = new float[outputs];
        var actual = new float[outputs];
        var decimator = new WindowDecimator(new float[WindowDecimator.ScratchLength]);
        decimator.Read(extended, extended.Length, 0f, halvings, More >> halvings, expected, outputs);

        decimator.Read(inner, inner.Length, 0f, halvings, 0, actual, outputs);

        Assert.That(actual, Is.EqualTo(expected));
    }

    [Test]
    public void Outputs_stand_on_the_counts_they_belong_to()
    {
        // The filters are symmetric: an impulse at count 1024 is symmetric about output 1024 / 2^h.
        var input = new short[2048];
        input[1024] = 30000;
        foreach (int halvings in Halvings)
        {
            var output = new float[2048 >> halvings];
            new WindowDecimator(new float[WindowDecimator.ScratchLength]).Read(input, input.Length, 0f, halvings, 0, output, output.Length);
            int middle = 1024 >> halvings;
            Assert.That(output[middle], Is.EqualTo(output.Max()));
            Assert.That(output[middle - 5], Is.EqualTo(output[middle + 5]).Within(0.01f));
        }
    }

    private static short[] Noise(int count, int seed)
    {
        var samples = new short[count];
        new Random(seed).NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(samples.AsSpan()));
        return samples;
    }

    private static double Decibels(double gain) => 20 * Math.Log10(gain);

    /// <summary>Gain of a tone whose frequency is a share of the output rate.</summary>
    private static double Gain(int halvings, double share)
    {
        const int Outputs = 600;
        const double Peak = 32000;
        short[] input = Enumerable.Range(0, Outputs << halvings)
            .Select(i => (short)Math.Round(Peak * Math.Sin((2 * Math.PI * share / (1 << halvings) * i) + 0.3))).ToArray();
        var output = new float[Outputs];
        new WindowDecimator(new float[WindowDecimator.ScratchLength]).Read(input, input.Length, 0f, halvings, 0, output, Outputs);
        return Amplitude(output[40..^40], share) / Peak;
    }

    /// <summary>Amplitude of a tone (cycles per sample, folded) by correlation under a Blackman window.</summary>
    private static double Amplitude(float[] samples, double cycles)
    {
        double re = 0;
        double im = 0;
        double weights = 0;
        for (int i = 0; i < samples.Length; i++)
        {
            double turn = 2 * Math.PI * (i + 0.5) / samples.Length;
            double weight = 0.42 - (0.5 * Math.Cos(turn)) + (0.08 * Math.Cos(2 * turn));
            re += weight * samples[i] * Math.Cos(2 * Math.PI * cycles * i);
            im += weight * samples[i] * Math.Sin(2 * Math.PI * cycles * i);
            weights += weight;
        }

        return 2 * Math.Sqrt((re * re) + (im * im)) / weights;
    }
}
