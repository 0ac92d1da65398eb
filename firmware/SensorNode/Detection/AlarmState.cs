namespace DeviceTwin.SensorNode.Detection;

/// <summary>The states of an <see cref="Alarm"/>, each with a stable word.</summary>
public static class AlarmState
{
    /// <summary>Nothing is wrong.</summary>
    public const int Normal = 0;

    /// <summary>Above the trip level, but not yet for the trip delay.</summary>
    public const int Pending = 1;

    /// <summary>Raised, and nobody has said that it was seen.</summary>
    public const int Raised = 2;

    /// <summary>Raised and acknowledged.</summary>
    public const int Acknowledged = 3;

    /// <summary>Raised, now at or below the reset level, but not yet for the reset delay.</summary>
    public const int RaisedResetting = 4;

    /// <summary>Acknowledged, now at or below the reset level, but not yet for the reset delay.</summary>
    public const int AcknowledgedResetting = 5;

    /// <summary>Number of states.</summary>
    public const int Count = 6;

    /// <summary>The stable word of a state.</summary>
    public static string Word(int state)
    {
        switch (state)
        {
            case Pending:
                return "pending";
            case Raised:
                return "raised";
            case Acknowledged:
                return "acknowledged";
            case RaisedResetting:
                return "resetting";
            case AcknowledgedResetting:
                return "resettingAcknowledged";
            default:
                return "normal";
        }
    }

    /// <summary>Whether an alarm in this state counts as active.</summary>
    public static bool IsActive(int state)
    {
        return state >= Raised;
    }
}
