namespace DeviceTwin.SensorNode.Supervision;

/// <summary>
/// Notices that the calendar was set: UTC then moves against uptime. What it was moved by is what the clock was off before, the only thing
/// that a node without a better clock can say about its own.
/// </summary>
public sealed class ClockWatch
{
    /// <summary>What looks like a setting in milliseconds; less is drift, or the jitter of two clocks read one after the other.</summary>
    public const int StepMs = 500;

    private long _difference;
    private bool _isKnown;

    /// <summary>By how many milliseconds the calendar was moved last; 0 where it was set only once.</summary>
    public int LastStepMs { get; private set; }

    /// <summary>Looks at both clocks.</summary>
    /// <param name="nowMs">Uptime in milliseconds.</param>
    /// <param name="utcMs">UTC in milliseconds since 1970, 0 where not known.</param>
    /// <returns>Whether the calendar was set since the look before.</returns>
    public bool Step(long nowMs, long utcMs)
    {
        if (utcMs == 0)
        {
            return false;
        }

        long difference = utcMs - nowMs;
        long moved = difference - _difference;
        bool wasKnown = _isKnown;
        _isKnown = true;
        if (wasKnown && moved < StepMs && moved > -StepMs)
        {
            // A slow drift of the two against each other is no setting: it is followed, not summed up.
            _difference = difference;
            return false;
        }

        _difference = difference;
        LastStepMs = !wasKnown ? 0 : moved > int.MaxValue ? int.MaxValue : moved < -int.MaxValue ? -int.MaxValue : (int)moved;
        return wasKnown;
    }
}
