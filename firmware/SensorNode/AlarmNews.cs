using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.SensorNode;

/// <summary>
/// What there is to tell about alarms: compares those that are active with those told before. Each raise of an alarm within a start has a
/// number, so that a hub can tell two raises of the same alarm apart, and a repetition from both.
/// </summary>
public sealed class AlarmNews
{
    private readonly int[] _raises = new int[Verdict.Count];
    private int _active;

    /// <summary>Alarms raised since the step before, as flags (<see cref="Verdict.Flag"/>).</summary>
    public int Raised { get; private set; }

    /// <summary>Alarms acknowledged since the step before.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>Alarms that ended since the step before.</summary>
    public int Cleared { get; private set; }

    /// <summary>Those of the active alarms that somebody has acknowledged.</summary>
    public int Seen { get; private set; }

    /// <summary>The number of an alarm's latest raise, from 1; 0 where it was never raised.</summary>
    public int Raises(int verdict)
    {
        return _raises[verdict];
    }

    /// <summary>Takes over which alarms are active now.</summary>
    /// <param name="alarms">Flags of the active alarms.</param>
    /// <param name="unacknowledged">Those of them that nobody has acknowledged.</param>
    public void Step(int alarms, int unacknowledged)
    {
        int seen = alarms & ~unacknowledged;

        // A further cause of an alarm that was acknowledged is news: the alarm is raised once more, under a number of its own.
        Raised = (alarms & ~_active) | (Seen & unacknowledged);
        Cleared = _active & ~alarms;
        Acknowledged = seen & ~Seen;
        for (int verdict = 0; verdict < Verdict.Count; verdict++)
        {
            if ((Raised & Verdict.Flag(verdict)) != 0)
            {
                _raises[verdict]++;
            }
        }

        _active = alarms;
        Seen = seen;
    }
}
