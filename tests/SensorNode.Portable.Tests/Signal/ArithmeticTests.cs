using DeviceTwin.Bench.Soak;
using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Tests.SensorNode.Portable.Signal;

/// <summary>Division, rounding, roots and logarithms over their whole accepted range.</summary>
public sealed class ArithmeticTests
{
    /// <summary>Every exponent with mantissas at both ends, around the middle and scattered between, in both signs.</summary>
    private static IEnumerable<float> AllMagnitudes(int scattered = 384)
    {
        var random = new Random(1);
        for (uint exponent = 0; exponent < 255; exponent++)
        {
            for (int i = 0; i < 16 + scattered; i++)
            {
                uint mantissa = i switch
                {
                    < 4 => (uint)i,
                    < 8 => 0x7FFFFFu - (uint)(i - 4),
                    < 16 => 0x400000u + (uint)(i - 12),
                    _ => (uint)random.Next(0x800000),
                };
                float value = BitConverter.UInt32BitsToSingle((exponent << 23) | mantissa);
                yield return value;
                yield return -value;
            }
        }
    }

    /// <summary>Integers at and beside every power of two, in both signs, the ends of the range and some between; within ±2^<paramref name="bits"/>.</summary>
    private static long[] Corners(int bits)
    {
        var random = new Random(2);
        IEnumerable<long> powers = Enumerable.Range(0, bits).SelectMany(bit => new[] { (1L << bit) - 1, 1L << bit, (1L << bit) + 1 });
        IEnumerable<long> scattered = Enumerable.Range(0, 200).Select(_ => random.NextInt64(1L << bits) >> random.Next(bits));
        long[] positive = [.. powers.Concat(scattered).Append((1L << (bits - 1)) - 1 + (1L << (bits - 1))).Where(value => value >= 0)];
        return [.. positive, .. positive.Select(value => -value - 1), .. positive.Select(value => -value)];
    }

    /// <summary>Every mantissa of the floats from one power of two to another.</summary>
    private static Sweep Octaves(Func<uint, uint, Sweep> sweep, int from, int to) =>
        sweep(ArithmeticSweep.PowerOfTwo(from), ArithmeticSweep.PowerOfTwo(to) - 1);

    private static Sweep Of(Func<uint, uint, Sweep> sweep, IEnumerable<float> values) =>
        values.Select(BitConverter.SingleToUInt32Bits).Aggregate(new Sweep(0, 0, 0, 0), (sum, bits) => sum + sweep(bits, bits));

    [TestCase(1f, 3f, 0.33333334f)]
    [TestCase(-7f, 2f, -3.5f)]
    [TestCase(1.1754944e-38f, 3f, 3.918315e-39f, Description = "a denormal")]
    [TestCase(1e-45f, 2f, 0f, Description = "half of the smallest: to even")]
    [TestCase(4.2e-45f, 2f, 2.8e-45f, Description = "one and a half of the smallest: to even")]
    [TestCase(3.4028235e38f, 0.5f, float.PositiveInfinity)]
    [TestCase(16777215f, 16777216f, 0.99999994f)]
    public void The_judge_itself_rounds_correctly(float dividend, float divisor, float quotient)
    {
        Assert.That(Exact.Quotient(dividend, divisor), Is.EqualTo(quotient));
    }

    [Test]
    public void The_judge_knows_a_root_from_its_neighbours()
    {
        Assert.Multiple(() =>
        {
            foreach (float value in new[] { 1f, 2f, 3f, 4f, 0.25f, 1e-45f, 3.4028235e38f, 16777215f, 1.1754944e-38f, MathF.BitDecrement(1f), MathF.BitDecrement(4f) })
            {
                float root = MathF.Sqrt(value);
                Assert.That(Exact.IsRoot(value, root), Is.True, $"{value}");
                Assert.That(Exact.IsRoot(value, MathF.BitIncrement(root)), Is.False, $"above the root of {value}");
                Assert.That(Exact.IsRoot(value, MathF.BitDecrement(root)), Is.False, $"below the root of {value}");
            }
        });
    }

    [Test]
    public void Float_division_is_the_nearest_float_for_every_pair_of_exponents()
    {
        float[] values = [.. AllMagnitudes(scattered: 1).Where((_, index) => index % 3 == 0)];
        float[] divisors = [.. values.Where((_, index) => index % 4 == 0), 0f, -0f];
        int wrong = values.Sum(dividend => divisors.Count(divisor => !ArithmeticSweep.Same(Division.Float(dividend, divisor), dividend, divisor)));

        Assert.That(wrong, Is.Zero);
    }

    [Test]
    public void Float_division_is_the_nearest_float_for_a_stream_of_pairs()
    {
        Assert.That(ArithmeticSweep.Quotients(seed: 1, count: 1_000_000).Wrong, Is.Zero);
    }

    [TestCase(1f)]
    [TestCase(0f)]
    [TestCase(-3.4e38f)]
    public void Division_by_zero_gives_zero(float dividend)
    {
        Assert.That(Division.Float(dividend, 0f), Is.Zero);
        Assert.That(Division.Float(dividend, -0f), Is.Zero);
    }

    [TestCase(7, 2, 3)]
    [TestCase(-7, 2, -3)]
    [TestCase(7, -2, -3)]
    [TestCase(7, 0, 0)]
    [TestCase(int.MinValue, -1, int.MaxValue)]
    [TestCase(int.MinValue, 1, int.MinValue)]
    [TestCase(5, -1, -5)]
    public void Integer_division_goes_toward_zero_and_never_throws(int dividend, int divisor, int expected)
    {
        Assert.That(Division.Integer(dividend, divisor), Is.EqualTo(expected));
    }

    [Test]
    public void Integer_division_is_exact_for_every_pair_of_corners()
    {
        int[] values = [.. Corners(31).Select(value => (int)value)];
        int wrong = values.Sum(dividend => values.Count(divisor =>
            Division.Integer(dividend, divisor) != (divisor == 0 ? 0 : (int)Math.Min((long)dividend / divisor, int.MaxValue))));

        Assert.That(values, Does.Contain(int.MinValue).And.Contain(int.MaxValue));
        Assert.That(wrong, Is.Zero);
    }

    [Test]
    public void Ceiling_and_nearest_are_exact_for_every_pair_of_corners()
    {
        long[] dividends = Corners(62);
        long[] divisors = [.. Corners(62), long.MaxValue, long.MinValue];
        int wrongCeilings = dividends.Where(dividend => dividend >= 0).Sum(dividend => divisors.Count(divisor =>
            Division.LongCeiling(dividend, divisor) != (divisor <= 0 ? 0 : ((Int128)dividend + divisor - 1) / divisor)));
        int wrongNearests = dividends.Where(dividend => dividend > -(1L << 62)).Sum(dividend => divisors.Count(divisor =>
            Division.LongNearest(dividend, divisor) != (divisor <= 0 ? 0 : Nearest(dividend, divisor))));

        Assert.That((wrongCeilings, wrongNearests), Is.EqualTo((0, 0)));

        static Int128 Nearest(Int128 dividend, Int128 divisor)
        {
            Int128 magnitude = ((2 * Int128.Abs(dividend)) + divisor) / (2 * divisor);
            return dividend < 0 ? -magnitude : magnitude;
        }
    }

    [TestCase(0, 5, 0)]
    [TestCase(1, 5, 1)]
    [TestCase(5, 5, 1)]
    [TestCase(6, 5, 2)]
    [TestCase(6, 0, 0)]
    [TestCase(6, -1, 0)]
    public void Ceiling_rounds_up(long dividend, long divisor, long expected)
    {
        Assert.That(Division.LongCeiling(dividend, divisor), Is.EqualTo(expected));
    }

    [TestCase(7, 2, 4)]
    [TestCase(-7, 2, -4)]
    [TestCase(6, 4, 2)]
    [TestCase(5, 4, 1)]
    [TestCase(-5, 4, -1)]
    [TestCase(5, 0, 0)]
    public void Nearest_rounds_halves_away_from_zero(long dividend, long divisor, long expected)
    {
        Assert.That(Division.LongNearest(dividend, divisor), Is.EqualTo(expected));
    }

    [TestCase(-1, TestName = "Rounding is exact for every float from a half to one")]
    [TestCase(0, TestName = "Rounding is exact for every float from one to two")]
    [TestCase(22, TestName = "Rounding is exact for every float whose last place is a half")]
    [TestCase(30, TestName = "Rounding is exact for every float up to the largest integer")]
    public void Rounding_is_exact_for_every_mantissa(int exponent)
    {
        Sweep sweep = Octaves(ArithmeticSweep.Rounded, exponent, exponent + 1);

        Assert.That((sweep.Count, sweep.Wrong), Is.EqualTo((1L << 23, 0L)), $"0x{sweep.At:x8}");
    }

    [Test]
    public void Rounding_is_exact_at_every_exponent()
    {
        Assert.That(Of(ArithmeticSweep.Rounded, AllMagnitudes()).Wrong, Is.Zero);
    }

    [TestCase(0.49999997f, 0)]
    [TestCase(-0.49999997f, 0)]
    [TestCase(0.5f, 1)]
    [TestCase(-0.5f, -1)]
    [TestCase(8388607.5f, 8388608)]
    [TestCase(2147483520f, 2147483520)]
    [TestCase(2147483648f, int.MaxValue)]
    [TestCase(-2147483648f, int.MinValue)]
    [TestCase(float.PositiveInfinity, int.MaxValue)]
    [TestCase(float.NegativeInfinity, int.MinValue)]
    [TestCase(float.NaN, 0)]
    public void Rounding_at_its_corners(float value, int expected)
    {
        Assert.That(Rounding.Nearest(value), Is.EqualTo(expected));
    }

    [TestCase(4.6f, 5)]
    [TestCase(-4.6f, 0)]
    [TestCase(1e30f, 9)]
    public void Rounding_can_be_held_to_a_range(float value, int expected)
    {
        Assert.That(Rounding.Nearest(value, 0, 9), Is.EqualTo(expected));
    }

    [Test]
    public void Roots_are_correctly_rounded_for_every_mantissa()
    {
        // Every float from 1 to 4; all others are these times a power of four, which is exact both ways.
        Sweep sweep = Octaves(ArithmeticSweep.Roots, 0, 2);

        Assert.That((sweep.Count, sweep.Wrong), Is.EqualTo((1L << 24, 0L)), $"0x{sweep.At:x8}");
    }

    [Test]
    public void Roots_are_correctly_rounded_at_every_exponent_and_zero_below_zero()
    {
        Assert.That(Of(ArithmeticSweep.Roots, AllMagnitudes()).Wrong, Is.Zero);
    }

    [Test]
    public void Logarithms_keep_their_error_for_every_mantissa_around_one()
    {
        // From half the smallest to twice the largest scaled argument: where the result is small and most delicate.
        Sweep sweep = Octaves(ArithmeticSweep.Logarithms, -1, 1);

        TestContext.Out.WriteLine(sweep);
        Assert.That(sweep.Worst, Is.LessThanOrEqualTo(Logarithm.LargestError), $"0x{sweep.At:x8}");
    }

    [Test]
    public void Logarithms_keep_their_error_at_every_exponent()
    {
        Sweep sweep = Of(ArithmeticSweep.Logarithms, AllMagnitudes().Where(value => value > 0f));

        TestContext.Out.WriteLine(sweep);
        Assert.That(sweep.Worst, Is.LessThanOrEqualTo(Logarithm.LargestError), $"0x{sweep.At:x8}");
    }

    [TestCase(0f)]
    [TestCase(-5f)]
    [TestCase(1e-40f)]
    public void Logarithms_below_the_smallest_argument_are_that_of_the_smallest(float value)
    {
        Assert.That(Logarithm.Of(value), Is.EqualTo(Logarithm.Of(Logarithm.Smallest)));
    }
}
