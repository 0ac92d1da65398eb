using System.Numerics;
using DeviceTwin.SensorNode.Signal;
using FsCheck;
using FsCheck.Fluent;
using MathNet.Numerics.IntegralTransforms;

namespace DeviceTwin.Tests.SensorNode.Portable.Signal;

/// <summary>The transforms against MathNet in double precision, and the properties any Fourier transform has.</summary>
public sealed class TransformTests
{
    private static readonly int[] RealLengths = [256, 512, 1024, 2048, 4096, 8192];
    private static readonly int[] ComplexLengths = [64, 128, 256, 512, 1024, 2048, 4096];

    [Test]
    public void Every_entry_of_the_table_is_the_correctly_rounded_cosine()
    {
        float[] expected = Enumerable.Range(0, CosineTable.QuarterLength + 1)
            .Select(k => k == CosineTable.QuarterLength ? 0f : (float)Math.Cos(2 * Math.PI * k / CosineTable.Period)).ToArray();

        Assert.That(CosineTable.Quarter, Is.EqualTo(expected));
    }

    [TestCaseSource(nameof(RealLengths))]
    public void A_real_transform_is_within_120_decibels_of_double_precision(int length)
    {
        float[] input = Noise(length, 32767, seed: 1);

        Assert.That(RealSignalToNoise(length, input), Is.GreaterThanOrEqualTo(120));
    }

    [TestCaseSource(nameof(RealLengths))]
    public void A_tone_between_two_lines_is_within_120_decibels_too(int length)
    {
        float[] input = Enumerable.Range(0, length).Select(i => (float)(20000 * Math.Sin((2 * Math.PI * 37.3 * i / length) + 0.4))).ToArray();

        Assert.That(RealSignalToNoise(length, input), Is.GreaterThanOrEqualTo(120));
    }

    [TestCaseSource(nameof(ComplexLengths))]
    public void A_complex_transform_is_within_120_decibels_of_double_precision(int length)
    {
        var transform = new ComplexFft(length);
        float[] re = Noise(length, 1, seed: 2);
        float[] im = Noise(length, 1, seed: 3);
        Complex[] expected = re.Zip(im, (a, b) => new Complex(a, b)).ToArray();
        Fourier.Forward(expected, FourierOptions.NoScaling);
        (float[] outRe, float[] outIm) = Ordered(transform, re, im);

        transform.Transform(outRe, outIm);

        Assert.That(SignalToNoise(expected, outRe, outIm), Is.GreaterThanOrEqualTo(120));
    }

    [TestCaseSource(nameof(ComplexLengths))]
    public void Swapped_parts_give_the_inverse(int length)
    {
        var transform = new ComplexFft(length);
        float[] re = Noise(length, 1, seed: 4);
        float[] im = Noise(length, 1, seed: 5);
        (float[] a, float[] b) = Ordered(transform, re, im);
        transform.Transform(a, b);
        (a, b) = Ordered(transform, a, b);

        transform.Transform(b, a);

        Assert.That(a.Select(value => value / length), Is.EqualTo(re).Within(1e-5f));
        Assert.That(b.Select(value => value / length), Is.EqualTo(im).Within(1e-5f));
    }

    [Test]
    public void The_order_is_its_own_inverse()
    {
        foreach (int length in ComplexLengths)
        {
            short[] order = new ComplexFft(length).Order;
            Assert.That(Enumerable.Range(0, length).Select(i => (int)order[order[i]]), Is.EqualTo(Enumerable.Range(0, length)));
        }
    }

    [Test]
    public void Input_is_not_changed_and_the_offset_holds()
    {
        float[] input = Noise(700, 100, seed: 6);
        float[] copy = (float[])input.Clone();
        (float[] re, float[] im) = Transform(256, input, 444);
        (float[] expectedRe, float[] expectedIm) = Transform(256, input[444..], 0);

        Assert.That(input, Is.EqualTo(copy));
        Assert.That(re, Is.EqualTo(expectedRe));
        Assert.That(im, Is.EqualTo(expectedIm));
    }

    [Test]
    public void Transforms_are_linear()
    {
        Check.One(Properties.Config, Prop.ForAll(Properties.Seeds, Properties.Seeds, (first, second) =>
        {
            float[] x = Noise(256, 1000, first);
            float[] y = Noise(256, 1000, second);
            float[] sum = x.Zip(y, (a, b) => (3 * a) - (2 * b)).ToArray();
            (float[] xr, float[] xi) = Transform(256, x, 0);
            (float[] yr, float[] yi) = Transform(256, y, 0);
            (float[] sr, float[] si) = Transform(256, sum, 0);
            double largest = sr.Max(Math.Abs);
            return Enumerable.Range(0, 129).All(k =>
                Math.Abs((3 * xr[k]) - (2 * yr[k]) - sr[k]) < largest * 1e-5 && Math.Abs((3 * xi[k]) - (2 * yi[k]) - si[k]) < largest * 1e-5);
        }));
    }

    [Test]
    public void Energy_is_kept()
    {
        Check.One(Properties.Config, Prop.ForAll(Properties.Seeds, Gen.Elements(RealLengths).ToArbitrary(), (seed, length) =>
        {
            float[] x = Noise(length, 32768, seed);
            (float[] re, float[] im) = Transform(length, x, 0);
            double time = x.Sum(value => (double)value * value);
            double frequency = Enumerable.Range(0, (length / 2) + 1)
                .Sum(k => (k == 0 || k == length / 2 ? 1 : 2) * (((double)re[k] * re[k]) + ((double)im[k] * im[k]))) / length;
            return Math.Abs(time - frequency) < time * 1e-5;
        }));
    }

    private static (float[] Re, float[] Im) Transform(int length, float[] input, int offset)
    {
        var re = new float[(length / 2) + 1];
        var im = new float[(length / 2) + 1];
        new RealFft(length).Forward(input, offset, re, im);
        return (re, im);
    }

    private static double RealSignalToNoise(int length, float[] input)
    {
        (float[] re, float[] im) = Transform(length, input, 0);
        Complex[] expected = input.Select(value => new Complex(value, 0)).ToArray();
        Fourier.Forward(expected, FourierOptions.NoScaling);
        return SignalToNoise(expected[..((length / 2) + 1)], re, im);
    }

    private static double SignalToNoise(Complex[] expected, float[] re, float[] im)
    {
        double signal = expected.Sum(value => (value.Real * value.Real) + (value.Imaginary * value.Imaginary));
        double noise = expected.Select((value, k) => (value - new Complex(re[k], im[k])).Magnitude).Sum(error => error * error);
        return 10 * Math.Log10(signal / noise);
    }

    private static (float[] Re, float[] Im) Ordered(ComplexFft transform, float[] re, float[] im)
    {
        var orderedRe = new float[re.Length];
        var orderedIm = new float[im.Length];
        for (int i = 0; i < re.Length; i++)
        {
            orderedRe[transform.Order[i]] = re[i];
            orderedIm[transform.Order[i]] = im[i];
        }

        return (orderedRe, orderedIm);
    }

    private static float[] Noise(int length, float peak, int seed)
    {
        var random = new System.Random(seed);
        return Enumerable.Range(0, length).Select(_ => peak * ((2 * random.NextSingle()) - 1)).ToArray();
    }
}
