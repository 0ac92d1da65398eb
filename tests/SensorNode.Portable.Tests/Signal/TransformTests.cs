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
    private static readonly int[] ComplexLengths = [128, 256, 512, 1024];

    [Test]
    public void Every_entry_of_the_table_is_the_correctly_rounded_cosine()
    {
        float[] expected = Enumerable.Range(0, CosineTable.QuarterLength + 1)
            .Select(k => k == CosineTable.QuarterLength ? 0f : (float)Math.Cos(2 * Math.PI * k / CosineTable.Period)).ToArray();

        Assert.That(CosineTable.Quarter(CosineTable.Period), Is.EqualTo(expected));
        for (int period = 32; period < CosineTable.Period; period <<= 1)
        {
            int stride = CosineTable.Period / period;
            Assert.That(CosineTable.Quarter(period), Is.EqualTo(expected.Where((_, k) => k % stride == 0)));
        }

        var reader = new CosineReader();
        Assert.That(Enumerable.Range(0, CosineTable.QuarterLength * 2 + 1).Select(reader.At), Is.EqualTo(expected.Concat(expected.Reverse().Skip(1).Select(one => -one))));
    }

    [TestCaseSource(nameof(RealLengths))]
    public void Noise_is_within_120_decibels_of_double_precision(int length)
    {
        Assert.That(RealSignalToNoise(Noise(length, 32767, seed: 1)), Is.GreaterThanOrEqualTo(120));
    }

    [TestCaseSource(nameof(RealLengths))]
    public void Full_scale_in_turn_is_within_120_decibels_too(int length)
    {
        float[] square = Enumerable.Range(0, length).Select(i => i % 6 < 3 ? 32767f : -32768f).ToArray();

        Assert.That(RealSignalToNoise(square), Is.GreaterThanOrEqualTo(120));
    }

    [TestCaseSource(nameof(RealLengths))]
    public void A_tone_between_two_lines_is_within_120_decibels_too(int length)
    {
        float[] input = Enumerable.Range(0, length).Select(i => (float)(20000 * Math.Sin((2 * Math.PI * 37.3 * i / length) + 0.4))).ToArray();

        Assert.That(RealSignalToNoise(input), Is.GreaterThanOrEqualTo(120));
    }

    [TestCaseSource(nameof(RealLengths))]
    public void An_impulse_anywhere_has_a_flat_spectrum_that_turns_with_its_place(int length)
    {
        // Every column, first and last rows, and places without a pattern: an index that is wrong shows here and not in a sum.
        var places = Enumerable.Range(0, 70).Concat(Enumerable.Range(length - 70, 70)).Concat(Enumerable.Range(0, 20).Select(i => (i * 7919) % length));
        var samples = new float[length];
        foreach (int place in places)
        {
            Array.Clear(samples);
            samples[place] = 1000;
            (float[] re, float[] im) = Transform(samples);
            for (int k = 0; k <= length / 2; k++)
            {
                double angle = 2 * Math.PI * ((long)k * place % length) / length;
                double error = Math.Abs(re[k] - (1000 * Math.Cos(angle))) + Math.Abs(im[k] + (1000 * Math.Sin(angle)));
                if (error > 1e-3)
                {
                    Assert.Fail($"X[{k}] of an impulse at {place} of {length}: {re[k]}, {im[k]}");
                }
            }
        }
    }

    [TestCaseSource(nameof(RealLengths))]
    public void The_ends_of_the_spectrum_are_real_and_the_rest_of_the_arrays_is_left_alone(int length)
    {
        float[] samples = [.. Noise(length, 1, seed: 9), 7f];
        float[] re = [.. new float[(length / 2) + 1], 8f];
        float[] im = [.. new float[(length / 2) + 1], 9f];
        Array.Fill(im, 9f);

        new RealFft(length).Forward(samples, re, im);

        Assert.That((im[0], im[length / 2]), Is.EqualTo((0f, 0f)));
        Assert.That((samples[^1], re[^1], im[^1]), Is.EqualTo((7f, 8f, 9f)));
    }

    [TestCase(0)]
    [TestCase(128)]
    [TestCase(1000)]
    [TestCase(16384)]
    public void A_real_transform_of_another_length_is_refused(int length)
    {
        Assert.That(() => new RealFft(length), Throws.ArgumentException);
    }

    [TestCase(64)]
    [TestCase(1000)]
    [TestCase(2048)]
    public void A_complex_transform_of_another_length_is_refused(int length)
    {
        Assert.That(() => new ComplexFft(length), Throws.ArgumentException);
    }

    [Test]
    public void A_transform_used_again_gives_the_same()
    {
        var transform = new RealFft(256);
        float[] first = Noise(256, 100, seed: 6);
        float[] again = (float[])first.Clone();
        (float[] re, float[] im) = Transform(transform, first);
        Transform(transform, Noise(256, 100, seed: 7));

        Assert.That(Transform(transform, again), Is.EqualTo((re, im)));
    }

    [TestCaseSource(nameof(ComplexLengths))]
    public void The_power_of_a_complex_transform_is_within_120_decibels_of_double_precision(int length)
    {
        float[] re = Noise(length, 1, seed: 2);
        float[] im = Noise(length, 1, seed: 3);
        double[] expected = Power(re, im);
        var power = new float[length];

        new ComplexFft(length).Power(re, im, power);

        Assert.That(SignalToNoise(expected, power), Is.GreaterThanOrEqualTo(120));
    }

    [TestCaseSource(nameof(ComplexLengths))]
    public void Every_complex_tone_is_one_line_of_the_power_at_its_bin(int length)
    {
        var transform = new ComplexFft(length);
        var power = new float[length];
        for (int bin = 0; bin < length; bin += length > 256 ? 13 : 1)
        {
            float[] re = Enumerable.Range(0, length).Select(i => (float)Math.Cos(2 * Math.PI * ((long)bin * i % length) / length)).ToArray();
            float[] im = Enumerable.Range(0, length).Select(i => (float)Math.Sin(2 * Math.PI * ((long)bin * i % length) / length)).ToArray();
            transform.Power(re, im, power);
            float expected = (float)length * length;
            Assert.That(power[bin], Is.EqualTo(expected).Within(expected * 1e-5f));
            power[bin] = 0;
            Assert.That(power.Max(), Is.LessThan(expected * 1e-10f));
        }
    }

    [TestCaseSource(nameof(ComplexLengths))]
    public void Swapped_parts_give_the_power_of_the_inverse(int length)
    {
        float[] re = Noise(length, 1, seed: 4);
        float[] im = Noise(length, 1, seed: 5);
        Complex[] inverse = re.Zip(im, (a, b) => new Complex(a, b)).ToArray();
        Fourier.Inverse(inverse, FourierOptions.NoScaling);
        var power = new float[length];

        new ComplexFft(length).Power(im, re, power);

        Assert.That(SignalToNoise(inverse.Select(value => Square(value.Magnitude)).ToArray(), power), Is.GreaterThanOrEqualTo(120));
    }

    [Test]
    public void Transforms_are_linear()
    {
        Check.One(Properties.Config, Prop.ForAll(Properties.Seeds, Properties.Seeds, (first, second) =>
        {
            float[] x = Noise(256, 1000, first);
            float[] y = Noise(256, 1000, second);
            float[] sum = x.Zip(y, (a, b) => (3 * a) - (2 * b)).ToArray();
            (float[] xr, float[] xi) = Transform(x);
            (float[] yr, float[] yi) = Transform(y);
            (float[] sr, float[] si) = Transform(sum);
            double largest = sr.Max(Math.Abs);
            return Enumerable.Range(0, 129).All(k =>
                Math.Abs((3 * xr[k]) - (2 * yr[k]) - sr[k]) < largest * 1e-5 && Math.Abs((3 * xi[k]) - (2 * yi[k]) - si[k]) < largest * 1e-5);
        }));
    }

    [Test]
    public void A_shift_in_time_turns_the_spectrum()
    {
        Check.One(Properties.Config, Prop.ForAll(Properties.Seeds, Gen.Elements(RealLengths).ToArbitrary(), (seed, length) =>
        {
            int shift = new System.Random(seed).Next(length);
            float[] x = Noise(length, 1000, seed);
            (float[] re, float[] im) = Transform([.. x]);
            (float[] shiftedRe, float[] shiftedIm) = Transform([.. x[^shift..], .. x[..^shift]]);
            Complex[] expected = Enumerable.Range(0, (length / 2) + 1)
                .Select(k => new Complex(re[k], im[k]) * Complex.FromPolarCoordinates(1, -2 * Math.PI * ((long)k * shift % length) / length)).ToArray();
            return SignalToNoise(expected, shiftedRe, shiftedIm) > 120;
        }));
    }

    [Test]
    public void Energy_is_kept()
    {
        Check.One(Properties.Config, Prop.ForAll(Properties.Seeds, Gen.Elements(RealLengths).ToArbitrary(), (seed, length) =>
        {
            float[] x = Noise(length, 32768, seed);
            double time = x.Sum(value => (double)value * value);
            (float[] re, float[] im) = Transform(x);
            double frequency = Enumerable.Range(0, (length / 2) + 1)
                .Sum(k => (k == 0 || k == length / 2 ? 1 : 2) * (((double)re[k] * re[k]) + ((double)im[k] * im[k]))) / length;
            return Math.Abs(time - frequency) < time * 1e-5;
        }));
    }

    /// <summary>The transform of all samples, which are destroyed.</summary>
    private static (float[] Re, float[] Im) Transform(float[] samples) => Transform(new RealFft(samples.Length), samples);

    private static (float[] Re, float[] Im) Transform(RealFft transform, float[] samples)
    {
        var re = new float[(transform.Length / 2) + 1];
        var im = new float[(transform.Length / 2) + 1];
        transform.Forward(samples, re, im);
        return (re, im);
    }

    private static double RealSignalToNoise(float[] samples)
    {
        Complex[] expected = samples.Select(value => new Complex(value, 0)).ToArray();
        Fourier.Forward(expected, FourierOptions.NoScaling);
        (float[] re, float[] im) = Transform(samples);
        return SignalToNoise(expected[..re.Length], re, im);
    }

    private static double[] Power(float[] re, float[] im)
    {
        Complex[] values = re.Zip(im, (a, b) => new Complex(a, b)).ToArray();
        Fourier.Forward(values, FourierOptions.NoScaling);
        return values.Select(value => Square(value.Magnitude)).ToArray();
    }

    private static double SignalToNoise(Complex[] expected, float[] re, float[] im)
    {
        double signal = expected.Sum(value => Square(value.Magnitude));
        double noise = expected.Select((value, k) => Square((value - new Complex(re[k], im[k])).Magnitude)).Sum();
        return 10 * Math.Log10(signal / noise);
    }

    private static double SignalToNoise(double[] expected, float[] actual) =>
        10 * Math.Log10(expected.Sum(Square) / expected.Zip(actual, (one, other) => Square(one - other)).Sum());

    private static double Square(double value) => value * value;

    private static float[] Noise(int length, float peak, int seed)
    {
        var random = new System.Random(seed);
        return Enumerable.Range(0, length).Select(_ => peak * ((2 * random.NextSingle()) - 1)).ToArray();
    }
}
