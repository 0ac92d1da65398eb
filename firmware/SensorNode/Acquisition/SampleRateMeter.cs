namespace DeviceTwin.SensorNode.Acquisition;

/// <summary>
/// Measures the sensor's real sampling rate against the node's clock over many captures.
/// One capture of 1.2 s on a millisecond clock is good to 0.1 %; a minute of captures to some 0.02 %.
/// </summary>
public sealed class SampleRateMeter
{
    /// <summary>How far a part may be from the rate that it claims, in thousandths. What lies beyond is a clock or a sensor gone wrong.</summary>
    public const int PlausiblePermille = 100;

    private const int TrustedMilliseconds = 1000;
    private const int WindowMilliseconds = 60000;

    private long _samples;
    private long _milliseconds;

    /// <summary>Adds what was counted between two looks at the FIFO without an overrun between them.</summary>
    public void Add(long samples, long milliseconds)
    {
        if (samples <= 0 || milliseconds <= 0)
        {
            return;
        }

        _samples += samples;
        _milliseconds += milliseconds;
        if (_milliseconds > WindowMilliseconds)
        {
            // Old captures fade, so that the rate follows the sensor's temperature.
            _samples /= 2;
            _milliseconds /= 2;
        }
    }

    /// <summary>
    /// The measured rate in millihertz; <paramref name="assumed"/> until a second of samples was counted, and where the measured one is
    /// further from it than <see cref="PlausiblePermille"/>.
    /// </summary>
    public int RateMilliHertz(int assumed)
    {
        if (_milliseconds < TrustedMilliseconds)
        {
            return assumed;
        }

        long measured = _samples * 1000000 / _milliseconds;
        long off = measured > assumed ? measured - assumed : assumed - measured;
        return off * 1000 > (long)assumed * PlausiblePermille ? assumed : (int)measured;
    }
}
