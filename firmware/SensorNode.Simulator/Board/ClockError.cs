#nullable enable

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>How far a board's calendar is off: a jump, and a drift since it was last set.</summary>
public sealed class ClockError
{
    private double _baseMs;
    private double _sinceMs;

    /// <summary>How much too fast the clock runs, in parts per million; below 0 = too slow.</summary>
    public double DriftPpm { get; private set; }

    /// <summary>The error at a moment, in milliseconds.</summary>
    /// <param name="nowMs">True time since the start of the simulation.</param>
    public long At(long nowMs) => (long)(_baseMs + ((nowMs - _sinceMs) * DriftPpm * 1e-6));

    /// <summary>From now on the clock drifts so much.</summary>
    public void Drift(double ppm, long nowMs)
    {
        _baseMs = At(nowMs);
        _sinceMs = nowMs;
        DriftPpm = ppm;
    }

    /// <summary>Somebody set the clock wrong.</summary>
    public void Jump(long ms) => _baseMs += ms;

    /// <summary>The clock is set right; it goes on drifting.</summary>
    public void Set(long nowMs)
    {
        _baseMs = 0;
        _sinceMs = nowMs;
    }
}
