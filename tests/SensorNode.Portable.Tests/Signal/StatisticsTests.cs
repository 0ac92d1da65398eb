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
            double peak = values.Max(value => Math.Abs(value - statistics.Mean));
            return Math.Abs(statistics.Mean - mean) <= 0.5 && Math.Abs(statistics.Rms - rms) <= (1e-5 * rms) + 1e-3 && statistics.Peak == peak;
        }));
    }

    [Test]
    public void The_largest_capture_at_full_scale_does_not_overflow()
    {
        short[] counts = Enumerable.Range(0, 65536).Select(i => i % 2 == 0 ? short.MaxValue : short.MinValue).ToArray();
        var statistics = new Statistics();

        statistics.Measure(counts, counts.Length);

        Assert.That(statistics.Rms, Is.EqualTo(32767.5).Within(0.01));
        Assert.That(statistics.Peak, Is.EqualTo(32768));
        Assert.That(statistics.Constant, Is.False);
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
}
