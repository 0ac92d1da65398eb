namespace DeviceTwin.SensorNode.Twin;

/// <summary>
/// How long to wait after a failure: exponential with full jitter, so that a plant full of nodes does not return
/// at the same moment after an outage.
/// </summary>
public sealed class Backoff
{
    private readonly int _baseMs;
    private readonly int _maximumMs;
    private readonly int _minimumMs;
    private readonly Jitter _jitter;
    private int _ceilingMs;

    /// <param name="baseMs">Upper end of the first wait.</param>
    /// <param name="maximumMs">Upper end of every wait; doubling stops there.</param>
    /// <param name="minimumMs">Lower end of every wait: full jitter alone could give none at all.</param>
    public Backoff(int baseMs, int maximumMs, int minimumMs, Jitter jitter)
    {
        _baseMs = baseMs;
        _maximumMs = maximumMs;
        _minimumMs = minimumMs;
        _jitter = jitter;
        _ceilingMs = baseMs;
    }

    /// <summary>The next wait in milliseconds: anything from the minimum to a ceiling that doubles with each call.</summary>
    public int Next()
    {
        int wait = _minimumMs + _jitter.Below(_ceilingMs - _minimumMs + 1);
        _ceilingMs = _ceilingMs > _maximumMs >> 1 ? _maximumMs : _ceilingMs << 1;
        return wait;
    }

    /// <summary>After a success: the next wait is short again.</summary>
    public void Reset()
    {
        _ceilingMs = _baseMs;
    }
}
