namespace DeviceTwin.SensorNode.Signal;

/// <summary>Mean, RMS and peak of raw counts, summed in integers and therefore exact. Refilled by <see cref="Measure"/>.</summary>
public sealed class Statistics
{
    /// <summary>Mean of the counts, rounded to the nearest count.</summary>
    public int Mean;

    /// <summary>Root of the mean square of the distance from the mean, in counts.</summary>
    public float Rms;

    /// <summary>Largest distance from the mean, in counts.</summary>
    public int Peak;

    /// <summary>Whether all counts are the same.</summary>
    public bool Constant;

    /// <summary>Measures the first <paramref name="count"/> counts; all zero and constant where there are none.</summary>
    public void Measure(short[] counts, int count)
    {
        Mean = 0;
        Rms = 0f;
        Peak = 0;
        Constant = true;
        if (count <= 0)
        {
            return;
        }

        // 65 536 counts of 32 768 just fit an integer's 31 bits; squares need 64.
        long sum = 0;
        int least = counts[0];
        int greatest = least;
        for (int i = 0; i < count; i++)
        {
            int value = counts[i];
            sum += value;
            if (value < least)
            {
                least = value;
            }

            if (value > greatest)
            {
                greatest = value;
            }
        }

        int mean = (int)Division.LongNearest(sum, count);
        long squares = 0;
        for (int i = 0; i < count; i++)
        {
            int value = counts[i] - mean;
            squares += (uint)(value * value);
        }

        // The mean is a rounded one: take out what the rounding left.
        long rest = sum - ((long)mean * count);
        float meanSquare = Division.Float(squares, count);
        float bias = Division.Float(rest, count);
        meanSquare = meanSquare - (bias * bias);
        Mean = mean;
        Rms = SquareRoot.Of(meanSquare);
        Peak = greatest - mean > mean - least ? greatest - mean : mean - least;
        Constant = greatest == least;
    }
}
