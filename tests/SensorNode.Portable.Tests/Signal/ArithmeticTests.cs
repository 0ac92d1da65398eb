using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Tests.SensorNode.Portable.Signal;

/// <summary>Division, rounding, roots and logarithms over their whole accepted range.</summary>
public sealed class ArithmeticTests
{
    /// <summary>Every exponent with mantissas at both ends, around the middle and scattered between, in both signs.</summary>
    private static IEnumerable<float> AllMagnitudes()
    {
        var random = new Random(1);
        for (uint exponent = 0; exponent < 255; exponent++)
        {
            for (int i = 0; i < 400; i++)
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

    [Test]
    public void Float_division_is_the_correctly_rounded_quotient_held_to_its_largest()
    {
        float[] divisors = [1f, -1f, 3f, 0.1f, -7.25e-30f, 1e30f, 1.1754944e-38f, 3.4028235e38f, 1e-45f];
        int wrong = 0;
        foreach (float dividend in AllMagnitudes())
        {
            foreach (float divisor in divisors)
            {
                float exact = (float)((double)dividend / divisor);
                float expected = Math.Clamp(exact, -Division.Largest, Division.Largest);
                wrong += Division.Float(dividend, divisor).Equals(expected) ? 0 : 1;
            }
        }

        Assert.That(wrong, Is.Zero);
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

    [Test]
    public void Rounding_is_nearest_with_halves_away_from_zero_over_the_whole_range()
    {
        int wrong = 0;
        foreach (float value in AllMagnitudes())
        {
            double rounded = Math.Round((double)value, MidpointRounding.AwayFromZero);
            int expected = rounded >= int.MaxValue ? int.MaxValue : rounded <= int.MinValue ? int.MinValue : (int)rounded;
            wrong += Rounding.Nearest(value) == expected ? 0 : 1;
        }

        for (int quarter = -4_000_000; quarter <= 4_000_000; quarter++)
        {
            float value = quarter * 0.25f;
            wrong += Rounding.Nearest(value) == (int)Math.Round(value, MidpointRounding.AwayFromZero) ? 0 : 1;
        }

        Assert.That(wrong, Is.Zero);
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
        // Every float from 1 to 4; all others are these times a power of four.
        uint first = BitConverter.SingleToUInt32Bits(1f);
        uint last = BitConverter.SingleToUInt32Bits(4f);
        int wrong = 0;
        for (uint bits = first; bits < last; bits++)
        {
            float value = BitConverter.UInt32BitsToSingle(bits);
            wrong += SquareRoot.Of(value).Equals(MathF.Sqrt(value)) ? 0 : 1;
        }

        Assert.That(wrong, Is.Zero);
    }

    [Test]
    public void Roots_are_correctly_rounded_at_every_exponent_and_zero_below_zero()
    {
        int wrong = 0;
        foreach (float value in AllMagnitudes())
        {
            float expected = value > 0 ? MathF.Sqrt(value) : 0;
            wrong += SquareRoot.Of(value).Equals(expected) ? 0 : 1;
        }

        Assert.That(wrong, Is.Zero);
    }

    [Test]
    public void Logarithms_are_within_two_units_in_the_last_place()
    {
        double worst = 0;
        foreach (float value in AllMagnitudes().Where(value => value >= Logarithm.Smallest))
        {
            worst = Math.Max(worst, UnitsOff(value));
        }

        // Every float in the octave around 1, where the result is small and most delicate.
        uint first = BitConverter.SingleToUInt32Bits(0.7f);
        uint last = BitConverter.SingleToUInt32Bits(1.42f);
        for (uint bits = first; bits <= last; bits++)
        {
            worst = Math.Max(worst, UnitsOff(BitConverter.UInt32BitsToSingle(bits)));
        }

        Assert.That(worst, Is.LessThanOrEqualTo(2));
    }

    [TestCase(0f)]
    [TestCase(-5f)]
    [TestCase(1e-40f)]
    public void Logarithms_below_the_smallest_argument_are_that_of_the_smallest(float value)
    {
        Assert.That(Logarithm.Of(value), Is.EqualTo(Logarithm.Of(Logarithm.Smallest)));
    }

    private static double UnitsOff(float value)
    {
        double exact = Math.Log(value);
        float rounded = (float)exact;
        double unit = Math.Max(MathF.BitIncrement(Math.Abs(rounded)) - Math.Abs(rounded), 1e-38);
        return Math.Abs(Logarithm.Of(value) - exact) / unit;
    }
}
