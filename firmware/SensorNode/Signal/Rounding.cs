namespace DeviceTwin.SensorNode.Signal;

/// <summary>The only place that turns a float into an integer: the runtimes disagree on what happens out of range, so it is defined here.</summary>
public static class Rounding
{
    /// <summary>Nearest integer, halves away from zero; held to int.MinValue..int.MaxValue; 0 for NaN.</summary>
    public static int Nearest(float value)
    {
        // NaN first: on nanoFramework NaN > x is true.
        if (float.IsNaN(value))
        {
            return 0;
        }

        if (value >= 2147483648f)
        {
            return int.MaxValue;
        }

        if (value <= -2147483648f)
        {
            return int.MinValue;
        }

        // Adding a half before truncating would round 0.49999997 up; the fraction itself is exact.
        int whole = (int)value;
        float fraction = value - whole;
        if (fraction >= 0.5f)
        {
            return whole + 1;
        }

        if (fraction <= -0.5f)
        {
            return whole - 1;
        }

        return whole;
    }

    /// <summary>The nearest integer, held to <paramref name="least"/>..<paramref name="greatest"/>.</summary>
    public static int Nearest(float value, int least, int greatest)
    {
        int rounded = Nearest(value);
        if (rounded < least)
        {
            return least;
        }

        return rounded > greatest ? greatest : rounded;
    }

    /// <summary>The nearest float of an integer from 0 to 2^48 - 1. In two parts that a float holds exactly, so that there is one rounding on every runtime.</summary>
    public static float Float(long value)
    {
        return ((int)(value >> 24) * 16777216f) + (int)(value & 0xFFFFFF);
    }
}
