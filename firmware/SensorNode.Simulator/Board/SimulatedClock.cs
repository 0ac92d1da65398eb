#nullable enable

using System;
using DeviceTwin.SensorNode.Boards;

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>
/// The clock of a simulated board. Uptime is virtual and moves only when the kernel moves it;
/// UTC comes from wherever the owner says (virtual time after an epoch, or the wall clock in paced runs).
/// </summary>
public sealed class SimulatedClock : IClock
{
    private readonly Func<long>? _utcMs;
    private readonly long _epochUtcMs;
    private long _setByMs;
    private bool _isSet;

    /// <summary>UTC runs with virtual time from an epoch.</summary>
    /// <param name="epochUtcMs">UTC at uptime 0, milliseconds since 1970; 0 = the board does not know the time.</param>
    public SimulatedClock(long epochUtcMs = 0)
    {
        _epochUtcMs = epochUtcMs;
    }

    /// <summary>UTC is read from elsewhere.</summary>
    public SimulatedClock(Func<long> utcMs)
    {
        _utcMs = utcMs;
    }

    /// <summary>Virtual time since the board was switched on, in microseconds.</summary>
    public long NowMicroseconds { get; private set; }

    /// <inheritdoc/>
    public long UptimeMs() => NowMicroseconds / 1000;

    /// <inheritdoc/>
    public long UtcMs() => _utcMs != null ? _utcMs() + _setByMs : _epochUtcMs == 0 && !_isSet ? 0 : _epochUtcMs + UptimeMs() + _setByMs;

    /// <inheritdoc/>
    public void SetUtcMs(long utcMs)
    {
        _isSet = true;
        _setByMs += utcMs - UtcMs();
    }

    /// <summary>How often the firmware asked the time server out of turn.</summary>
    public int Synchronizations { get; private set; }

    /// <summary>What the time server's answer does to the clock; nothing where null.</summary>
    public Action? TimeServer { get; set; }

    /// <inheritdoc/>
    public void Synchronize()
    {
        Synchronizations++;
        TimeServer?.Invoke();
    }

    /// <summary>Moves to a later moment.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The moment has passed.</exception>
    public void AdvanceToMs(long uptimeMs) => AdvanceToMicroseconds(uptimeMs * 1000);

    /// <summary>Moves to a later moment.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The moment has passed.</exception>
    public void AdvanceToMicroseconds(long microseconds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(microseconds, NowMicroseconds);
        NowMicroseconds = microseconds;
    }

    /// <summary>Something took time.</summary>
    public void Spend(long microseconds) => AdvanceToMicroseconds(NowMicroseconds + microseconds);
}
