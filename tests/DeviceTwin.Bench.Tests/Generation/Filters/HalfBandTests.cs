using DeviceTwin.Bench.Generation.Filters;

namespace DeviceTwin.Tests.Bench.Generation.Filters;

/// <summary>The designed filters are half-band filters whose error is as small as it can be.</summary>
public sealed class HalfBandTests
{
    [TestCase(2, 0.05, 68)]
    [TestCase(4, 0.1075, 82)]
    [TestCase(10, 0.209, 57)]
    public void The_error_in_the_band_is_what_so_many_weights_allow(int pairs, double edge, double decibels)
    {
        double[] weights = HalfBand.Design(pairs, edge);
        double worst = Enumerable.Range(0, 1001).Max(i => Math.Abs(HalfBand.Gain(weights, 2 * Math.PI * edge * i / 1000) - 1));

        Assert.That(weights, Has.Length.EqualTo(pairs));
        Assert.That(-20 * Math.Log10(worst), Is.GreaterThan(decibels));
    }

    [Test]
    public void The_error_is_equally_large_at_all_its_peaks()
    {
        const double Edge = 0.209;
        double[] weights = HalfBand.Design(10, Edge);
        double[] error = [.. Enumerable.Range(0, 2001).Select(i => Math.Abs(HalfBand.Gain(weights, 2 * Math.PI * Edge * i / 2000) - 1))];
        double[] peaks = [.. Enumerable.Range(1, 1999).Where(i => error[i] >= error[i - 1] && error[i] > error[i + 1]).Select(i => error[i]).Append(error[^1])];

        Assert.That(peaks, Has.Length.GreaterThanOrEqualTo(9));
        Assert.That(peaks.Min(), Is.GreaterThan(0.8 * peaks.Max()));
    }

    [Test]
    public void The_gain_is_1_at_0_hertz_and_what_is_missing_from_1_comes_through_on_the_other_side_of_a_quarter()
    {
        foreach (HalfBandStage stage in HalfBandFile.Stages)
        {
            Assert.That(HalfBand.Gain(stage.Weights, 0), Is.EqualTo(1).Within(1e-12), stage.Name);
            foreach (double angle in new[] { 0.1, 0.7, 1.5, 2.2 })
            {
                Assert.That(HalfBand.Gain(stage.Weights, angle) + HalfBand.Gain(stage.Weights, Math.PI - angle), Is.EqualTo(1).Within(1e-12), stage.Name);
            }
        }
    }
}
