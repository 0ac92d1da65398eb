namespace DeviceTwin.SensorNode.Detection;

/// <summary>What can happen to an <see cref="Alarm"/>.</summary>
public static class AlarmEvent
{
    /// <summary>The cause is no longer judged: its limit was taken away.</summary>
    public const int Withdrawn = 0;

    /// <summary>At or below the reset level.</summary>
    public const int Below = 1;

    /// <summary>Above the reset level, not above the trip level.</summary>
    public const int Between = 2;

    /// <summary>Above the trip level.</summary>
    public const int Above = 3;

    /// <summary>The machine stands still: an alarm stays what it is, and delays start anew when it runs again.</summary>
    public const int Held = 4;

    /// <summary>The trip delay is over.</summary>
    public const int TripDelayOver = 5;

    /// <summary>The reset delay is over.</summary>
    public const int ResetDelayOver = 6;

    /// <summary>Somebody has seen the alarm.</summary>
    public const int Acknowledge = 7;

    /// <summary>Number of events.</summary>
    public const int Count = 8;

    /// <summary>The stable word of an event.</summary>
    public static string Word(int alarmEvent)
    {
        switch (alarmEvent)
        {
            case Withdrawn:
                return "withdrawn";
            case Below:
                return "below";
            case Between:
                return "between";
            case Above:
                return "above";
            case Held:
                return "held";
            case TripDelayOver:
                return "tripDelayOver";
            case ResetDelayOver:
                return "resetDelayOver";
            default:
                return "acknowledge";
        }
    }
}
