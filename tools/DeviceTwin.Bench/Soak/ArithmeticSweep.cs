using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Bench.Soak;

/// <summary>What came of comparing a function with exact results.</summary>
/// <param name="Count">Arguments looked at.</param>
/// <param name="Wrong">Results that are not the correctly rounded ones.</param>
/// <param name="Worst">Largest error in units of the last place, where it is measured.</param>
/// <param name="At">Bits of the argument of the first wrong result or of the largest error.</param>
public sealed record Sweep(long Count, long Wrong, double Worst, uint At)
{
    /// <summary>Two sweeps as one.</summary>
    public static Sweep operator +(Sweep left, Sweep right) => new(
        left.Count + right.Count,
        left.Wrong + right.Wrong,
        Math.Max(left.Worst, right.Worst),
        left.Worst > right.Worst || (left.Worst == right.Worst && left.Wrong > 0) ? left.At : right.At);
}

/// <summary>The firmware's float functions against exact results, over ranges of arguments given by their bits.</summary>
public static class ArithmeticSweep
{
    /// <summary>Bits of positive infinity.</summary>
    public const uint Infinity = 0x7F800000;

    /// <summary>Bits of the smallest negative float (negative zero).</summary>
    public const uint Negative = 0x80000000;

    /// <summary>Bits of a power of two, -126 to 127.</summary>
    public static uint PowerOfTwo(int exponent) => (uint)(exponent + 127) << 23;

    /// <summary><see cref="Rounding.Nearest(float)"/> for the arguments with these bits, the last one included.</summary>
    public static Sweep Rounded(uint first, uint last)
    {
        long wrong = 0;
        uint at = 0;
        for (ulong bits = first; bits <= last; bits++)
        {
            float value = BitConverter.UInt32BitsToSingle((uint)bits);
            if (Rounding.Nearest(value) != Exact.Nearest(value) && wrong++ == 0)
            {
                at = (uint)bits;
            }
        }

        return new Sweep((long)last - first + 1, wrong, 0, at);
    }

    /// <summary><see cref="SquareRoot.Of"/>: the nearest float to the root of positive finite arguments, 0 for others that are no NaN.</summary>
    public static Sweep Roots(uint first, uint last)
    {
        long wrong = 0;
        uint at = 0;
        for (ulong bits = first; bits <= last; bits++)
        {
            float value = BitConverter.UInt32BitsToSingle((uint)bits);
            float root = SquareRoot.Of(value);
            bool right = value > 0f ? Exact.IsRoot(value, root) : root == 0f;
            if (!right && wrong++ == 0)
            {
                at = (uint)bits;
            }
        }

        return new Sweep((long)last - first + 1, wrong, 0, at);
    }

    /// <summary>
    /// <see cref="Logarithm.Of"/> for positive finite arguments. The reference is the logarithm in double, whose own error is a billionth of a
    /// float's last place.
    /// </summary>
    public static Sweep Logarithms(uint first, uint last)
    {
        double worst = 0;
        long wrong = 0;
        uint at = 0;
        for (ulong bits = first; bits <= last; bits++)
        {
            float value = BitConverter.UInt32BitsToSingle((uint)bits);
            double exact = Math.Log(Math.Max(value, Logarithm.Smallest));
            float result = Logarithm.Of(value);
            double units = Exact.UnitsOff(result, exact);
            wrong += result == (float)exact ? 0 : 1;
            if (units > worst)
            {
                worst = units;
                at = (uint)bits;
            }
        }

        return new Sweep((long)last - first + 1, wrong, worst, at);
    }

    /// <summary><see cref="Division.Float"/> of a seeded stream of pairs over all bit patterns of finite floats, every fourth a near one.</summary>
    public static Sweep Quotients(int seed, long count)
    {
        var random = new Random(seed);
        long wrong = 0;
        uint at = 0;
        for (long i = 0; i < count; i++)
        {
            float dividend = Finite(random);
            float divisor = (i & 3) == 0 ? Near(dividend, random) : Finite(random);
            if (!Same(Division.Float(dividend, divisor), dividend, divisor) && wrong++ == 0)
            {
                at = BitConverter.SingleToUInt32Bits(dividend);
            }
        }

        return new Sweep(count, wrong, 0, at);
    }

    /// <summary>Whether a quotient is the nearest float, held to ±<see cref="Division.Largest"/>; 0 where the divisor is 0.</summary>
    public static bool Same(float quotient, float dividend, float divisor)
    {
        float exact = divisor == 0f ? 0f : Math.Clamp(Exact.Quotient(dividend, divisor), -Division.Largest, Division.Largest);
        return BitConverter.SingleToUInt32Bits(quotient) == BitConverter.SingleToUInt32Bits(exact);
    }

    private static float Finite(Random random)
    {
        float value;
        do
        {
            value = BitConverter.UInt32BitsToSingle((uint)random.NextInt64(1L << 32));
        }
        while (!float.IsFinite(value));

        return value;
    }

    /// <summary>A divisor within a few thousand places of the dividend: quotients around 1, where the rounding is closest.</summary>
    private static float Near(float value, Random random)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        float near = BitConverter.UInt32BitsToSingle(bits + (uint)random.Next(-4096, 4097));
        return float.IsFinite(near) ? near : value;
    }
}
