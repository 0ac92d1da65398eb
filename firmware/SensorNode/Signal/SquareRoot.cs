namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// Square root in float from + − × only, correctly rounded. The argument is scaled by exact powers of four into [1, 4), a reciprocal root
/// is refined by Newton's iteration, and the last bit is settled with the exact residual (Dekker's product).
/// </summary>
public static class SquareRoot
{
    /// <summary>Distance of neighbouring floats between 1 and 2.</summary>
    private const float Unit = 1.1920929e-7f;

    /// <summary>The root of a finite value; 0 where the value is not positive.</summary>
    public static float Of(float value)
    {
        if (value <= 0f)
        {
            return 0f;
        }

        float x = value;
        float scale = 1f;
        if (x >= 1.8446744e19f)
        {
            x = x * 5.421010862e-20f;
            scale = 4294967296f;
        }
        else if (x < 5.421010862e-20f)
        {
            // Twice, so that the smallest denormal comes up as well.
            x = x * 1.8446744e19f;
            scale = 2.3283064365e-10f;
            if (x < 5.421010862e-20f)
            {
                x = x * 1.8446744e19f;
                scale = 5.421010862e-20f;
            }
        }

        if (x >= 1f)
        {
            if (x >= 4294967296f)
            {
                x = x * 2.3283064365e-10f;
                scale = scale * 65536f;
            }

            if (x >= 65536f)
            {
                x = x * 0.0000152587890625f;
                scale = scale * 256f;
            }

            if (x >= 256f)
            {
                x = x * 0.00390625f;
                scale = scale * 16f;
            }

            if (x >= 16f)
            {
                x = x * 0.0625f;
                scale = scale * 4f;
            }

            if (x >= 4f)
            {
                x = x * 0.25f;
                scale = scale * 2f;
            }
        }
        else
        {
            if (x < 2.3283064365e-10f)
            {
                x = x * 4294967296f;
                scale = scale * 0.0000152587890625f;
            }

            if (x < 0.0000152587890625f)
            {
                x = x * 65536f;
                scale = scale * 0.00390625f;
            }

            if (x < 0.00390625f)
            {
                x = x * 256f;
                scale = scale * 0.0625f;
            }

            if (x < 0.0625f)
            {
                x = x * 16f;
                scale = scale * 0.25f;
            }

            if (x < 0.25f)
            {
                x = x * 4f;
                scale = scale * 0.5f;
            }

            if (x < 1f)
            {
                x = x * 4f;
                scale = scale * 0.5f;
            }
        }

        // Reciprocal root on [1, 4): a cubic through four points, then Newton; the error squares with each step.
        float inverse = 1.6519f + (x * (-0.84446f + (x * (0.2191f - (x * 0.02125f)))));
        float half = 0.5f * x;
        inverse = inverse * (1.5f - (half * inverse * inverse));
        inverse = inverse * (1.5f - (half * inverse * inverse));
        inverse = inverse * (1.5f - (half * inverse * inverse));
        float root = x * inverse;
        root = root + (0.5f * inverse * Residual(x, root));

        // Now at most one unit u off. The nearest float has root·u ≥ x − root² > −root·u; both sides are exact in float, so this is decided.
        float rest = Residual(x, root);
        float limit = root * Unit;
        if (rest > limit)
        {
            root = root + Unit;
        }
        else if (rest <= -limit)
        {
            root = root - Unit;
        }

        return root * scale;
    }

    /// <summary>x − root², without the rounding of the square.</summary>
    private static float Residual(float x, float root)
    {
        float split = root * 4097f;
        float high = split - (split - root);
        float low = root - high;
        float square = root * root;
        float error = (((high * high) - square) + (high * low) + (high * low)) + (low * low);
        return (x - square) - error;
    }
}
