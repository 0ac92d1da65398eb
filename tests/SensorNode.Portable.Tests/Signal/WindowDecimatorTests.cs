using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Tests.SensorNode.Portable.Signal;

/// <summary>Rate reduction for bearing windows: what passes, what folds, and that it does not matter where a window begins.</summary>
public sealed class WindowDecimatorTests
{
    private readonly WindowDecimator _decimator = new(new float[WindowDecimator.ScratchLength]);

    [TestCase(16700000, 0)]
    [TestCase(16700001, 0)]
    [TestCase(16700002, 1)]
    [TestCase(26667000, 1)]
    [TestCase(51200000, 2)]
    [TestCase(97656000, 3)]
    [TestCase(110000000, 3)]
    public void Rates_are_halved_to_where_bearings_are_looked_at(int rate, int halvings)
    {
        Assert.That(WindowDecimator.Halvings(rate), Is.EqualTo(rate > 16700000 && halvings == 0 ? 1 : halvings));
    }

    [TestCase(1, 0.42, 0.05)]
    [TestCase(2, 0.42, 0.06)]
    [TestCase(3, 0.42, 0.07)]
    [TestCase(4, 0.42, 0.08)]
    [TestCase(1, 0.05, 0.05)]
    [TestCase(3, 0.2, 0.06)]
    public void The_band_passes(int halvings, double share, double decibels)
    {
        Assert.That(20 * Math.Log10(Gain(halvings, share)), Is.EqualTo(0).Within(decibels));
    }

    [TestCase(1, 0.58)]
    [TestCase(1, 0.9)]
    [TestCase(2, 0.6)]
    [TestCase(2, 1.1)]
    [TestCase(2, 1.7)]
    [TestCase(3, 0.7)]
    [TestCase(3, 3.1)]
    [TestCase(4, 5.2)]
    public void What_would_fold_into_the_band_is_50_decibels_down(int halvings, double share)
    {
        Assert.That(20 * Math.Log10(Gain(halvings, share)), Is.LessThan(-49.5));
    }

    [Test]
    public void A_stretch_is_the_same_wherever_the_reading_begins([Values(0, 1, 2, 3, 4)] int halvings)
    {
        var random = new Random(7);
        short[] counts = [.. Enumerable.Range(0, 9001).Select(_ => (short)random.Next(-3000, 3000))];
        int outputs = 9001 >> halvings;
        var whole = new float[outputs + 8];
        _decimator.Read(counts, counts.Length, 11, halvings, 0, whole, outputs);
        foreach (int from in new[] { 1, 5, 33, outputs / 2, outputs - 40 })
        {
            var part = new float[40];
            _decimator.Read(counts, counts.Length, 11, halvings, from, part, 32);

            Assert.That(part[..32], Is.EqualTo(whole[from..(from + 32)]).Within(0.002f), $"from {from}");
        }
    }

    [Test]
    public void The_mean_is_taken_out_and_the_ends_go_on([Values(0, 1, 2, 3, 4)] int halvings)
    {
        var counts = new short[2000];
        Array.Fill(counts, (short)1234);
        var output = new float[(2000 >> halvings) + 8];

        _decimator.Read(counts, counts.Length, 1230, halvings, 0, output, 2000 >> halvings);

        Assert.That(output[..(2000 >> halvings)], Is.All.EqualTo(4).Within(0.01));
    }

    /// <summary>Amplitude of a tone at a share of the new rate, after the ends have settled.</summary>
    private double Gain(int halvings, double share)
    {
        int length = 512;
        short[] counts = [.. Enumerable.Range(0, (length + 200) << halvings).Select(i => (short)Math.Round(20000 * Math.Sin(2 * Math.PI * share * i / (1 << halvings))))];
        var output = new float[length + 200 + 8];
        _decimator.Read(counts, counts.Length, 0, halvings, 0, output, length + 200);
        return Math.Sqrt(2 * output[100..(100 + length)].Average(value => (double)value * value)) / 20000;
    }
}
