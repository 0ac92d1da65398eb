using DeviceTwin.SensorNode.Simulator.Machines;
using MathNet.Numerics.Statistics;

namespace DeviceTwin.Tests.SensorNode.Simulator.Machines;

public class Xoshiro256Tests
{
    [Test]
    public void It_follows_the_published_algorithm()
    {
        // SplitMix64 from 0 gives E220A8397B1DCDAF, 6E789E6AA1B965F4, 06C45D188009454F, F88BB8A8724C81EC (reference implementation by Vigna);
        // the first output is rotl(s1 * 5, 7) * 9.
        ulong s1 = 0x6E789E6AA1B965F4;
        ulong expected = System.Numerics.BitOperations.RotateLeft(unchecked(s1 * 5), 7);
        expected = unchecked(expected * 9);
        Assert.That(new Xoshiro256(0).Next(), Is.EqualTo(expected));
    }

    [Test]
    public void Normal_numbers_are_normal([Values] bool rough)
    {
        Xoshiro256 random = new(3);
        double[] values = Enumerable.Range(0, 200_000).Select(_ => rough ? random.NextRoughGaussian() : random.NextGaussian()).ToArray();
        Assert.That(values.Mean(), Is.EqualTo(0).Within(0.01));
        Assert.That(values.StandardDeviation(), Is.EqualTo(1).Within(0.01));
        Assert.That(values.Skewness(), Is.EqualTo(0).Within(0.03));
        Assert.That(values.Kurtosis(), Is.EqualTo(rough ? -0.3 : 0).Within(0.05));
    }

    [Test]
    public void A_rough_pair_has_mean_0_variance_1_and_no_correlation()
    {
        Xoshiro256 random = new(5);
        (double First, double Second)[] pairs = [.. Enumerable.Range(0, 100_000).Select(_ => random.NextRoughPair())];
        Assert.That(pairs.Select(pair => pair.First).Mean(), Is.EqualTo(0).Within(0.015));
        Assert.That(pairs.Select(pair => pair.Second).Variance(), Is.EqualTo(1).Within(0.02));
        Assert.That(pairs.Select(pair => pair.First * pair.Second).Mean(), Is.EqualTo(0).Within(0.015));
    }

    [Test]
    public void Uniform_numbers_fill_0_to_1()
    {
        Xoshiro256 random = new(4);
        double[] values = Enumerable.Range(0, 100_000).Select(_ => random.NextUniform()).ToArray();
        Assert.That(values.Min(), Is.InRange(0, 0.001));
        Assert.That(values.Max(), Is.InRange(0.999, 1 - 1e-16));
        Assert.That(values.Variance(), Is.EqualTo(1.0 / 12).Within(0.002));
    }
}
