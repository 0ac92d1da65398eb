namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// Brings raw counts to the velocity rate, 2.4 to 4.8 kHz, by halving, and hands them out piece by piece.
/// </summary>
public sealed class VelocityDecimator
{
    /// <summary>Rate, in millihertz, at or below which a signal is not halved any more.</summary>
    public const int HighestRateMilliHertz = 4800000;

    private const int Reach = HalfBandDecimator.Reach;

    private readonly HalfBandDecimator _halfBand = new HalfBandDecimator();
    private readonly float[] _whole;
    private readonly float[] _kept;
    private int _count;
    private int _at;

    /// <param name="maximumSamples">Longest capture.</param>
    public VelocityDecimator(int maximumSamples)
    {
        _whole = new float[(maximumSamples >> 1) + 1];
        _kept = new float[(maximumSamples >> 1) + 1];
    }

    /// <summary>How often a rate is halved until it lies at or below <see cref="HighestRateMilliHertz"/>.</summary>
    public static int Halvings(int rateMilliHertz)
    {
        int halvings = 0;
        int rate = rateMilliHertz;
        while (rate > HighestRateMilliHertz)
        {
            rate >>= 1;
            halvings++;
        }

        return halvings;
    }

    /// <summary>Takes a capture. Outputs: count divided by two, as often as it is halved.</summary>
    public void Open(short[] counts, int count, int mean, int halvings)
    {
        int valid = _halfBand.Decimate(counts, count, mean, _whole);
        for (int i = 1; i < halvings; i++)
        {
            valid = Halve(_whole, _kept, valid);
        }

        _count = valid;
        _at = 0;
    }

    /// <summary>The next outputs.</summary>
    /// <returns>How many there were, at most <paramref name="length"/>.</returns>
    public int Read(float[] target, int offset, int length)
    {
        int some = _count - _at < length ? _count - _at : length;
        float[] whole = _whole;
        int at = _at;
        for (int i = 0; i < some; i++)
        {
            target[offset + i] = whole[at + i];
        }

        _at = at + some;
        return some;
    }

    private static int Halve(float[] signal, float[] kept, int count)
    {
        // In place: the outputs trail behind the inputs, so the inputs that a later output needs are kept aside.
        for (int i = 0; i < count; i++)
        {
            kept[i] = signal[i];
        }

        int outputs = count >> 1;
        for (int m = 0; m < outputs; m++)
        {
            float sum = 0.5f * kept[m << 1];
            for (int tap = 1; tap <= Reach; tap += 2)
            {
                int below = (m << 1) - tap;
                int above = (m << 1) + tap;
                sum = sum + (Weights[tap >> 1] * (kept[below < 0 ? 0 : below] + kept[above >= count ? count - 1 : above]));
            }

            signal[m] = sum;
        }

        return outputs;
    }

    private static readonly float[] Weights =
    {
        0.31718335f, -0.10273212f, 0.058177404f, -0.038073268f, 0.02631005f, -0.018519728f, 0.013028503f, -0.009047589f,
        0.0061426642f, -0.004040817f, 0.0025505156f, -0.0015259198f, 0.00085049163f, -0.00042943857f, 0.00018615337f, -6.025633e-05f,
    };
}
