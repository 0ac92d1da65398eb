using DeviceTwin.Load.Measures;

namespace DeviceTwin.Tests.Load;

public sealed class RowTests
{
    [Test]
    public void A_ratio_above_one_is_better_whatever_is_measured()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Row.More("rate", "1/s", 30, 20, "other", 1).Ratio, Is.EqualTo(1.5));
            Assert.That(Row.Less("latency", "ms", 20, 30, "other").Ratio, Is.EqualTo(1.5));
        });
    }

    [Test]
    public void A_target_is_met_by_the_ratio_or_by_the_figure_itself()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Row.More("rate", "1/s", 59, 100, "other", 0.6).Met, Is.False);
            Assert.That(Row.More("rate", "1/s", 60, 100, "other", 0.6).Met, Is.True);
            Assert.That(Row.AtMost("memory", "KiB", 49, 13, "other", 50).Met, Is.True);
            Assert.That(Row.AtMost("memory", "KiB", 51, 13, "other", 50).Met, Is.False);
            Assert.That(Row.Less("latency", "ms", 20, 30, "other").Met, Is.Null);
        });
    }

    [TestCase(new[] { 3.0, 1.0, 2.0 }, 2.0)]
    [TestCase(new[] { 4.0, 1.0, 2.0, 3.0 }, 2.5)]
    public void The_median_counts(double[] values, double median) => Assert.That(Plan.Median(values), Is.EqualTo(median));
}
