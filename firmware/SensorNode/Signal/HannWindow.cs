namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// Hann's window, periodic: w(i) = ½ − ½·cos(2πi/L) for any length, from the cosine table with linear interpolation (error below 1e-5).
/// For i = 0..L-1 the weights sum to L/2 and their squares to 3L/8: equivalent noise bandwidth 1.5 bins.
/// </summary>
public static class HannWindow
{
    /// <summary>Longest window.</summary>
    public const int MaximumLength = 8192;

    /// <summary>Writes w(0) to w(L/2), L/2 rounded down; the other half is the mirror image: w(L − i) = w(i).</summary>
    /// <param name="half">Receives the weights; at least length / 2 + 1 long.</param>
    /// <param name="length">Length L of the whole window, 1 to 8192.</param>
    public static void FillHalf(float[] half, int length)
    {
        FillHalf(half, length, CosineTable.Quarter(CosineTable.Period));
    }

    /// <summary>The same with a table that is already there; the bits do not depend on its length.</summary>
    /// <param name="cosine">A table by <see cref="CosineTable.Quarter"/>. Where it is short and does not hold what is needed, the literals are read.</param>
    public static void FillHalf(float[] half, int length, float[] cosine)
    {
        int step = (int)Division.LongNearest(CosineTable.Period << 16, length);
        int last = length >> 1;
        if (cosine.Length <= CosineTable.QuarterLength)
        {
            FillShort(half, step, last, cosine);
            return;
        }

        int phase = 0;
        for (int i = 0; i <= last; i++)
        {
            int index = phase >> 16;
            float share = (phase & 65535) * 0.0000152587890625f;
            float value;
            if (index < CosineTable.QuarterLength)
            {
                float here = cosine[index];
                value = here + (share * (cosine[index + 1] - here));
            }
            else if (index < CosineTable.QuarterLength << 1)
            {
                // cos(π − a) = −cos(a)
                int mirrored = (CosineTable.QuarterLength << 1) - index;
                float here = cosine[mirrored];
                value = -(here + (share * (cosine[mirrored - 1] - here)));
            }
            else
            {
                value = -1f;
            }

            half[i] = 0.5f - (0.5f * value);
            phase += step;
        }
    }

    private static void FillShort(float[] half, int step, int last, float[] cosine)
    {
        int quarter = cosine.Length - 1;
        int stride = CosineTable.Over(CosineTable.QuarterLength, quarter);
        int every = Division.Integer(step, stride << 16);
        if (every * (stride << 16) == step)
        {
            // Nothing to be interpolated.
            int at = 0;
            for (int i = 0; i <= last; i++)
            {
                half[i] = 0.5f - (0.5f * (at < quarter ? cosine[at] : -cosine[(quarter << 1) - at]));
                at += every;
            }

            return;
        }

        var reader = new CosineReader();
        int phase = 0;
        for (int i = 0; i <= last; i++)
        {
            int index = phase >> 16;
            float value = -1f;
            if (index < CosineTable.QuarterLength << 1)
            {
                float here = reader.At(index);
                value = here + ((phase & 65535) * 0.0000152587890625f * (reader.At(index + 1) - here));
            }

            half[i] = 0.5f - (0.5f * value);
            phase += step;
        }
    }
}
