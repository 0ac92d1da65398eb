using DeviceTwin.SensorNode.Signal;
using FsCheck;
using FsCheck.Fluent;

namespace DeviceTwin.Tests.SensorNode.Portable.Signal;

public sealed class SpectralFloorTests
{
    [Test]
    public void Noise_power_becomes_one_on_average_whatever_its_slope()
    {
        var random = new System.Random(1);
        float[] power = Enumerable.Range(0, 1200).Select(i => (float)(-Math.Log(1 - random.NextDouble()) * 1e6 * Math.Exp(-i / 300.0))).ToArray();

        new SpectralFloor(2048).Normalize(power, power.Length, 60);

        Assert.That(power.Average(), Is.EqualTo(1).Within(0.1));
        Assert.That(power[..300].Average(), Is.EqualTo(1).Within(0.2));
        Assert.That(power[^300..].Average(), Is.EqualTo(1).Within(0.2));
    }

    [Test]
    public void A_line_keeps_its_height_over_the_floor()
    {
        float[] power = Enumerable.Repeat(2f, 400).ToArray();
        power[200] = 200;

        new SpectralFloor(2048).Normalize(power, power.Length, 50);

        // The median of a constant is the constant; the mean of noise with that median is larger by 1 / ln 2.
        Assert.That(power[200], Is.EqualTo(100 * Math.Log(2)).Within(0.01));
        Assert.That(power[100], Is.EqualTo(Math.Log(2)).Within(1e-5));
    }

    [Test]
    public void A_block_is_divided_by_its_median()
    {
        Check.One(Properties.Config, Prop.ForAll(Properties.Seeds, Gen.Choose(16, 700).ToArbitrary(), (seed, count) =>
        {
            var random = new System.Random(seed);
            float[] power = Enumerable.Range(0, count).Select(_ => (float)random.Next(1, 50)).ToArray();
            double median = power.Order().ElementAt(count / 2);
            double first = power[0];
            new SpectralFloor(2048).Normalize(power, count, 800);
            return Math.Abs(power[0] - (first / median * Math.Log(2))) < 1e-4;
        }));
    }

    [Test]
    public void Nothing_at_all_stays_nothing()
    {
        var power = new float[300];

        new SpectralFloor(2048).Normalize(power, power.Length, 20);

        Assert.That(power, Is.All.Zero);
    }
}
