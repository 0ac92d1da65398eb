namespace DeviceTwin.SensorNode.Detection;

/// <summary>
/// One alarm: trip and reset levels are the caller's (it says below, between or above), delays in time, acknowledgement and the states are
/// here. One table drives it; what is not in the table cannot happen. Holds no clock: the time comes with each step. A clock that jumps back
/// starts a running delay anew: an alarm then comes late, never too early, and is never lost.
/// </summary>
public sealed class Alarm
{
    /// <summary>
    /// The next state by state (rows, in the order of <see cref="AlarmState"/>) and event (columns, in the order of <see cref="AlarmEvent"/>).
    /// </summary>
    private static readonly byte[] Table =
    {
        // Withdrawn, Below, Between, Above, Held, TripDelayOver, ResetDelayOver, Acknowledge
        0, 0, 0, 1, 0, 0, 0, 0, // normal
        0, 0, 0, 1, 0, 2, 1, 1, // pending
        0, 4, 2, 2, 2, 2, 2, 3, // raised
        0, 5, 3, 3, 3, 3, 3, 3, // acknowledged
        0, 4, 2, 2, 2, 4, 0, 5, // resetting, not acknowledged
        0, 5, 3, 3, 3, 5, 0, 5, // resetting, acknowledged
    };

    private long _sinceMs;

    /// <summary>The present state (<see cref="AlarmState"/>).</summary>
    public int State { get; private set; }

    /// <summary>How often the alarm was raised.</summary>
    public int Raises { get; private set; }

    /// <summary>Whether the alarm counts as active: raised, acknowledged or not, and not reset yet.</summary>
    public bool IsActive
    {
        get { return State >= AlarmState.Raised; }
    }

    /// <summary>The state that follows: the table, for the tests and the documentation.</summary>
    public static int Next(int state, int alarmEvent)
    {
        return Table[(state * AlarmEvent.Count) + alarmEvent];
    }

    /// <summary>Takes what is known of the level now, and lets delays run out.</summary>
    /// <param name="level">
    /// <see cref="AlarmEvent.Withdrawn"/>, <see cref="AlarmEvent.Below"/>, <see cref="AlarmEvent.Between"/>, <see cref="AlarmEvent.Above"/> or
    /// <see cref="AlarmEvent.Held"/>.
    /// </param>
    /// <param name="nowMs">Monotonic time in milliseconds.</param>
    /// <param name="tripDelaySeconds">How long the level must stay above the trip level; 0 or less = at once.</param>
    /// <param name="resetDelaySeconds">How long the level must stay at or below the reset level; 0 or less = at once.</param>
    public void Step(int level, long nowMs, int tripDelaySeconds, int resetDelaySeconds)
    {
        Move(level, nowMs);
        if (nowMs < _sinceMs)
        {
            _sinceMs = nowMs;
        }

        if (State == AlarmState.Pending)
        {
            if (nowMs - _sinceMs >= (long)tripDelaySeconds * 1000)
            {
                Move(AlarmEvent.TripDelayOver, nowMs);
            }
        }
        else if (State >= AlarmState.RaisedResetting && nowMs - _sinceMs >= (long)resetDelaySeconds * 1000)
        {
            Move(AlarmEvent.ResetDelayOver, nowMs);
        }
    }

    /// <summary>Says that the alarm was seen. Without effect on one that is not raised.</summary>
    public void Acknowledge()
    {
        State = Next(State, AlarmEvent.Acknowledge);
    }

    private void Move(int alarmEvent, long nowMs)
    {
        int next = Next(State, alarmEvent);
        if (next == State)
        {
            return;
        }

        // Everything but an acknowledgement, which does not come this way, starts the delay of the state it leads to.
        _sinceMs = nowMs;
        if (next == AlarmState.Raised && State == AlarmState.Pending)
        {
            Raises++;
        }

        State = next;
    }
}
