namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// Natural logarithm in float from + − × only: the argument is scaled by exact powers of two into [√½, √2), then the minimax polynomial of
/// the Cephes library (S. Moshier, logf) is evaluated. Over every float there is the error is at most 0.83 units in the last place; the nearest float
/// is missed by 6 in 1000 results.
/// </summary>
public static class Logarithm
{
    /// <summary>Smallest argument; anything below counts as this.</summary>
    public const float Smallest = 1.1754944e-38f;

    /// <summary>Largest error of <see cref="Of"/> in units of the last place.</summary>
    public const float LargestError = 0.83f;

    /// <summary>The logarithm of a finite value; values below <see cref="Smallest"/> (zero and negatives too) count as that.</summary>
    public static float Of(float value)
    {
        float x = value;
        if (x < Smallest)
        {
            x = Smallest;
        }

        int exponent = 0;
        if (x >= 1.41421356f)
        {
            if (x >= 1.8446744e19f)
            {
                x = x * 5.421010862e-20f;
                exponent = 64;
            }

            if (x >= 4294967296f)
            {
                x = x * 2.3283064365e-10f;
                exponent += 32;
            }

            if (x >= 65536f)
            {
                x = x * 0.0000152587890625f;
                exponent += 16;
            }

            if (x >= 256f)
            {
                x = x * 0.00390625f;
                exponent += 8;
            }

            if (x >= 16f)
            {
                x = x * 0.0625f;
                exponent += 4;
            }

            if (x >= 4f)
            {
                x = x * 0.25f;
                exponent += 2;
            }

            // Up to here x is in [√2, 4), or just below √2 after a step.
            if (x >= 2.82842712f)
            {
                x = x * 0.25f;
                exponent += 2;
            }
            else if (x >= 1.41421356f)
            {
                x = x * 0.5f;
                exponent += 1;
            }
        }
        else if (x < 0.70710678f)
        {
            if (x < 5.421010862e-20f)
            {
                x = x * 1.8446744e19f;
                exponent = -64;
            }

            if (x < 2.3283064365e-10f)
            {
                x = x * 4294967296f;
                exponent -= 32;
            }

            if (x < 0.0000152587890625f)
            {
                x = x * 65536f;
                exponent -= 16;
            }

            if (x < 0.00390625f)
            {
                x = x * 256f;
                exponent -= 8;
            }

            if (x < 0.0625f)
            {
                x = x * 16f;
                exponent -= 4;
            }

            if (x < 0.25f)
            {
                x = x * 4f;
                exponent -= 2;
            }

            if (x < 0.35355339f)
            {
                x = x * 4f;
                exponent -= 2;
            }
            else if (x < 0.70710678f)
            {
                x = x * 2f;
                exponent -= 1;
            }
        }

        float t = x - 1f;
        float square = t * t;
        float polynomial = 7.0376836292e-2f;
        polynomial = (polynomial * t) - 1.1514610310e-1f;
        polynomial = (polynomial * t) + 1.1676998740e-1f;
        polynomial = (polynomial * t) - 1.2420140846e-1f;
        polynomial = (polynomial * t) + 1.4249322787e-1f;
        polynomial = (polynomial * t) - 1.6668057665e-1f;
        polynomial = (polynomial * t) + 2.0000714765e-1f;
        polynomial = (polynomial * t) - 2.4999993993e-1f;
        polynomial = (polynomial * t) + 3.3333331174e-1f;
        float power = exponent;
        float small = (polynomial * t * square) + (power * -2.12194440e-4f);
        small = small - (0.5f * square);
        return (t + small) + (power * 0.693359375f);
    }
}
