using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Tests.SensorNode.Portable.Detection;

/// <summary>What a cumulative sum takes for a drift, and how long it takes.</summary>
public sealed class CusumTests
{
    [TestCase(4000, 0)]
    [TestCase(4001, 60001)]
    [TestCase(5000, 61)]
    [TestCase(6000, 31)]
    [TestCase(8000, 16)]
    [TestCase(1000000, 16)]
    public void A_lasting_level_passes_the_default_limit_after(int milliSigma, int captures)
    {
        var cusum = new Cusum();
        int count = 0;
        int limit = new DetectorSettings().DriftLimitMilliSigma;
        while (count < 100000 && cusum.SumMilliSigma <= limit)
        {
            cusum.Step(milliSigma);
            count++;
        }

        Assert.That(count, Is.EqualTo(captures == 0 ? 100000 : captures));
    }

    [Test]
    public void A_single_outlier_adds_no_more_than_four()
    {
        var cusum = new Cusum();
        Assert.That(cusum.Step(int.MaxValue), Is.EqualTo(4000));
        Assert.That(cusum.Step(0), Is.Zero);
        Assert.That(cusum.Step(int.MinValue), Is.Zero, "it never falls below zero");
    }

    [Test]
    public void It_has_an_end()
    {
        var cusum = new Cusum();
        for (int i = 0; i < 1000; i++)
        {
            cusum.Step(8000);
        }

        Assert.That(cusum.SumMilliSigma, Is.EqualTo(Cusum.Largest));
        cusum.Reset();
        Assert.That(cusum.SumMilliSigma, Is.Zero);
    }

    [Test]
    public void Independent_noise_does_not_drift()
    {
        var random = new Random(5);
        var cusum = new Cusum();
        int most = 0;
        for (int i = 0; i < 200000; i++)
        {
            double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            most = Math.Max(most, cusum.Step((int)(normal * 1000)));
        }

        Assert.That(most, Is.LessThan(2000), "the default limit is 60 000");
    }
}
