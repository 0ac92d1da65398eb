using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode.Detection;

/// <summary>
/// Learned location and scale of one series, in integers. Warm-up: median and median absolute deviation of the stored values (at most
/// <see cref="MaximumStored"/>, evenly taken). Then a slow robust tracking: each value moves the location by a share of its distance, the
/// distance held to three standard deviations, the share falling with the number of values learned. A machine that is still running in is
/// followed quickly, an old one hardly; an outlier moves little whatever its size. The scale follows in the same way, and may grow, to
/// <see cref="LargestGrowth"/> times that of the warm-up, only until <see cref="RunInWarmUps"/> times the warm-up is learned: a machine that
/// wanders while it runs in is given more room, one that begins to wander later is not.
/// </summary>
public sealed class RobustLevel
{
    /// <summary>Marks a value that is not there.</summary>
    public const int NotAvailable = int.MinValue;

    /// <summary>Fewest values of a warm-up.</summary>
    public const int LeastWarmUp = 4;

    /// <summary>Most values of the warm-up that are stored.</summary>
    public const int MaximumStored = 64;

    /// <summary>Largest magnitude of a value; beyond it values are held.</summary>
    public const int LargestValue = 32767;

    /// <summary>Largest magnitude of a standardised value, in thousandths of a standard deviation.</summary>
    public const int LargestMilliSigma = 1000000;

    /// <summary>Distance from the location, in standard deviations, up to which a value pulls in proportion.</summary>
    public const int InfluenceSigma = 3;

    /// <summary>
    /// The first value after the warm-up moves location and scale by one part in this; the share then falls as the number of values grows in
    /// proportion to the warm-up.
    /// </summary>
    public const int FirstShare = 10;

    /// <summary>No value moves location and scale by less than one part in this.</summary>
    public const int LastShare = 512;

    /// <summary>The scale may grow until this many warm-ups are learned.</summary>
    public const int RunInWarmUps = 6;

    /// <summary>The scale grows to this many times that of the warm-up at most; it never falls below that of the warm-up.</summary>
    public const int LargestGrowth = 3;

    /// <summary>The count of the values learned stops here.</summary>
    public const int LargestCount = 65000;

    /// <summary>Mean magnitude to standard deviation of normal noise, in ten-thousandths.</summary>
    private const int MagnitudeFactor = 12533;

    /// <summary>Median absolute deviation to standard deviation of normal noise, in ten-thousandths.</summary>
    private const int DeviationFactor = 14826;

    private short[] _warm;
    private int _stored;
    private int _location;
    private int _scale;
    private int _warmScale;
    private int _count;

    /// <summary>Values learned.</summary>
    public int Count
    {
        get { return _count; }
    }

    /// <summary>Whether the warm-up is over.</summary>
    public bool IsReady
    {
        get { return _scale > 0; }
    }

    /// <summary>Location in thousandths of the value's unit.</summary>
    public int LocationMilli
    {
        get { return _location; }
    }

    /// <summary>Standard deviation in thousandths of the value's unit; 0 before the warm-up is over.</summary>
    public int ScaleMilli
    {
        get { return _scale; }
    }

    /// <summary>Standard deviation found by the warm-up, in thousandths of the value's unit; 0 before it is over.</summary>
    public int WarmUpScaleMilli
    {
        get { return _warmScale; }
    }

    /// <summary>Stored values of the warm-up.</summary>
    public int StoredCount
    {
        get { return _stored; }
    }

    /// <summary>A stored value of the warm-up.</summary>
    public int Stored(int index)
    {
        return _warm[index];
    }

    /// <summary>Distance of a value from the location in thousandths of a standard deviation, signed, or <see cref="NotAvailable"/>.</summary>
    public int MilliSigma(int value)
    {
        if (_scale <= 0 || value == NotAvailable)
        {
            return NotAvailable;
        }

        int held = Held(value);
        long sigma = Division.LongNearest(((long)held * 1000 - _location) * 1000, _scale);
        return sigma > LargestMilliSigma ? LargestMilliSigma : sigma < -LargestMilliSigma ? -LargestMilliSigma : (int)sigma;
    }

    /// <summary>Learns a value.</summary>
    /// <param name="value">The value; <see cref="NotAvailable"/> teaches nothing.</param>
    /// <param name="warmUp">Values of the warm-up; at least <see cref="LeastWarmUp"/> are taken.</param>
    /// <param name="leastScale">Smallest standard deviation believed, in the value's unit.</param>
    /// <param name="largestScale">Largest standard deviation believed, in the value's unit.</param>
    public void Learn(int value, int warmUp, int leastScale, int largestScale)
    {
        if (value == NotAvailable)
        {
            return;
        }

        int held = Held(value);
        if (_scale <= 0)
        {
            WarmUp(held, warmUp < LeastWarmUp ? LeastWarmUp : warmUp, leastScale, largestScale);
            return;
        }

        Track(held, warmUp < LeastWarmUp ? LeastWarmUp : warmUp, largestScale);
    }

    /// <summary>Starts anew.</summary>
    public void Reset()
    {
        _warm = null;
        _stored = 0;
        _location = 0;
        _scale = 0;
        _warmScale = 0;
        _count = 0;
    }

    /// <summary>Takes over what was learned before.</summary>
    public void Restore(int count, int locationMilli, int scaleMilli, int warmUpScaleMilli)
    {
        _warm = null;
        _stored = 0;
        _count = count;
        _location = locationMilli;
        _scale = scaleMilli;
        _warmScale = warmUpScaleMilli;
    }

    /// <summary>Takes over one stored value of a warm-up that is not over.</summary>
    public void RestoreStored(int count, int value)
    {
        _count = count;
        Store(Held(value));
    }

    private static int Held(int value)
    {
        return value > LargestValue ? LargestValue : value < -LargestValue ? -LargestValue : value;
    }

    private void Store(int value)
    {
        if (_warm == null)
        {
            _warm = new short[MaximumStored];
        }

        if (_stored < MaximumStored)
        {
            _warm[_stored] = (short)value;
            _stored++;
        }
    }

    private void Track(int value, int warmUp, int largestScale)
    {
        if (_count < LargestCount)
        {
            _count++;
        }

        int share = Division.Integer(_count * FirstShare, warmUp);
        share = share < FirstShare ? FirstShare : share > LastShare ? LastShare : share;
        int distance = (value * 1000) - _location;
        int reach = InfluenceSigma * _scale;
        distance = distance > reach ? reach : distance < -reach ? -reach : distance;
        _location += (int)Division.LongNearest(distance, share);

        long deviation = Division.LongNearest((long)(distance < 0 ? -distance : distance) * MagnitudeFactor, 10000);
        int change = (int)Division.LongNearest(deviation - _scale, share);
        if (change > 0 && _count > (long)warmUp * RunInWarmUps)
        {
            return;
        }

        int scale = _scale + change;
        int most = _warmScale * LargestGrowth;
        most = most > largestScale * 1000 ? largestScale * 1000 : most;
        most = most < _warmScale ? _warmScale : most;
        _scale = scale < _warmScale ? _warmScale : scale > most ? most : scale;
    }

    private void WarmUp(int value, int warmUp, int leastScale, int largestScale)
    {
        int stride = Division.Integer(warmUp + MaximumStored - 1, MaximumStored);
        if (_count - (Division.Integer(_count, stride) * stride) == 0)
        {
            Store(value);
        }

        _count++;
        if (_count < warmUp)
        {
            return;
        }

        int[] sorted = new int[_stored];
        for (int i = 0; i < _stored; i++)
        {
            sorted[i] = _warm[i] * 1000;
        }

        _location = Median(sorted, _stored);
        for (int i = 0; i < _stored; i++)
        {
            int distance = (_warm[i] * 1000) - _location;
            sorted[i] = distance < 0 ? -distance : distance;
        }

        int deviation = (int)Division.LongNearest((long)Median(sorted, _stored) * DeviationFactor, 10000);
        int least = leastScale < 1 ? 1000 : leastScale * 1000;
        deviation = deviation > largestScale * 1000 ? largestScale * 1000 : deviation;
        _warmScale = deviation < least ? least : deviation;
        _scale = _warmScale;
        _warm = null;
        _stored = 0;
    }

    /// <summary>The median; sorts the values.</summary>
    private static int Median(int[] values, int count)
    {
        for (int i = 1; i < count; i++)
        {
            int value = values[i];
            int j = i - 1;
            while (j >= 0 && values[j] > value)
            {
                values[j + 1] = values[j];
                j--;
            }

            values[j + 1] = value;
        }

        int middle = count >> 1;
        return (count & 1) != 0 ? values[middle] : (int)Division.LongNearest((long)values[middle - 1] + values[middle], 2);
    }
}
