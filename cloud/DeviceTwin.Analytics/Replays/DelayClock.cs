using DeviceTwin.SensorNode.Detection;
using Monitor = DeviceTwin.SensorNode.Detection.Monitor;

namespace DeviceTwin.Analytics.Replays;

/// <summary>
/// When the next delay of an alarm runs out. A node asks its monitor every second; between captures nothing but a delay changes anything
/// there, and delays are whole seconds, so that it suffices to ask at those moments.
/// </summary>
internal sealed class DelayClock(DetectorSettings settings)
{
    private readonly int[] _states = new int[AlarmCause.Count];
    private readonly long[] _sinceMs = new long[AlarmCause.Count];

    /// <summary>The moment, or <see cref="long.MaxValue"/> where no delay runs.</summary>
    public long NextMs { get; private set; } = long.MaxValue;

    /// <summary>Looks at what a step of the monitor changed.</summary>
    public void Follow(Monitor monitor, long nowMs)
    {
        var next = long.MaxValue;
        for (var cause = 0; cause < AlarmCause.Count; cause++)
        {
            var state = monitor.Alarm(cause).State;
            if (state != _states[cause])
            {
                _states[cause] = state;
                _sinceMs[cause] = nowMs;
            }

            if (state is AlarmState.Pending or >= AlarmState.RaisedResetting)
            {
                next = Math.Min(next, _sinceMs[cause] + (Math.Max(0, Delay(cause, state)) * 1000L));
            }
        }

        NextMs = next;
    }

    private int Delay(int cause, int state)
    {
        var isTrip = state == AlarmState.Pending;
        return cause switch
        {
            >= AlarmCause.Temperature => isTrip ? settings.TemperatureTripDelaySeconds : settings.TemperatureResetDelaySeconds,
            >= AlarmCause.Outer => isTrip ? settings.BearingTripDelaySeconds : settings.BearingResetDelaySeconds,
            _ => isTrip ? settings.VelocityTripDelaySeconds : settings.VelocityResetDelaySeconds,
        };
    }
}
