using System.Numerics;

namespace DeviceTwin.Bench.Features;

/// <summary>A plain textbook transform in double precision: what the detector's features are held against.</summary>
internal static class DoubleFft
{
    /// <summary>Transforms in place; the length is a power of two. Not scaled.</summary>
    public static void Forward(Complex[] values) => Run(values, -1);

    /// <summary>The inverse, not scaled.</summary>
    public static void Inverse(Complex[] values) => Run(values, 1);

    private static void Run(Complex[] values, int sign)
    {
        int length = values.Length;
        for (int i = 1, j = 0; i < length; i++)
        {
            int bit = length >> 1;
            for (; (j & bit) != 0; bit >>= 1)
            {
                j ^= bit;
            }

            j |= bit;
            if (i < j)
            {
                (values[i], values[j]) = (values[j], values[i]);
            }
        }

        var factors = new Complex[length / 2];
        for (int i = 0; i < factors.Length; i++)
        {
            factors[i] = Complex.FromPolarCoordinates(1, sign * 2 * Math.PI * i / length);
        }

        for (int span = 2; span <= length; span <<= 1)
        {
            int half = span >> 1;
            int step = length / span;
            for (int start = 0; start < length; start += span)
            {
                for (int i = 0; i < half; i++)
                {
                    Complex upper = values[start + i];
                    Complex lower = values[start + i + half] * factors[i * step];
                    values[start + i] = upper + lower;
                    values[start + i + half] = upper - lower;
                }
            }
        }
    }
}
