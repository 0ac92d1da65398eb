namespace DeviceTwin.Bench.Soak;

/// <summary>Correctly rounded results from integer arithmetic alone: what the firmware's float arithmetic is judged by.</summary>
public static class Exact
{
    private const int FractionBits = 23;
    private const uint Hidden = 1u << FractionBits;

    /// <summary>The float nearest to dividend / divisor, ties to even; both finite, the divisor not 0. Infinite where it is too large.</summary>
    public static float Quotient(float dividend, float divisor)
    {
        bool negative = float.IsNegative(dividend) != float.IsNegative(divisor);
        if (dividend == 0f)
        {
            return negative ? -0f : 0f;
        }

        (ulong above, int aboveExponent) = Normalized(dividend);
        (ulong below, int belowExponent) = Normalized(divisor);
        ulong quotient = (above << 40) / below;
        bool more = quotient * below != above << 40;
        float magnitude = Round(quotient, aboveExponent - belowExponent - 40, more);
        return negative ? -magnitude : magnitude;
    }

    /// <summary>The integer nearest to a float, halves away from zero, held to the range of an int; 0 for NaN.</summary>
    public static int Nearest(float value)
    {
        if (float.IsNaN(value))
        {
            return 0;
        }

        (uint mantissa, int exponent) = Parts(value);
        bool negative = float.IsNegative(value);
        if (exponent >= 8)
        {
            return negative ? int.MinValue : int.MaxValue;
        }

        long magnitude = exponent >= 0 ? (long)mantissa << exponent
            : exponent < -25 ? 0
            : (mantissa >> -exponent) + ((mantissa >> (-exponent - 1)) & 1);
        return (int)(negative ? -magnitude : magnitude);
    }

    /// <summary>Whether a float is the one nearest to the square root of a positive finite one.</summary>
    public static bool IsRoot(float value, float root)
    {
        if (!float.IsNormal(root) || root < 0f)
        {
            return false;
        }

        // In quarters of the root's last place, squared: the neighbours' midpoints lie 2 above and 2 (1 where the place changes) below.
        (ulong square, int squareExponent) = Normalized(value);
        (uint mantissa, int exponent) = Parts(root);
        int shift = squareExponent - (2 * exponent) + 4;
        if (shift is < 0 or > 40)
        {
            return false;
        }

        UInt128 four = (UInt128)square << shift;
        UInt128 low = (4 * (UInt128)mantissa) - (mantissa == Hidden ? 1u : 2u);
        UInt128 high = (4 * (UInt128)mantissa) + 2;
        return low * low <= four && four <= high * high;
    }

    /// <summary>Distance of a float from a value, in units of the last place of floats of that value's size.</summary>
    public static double UnitsOff(float result, double exact)
    {
        if (exact == 0)
        {
            return result == 0f ? 0 : double.PositiveInfinity;
        }

        return Math.Abs(result - exact) / Math.ScaleB(1, Math.Max(Math.ILogB(exact), -126) - FractionBits);
    }

    /// <summary>The float nearest to mantissa × 2^exponent, ties to even; <paramref name="more"/>: the value is a little larger than that.</summary>
    private static float Round(ulong mantissa, int exponent, bool more)
    {
        int length = 64 - System.Numerics.BitOperations.LeadingZeroCount(mantissa);
        int place = Math.Max(exponent + length - FractionBits - 1, -149);
        int shift = place - exponent;
        if (shift > 63)
        {
            return 0f;
        }

        ulong kept = mantissa >> shift;
        ulong rest = mantissa - (kept << shift);
        ulong half = 1ul << (shift - 1);
        if (rest > half || (rest == half && (more || (kept & 1) != 0)))
        {
            kept++;
        }

        // A carry into the next place, or out of the denormals, is what adding to the bits does.
        ulong bits = kept < Hidden ? kept : ((ulong)(place + 149) << FractionBits) + kept;
        return bits >= 0x7F800000 ? float.PositiveInfinity : BitConverter.UInt32BitsToSingle((uint)bits);
    }

    /// <summary>Magnitude as mantissa × 2^exponent.</summary>
    private static (uint Mantissa, int Exponent) Parts(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value) & 0x7FFFFFFF;
        uint exponent = bits >> FractionBits;
        uint fraction = bits & (Hidden - 1);
        return exponent == 0 ? (fraction, -149) : (fraction | Hidden, (int)exponent - 150);
    }

    /// <summary>The same with a mantissa of 24 bits; the value is not 0.</summary>
    private static (ulong Mantissa, int Exponent) Normalized(float value)
    {
        (uint mantissa, int exponent) = Parts(value);
        int missing = System.Numerics.BitOperations.LeadingZeroCount(mantissa) - 8;
        return ((ulong)mantissa << missing, exponent - missing);
    }
}
