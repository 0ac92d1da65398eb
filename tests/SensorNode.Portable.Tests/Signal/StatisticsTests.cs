using DeviceTwin.SensorNode.Signal;
using FsCheck;
using FsCheck.Fluent;
using Double = MathNet.Numerics.Statistics.Statistics;

namespace DeviceTwin.Tests.SensorNode.Portable.Signal;

public sealed class StatisticsTests
{
    [Test]
    public void Mean_rms_and_peak_agree_with_double_precision_on_any_counts()
    {
        Check.One(Properties.Config, Prop.ForAll<short[]>(counts =>
        {
            if (counts.Length == 0)
            {
                return true;
            }

            var statistics = new Statistics();
            statistics.Measure(counts, counts.Length);
            double[] values = Array.ConvertAll(counts, count => (double)count);
            double mean = Double.Mean(values);
            double rms = Double.PopulationStandardDeviation(values);
            double peak = values.Max(value => Math.Abs(value - mean));
            return Math.Abs(statistics.Mean - mean) <= 0.5001
                && Math.Abs(statistics.Mean + statistics.MeanRest - mean) <= 1e-2
                && Math.Abs(statistics.Rms - rms) <= (1e-5 * rms) + 1e-3
                && Math.Abs(statistics.Peak - peak) <= (1e-6 * peak) + 1e-2;
        }));
    }

    [Test]
    public void Skewness_and_kurtosis_agree_with_double_precision_on_any_counts()
    {
        Check.One(Properties.Config, Prop.ForAll(Properties.Seeds, seed =>
        {
            short[] counts = Signal(seed, 3000);
            var statistics = new Statistics();
            statistics.Measure(counts, counts.Length);
            double[] values = Array.ConvertAll(counts, count => (double)count);
            double mean = Double.Mean(values);
            double variance = values.Average(value => Math.Pow(value - mean, 2));
            double skewness = values.Average(value => Math.Pow(value - mean, 3)) / Math.Pow(variance, 1.5);
            double kurtosis = values.Average(value => Math.Pow(value - mean, 4)) / (variance * variance);
            return Math.Abs(statistics.Kurtosis - kurtosis) <= 1e-4 * kurtosis && Math.Abs(statistics.Skewness - skewness) <= 1e-4 * Math.Max(1, kurtosis);
        }));
    }

    [Test]
    public void A_burst_that_the_estimate_of_the_mean_falls_for_costs_no_accuracy()
    {
        // 64 spread samples estimate the mean; here they are all impulses.
        const int Count = 32768;
        short[] counts = Enumerable.Range(0, Count).Select(i => (short)(i % (Count / 64) == 0 ? 32767 : i % 7)).ToArray();
        var statistics = new Statistics();

        statistics.Measure(counts, Count);

        double[] values = Array.ConvertAll(counts, count => (double)count);
        double mean = Double.Mean(values);
        double variance = values.Average(value => Math.Pow(value - mean, 2));
        Assert.That(statistics.Kurtosis, Is.EqualTo(values.Average(value => Math.Pow(value - mean, 4)) / (variance * variance)).Within(0.01).Percent);
        Assert.That(statistics.Rms, Is.EqualTo(Math.Sqrt(variance)).Within(0.001).Percent);
    }

    [Test]
    public void An_offset_changes_no_moment_and_turning_the_sign_only_that_of_the_skewness()
    {
        Check.One(Properties.Config, Prop.ForAll(Properties.Seeds, seed =>
        {
            short[] counts = Signal(seed, 2048);
            Statistics plain = Measure(counts);
            Statistics shifted = Measure(Array.ConvertAll(counts, count => (short)(count + 1000)));
            Statistics turned = Measure(Array.ConvertAll(counts, count => (short)-count));
            return Near(shifted.Rms, plain.Rms) && Near(shifted.Kurtosis, plain.Kurtosis) && Near(shifted.Peak, plain.Peak)
                && shifted.Mean == plain.Mean + 1000
                && Near(turned.Rms, plain.Rms) && Near(turned.Kurtosis, plain.Kurtosis)
                && Math.Abs(turned.Skewness + plain.Skewness) <= 1e-4 * Math.Max(1, plain.Kurtosis);
        }));

        static bool Near(float one, float other) => Math.Abs(one - other) <= (1e-4 * Math.Abs(other)) + 1e-3;
    }

    [TestCase(0.9, true)]
    [TestCase(0.97, true)]
    [TestCase(1.0, false)]
    public void A_wave_cut_off_below_full_scale_is_clipped_and_a_whole_one_is_not(double cut, bool clipped)
    {
        foreach (double amplitude in clipped ? new[] { 400.0, 9000 } : [3, 40, 400, 9000])
        {
            foreach (double hertz in new[] { 7.3, 31, 500, 3000 })
            {
                short[] counts = Enumerable.Range(0, 16384)
                    .Select(i => Math.Clamp(amplitude * Math.Sin(2 * Math.PI * hertz * i / Waves.Rate), -cut * amplitude, cut * amplitude))
                    .Select(value => (short)Math.Round(value)).ToArray();

                // Fast waves leave no run of three at their tops.
                bool expected = clipped && hertz < 1000;
                Assert.That(Measure(counts).Clipped > 0, Is.EqualTo(expected), $"{amplitude} counts at {hertz} Hz");
            }
        }
    }

    [Test]
    public void What_stands_at_the_converters_own_rail_is_saturated_and_not_clipped()
    {
        short[] counts = Enumerable.Range(0, 8192).Select(i => (short)Math.Clamp(50000 * Math.Sin(i * 0.01), short.MinValue, short.MaxValue)).ToArray();

        Assert.That(Measure(counts).Clipped, Is.Zero);
    }

    [Test]
    public void Noise_is_not_clipped()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            Assert.That(Measure(Waves.Capture(8192, Waves.Noise(0.02, seed)).Samples).Clipped, Is.Zero, $"seed {seed}");
        }
    }

    [Test]
    public void The_largest_capture_at_full_scale_does_not_overflow()
    {
        short[] counts = Enumerable.Range(0, 65536).Select(i => i % 2 == 0 ? short.MaxValue : short.MinValue).ToArray();
        var statistics = new Statistics();

        statistics.Measure(counts, counts.Length);

        Assert.That(statistics.Rms, Is.EqualTo(32767.5).Within(0.01));
        Assert.That(statistics.Peak, Is.EqualTo(32767.5).Within(0.01));
        Assert.That(statistics.Constant, Is.False);
    }

    [Test]
    public void One_sample_is_constant()
    {
        Statistics one = Measure([17]);

        Assert.That(one.Constant, Is.True);
        Assert.That((one.Mean, one.Peak, one.Rms), Is.EqualTo((17, 0f, 0f)));
    }

    [TestCase(0, 0)]
    [TestCase(10, -32768)]
    [TestCase(65536, 32767)]
    public void Equal_counts_are_constant(int count, int value)
    {
        var counts = new short[count];
        Array.Fill(counts, (short)value);
        var statistics = new Statistics();

        statistics.Measure(counts, count);

        Assert.That(statistics.Constant, Is.True);
        Assert.That(statistics.Rms, Is.Zero);
        Assert.That(statistics.Mean, Is.EqualTo(value));
    }

    private static Statistics Measure(short[] counts)
    {
        var statistics = new Statistics();
        statistics.Measure(counts, counts.Length);
        return statistics;
    }

    /// <summary>Noise, bursts, slopes and rare values about any offset, within ±30 000.</summary>
    private static short[] Signal(int seed, int count)
    {
        var random = new Random(seed);
        int offset = random.Next(-8000, 8001);
        int level = 1 << random.Next(1, 14);
        int kind = random.Next(4);
        return Enumerable.Range(0, count).Select(i => (short)(offset + kind switch
        {
            0 => random.Next(-level, level + 1),
            1 => random.Next(50) == 0 ? level : random.Next(3),
            2 => (i * level / count) + random.Next(2),
            _ => i % 97 < 3 ? -level : random.Next(-2, 3),
        })).ToArray();
    }
}
