namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// The only place that divides. The runtimes agree on IEEE division but not on what division by zero does (an exception on nanoFramework,
/// infinity on .NET), nor on integer overflow, so both are defined here.
/// </summary>
public static class Division
{
    /// <summary>Largest magnitude <see cref="Float"/> returns.</summary>
    public const float Largest = 3.0e38f;

    /// <summary>Correctly rounded quotient, held to ±<see cref="Largest"/>; 0 where the divisor is 0. Both operands must be finite.</summary>
    public static float Float(float dividend, float divisor)
    {
        if (divisor == 0f)
        {
            return 0f;
        }

        float quotient = dividend / divisor;
        if (quotient > Largest)
        {
            return Largest;
        }

        if (quotient < -Largest)
        {
            return -Largest;
        }

        return quotient;
    }

    /// <summary>Quotient of two integers toward zero; 0 where the divisor is 0; <see cref="int.MaxValue"/> for int.MinValue / -1.</summary>
    public static int Integer(int dividend, int divisor)
    {
        if (divisor == 0)
        {
            return 0;
        }

        if (divisor == -1)
        {
            return dividend == int.MinValue ? int.MaxValue : -dividend;
        }

        return dividend / divisor;
    }

    /// <summary>Quotient of two integers rounded up; dividend ≥ 0. 0 where the divisor is not positive.</summary>
    public static long LongCeiling(long dividend, long divisor)
    {
        if (divisor <= 0)
        {
            return 0;
        }

        long quotient = dividend / divisor;
        return quotient * divisor < dividend ? quotient + 1 : quotient;
    }

    /// <summary>Quotient rounded to the nearest integer, halves away from zero; 0 where the divisor is not positive. |dividend| below 2^62.</summary>
    public static long LongNearest(long dividend, long divisor)
    {
        if (divisor <= 0)
        {
            return 0;
        }

        long half = divisor >> 1;
        return dividend < 0 ? (dividend - half) / divisor : (dividend + half) / divisor;
    }
}
