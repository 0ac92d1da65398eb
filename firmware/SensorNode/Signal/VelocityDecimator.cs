namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// Brings raw counts to the velocity rate, 2.4 to 4.8 kHz, by halving, and hands them out piece by piece.
/// </summary>
public sealed class VelocityDecimator
{
    /// <summary>Rate, in millihertz, at or below which a signal is not halved any more.</summary>
    public const int HighestRateMilliHertz = 4800000;

    private readonly Decimator _decimator = new Decimator();
    private short[] _counts;
    private int _countCount;
    private int _halvings;
    private float _mean;
    private int _count;
    private int _at;

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
        _counts = counts;
        _countCount = count;
        _mean = mean;
        _halvings = halvings;
        _count = count >> (halvings & 31);
        _at = 0;
    }

    /// <summary>The next outputs.</summary>
    /// <returns>How many there were, at most <paramref name="length"/>.</returns>
    public int Read(float[] target, int offset, int length)
    {
        int some = _count - _at < length ? _count - _at : length;
        _decimator.Read(_counts, _countCount, _halvings, _at, some, _mean, target, offset);
        _at += some;
        return some;
    }
}
