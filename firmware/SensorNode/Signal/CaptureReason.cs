namespace DeviceTwin.SensorNode.Signal;

/// <summary>Why a capture was taken, as numbers for the code and as words for the twin. The words are stable.</summary>
public static class CaptureReason
{
    /// <summary>Its time had come.</summary>
    public const int Scheduled = 0;

    /// <summary>Somebody asked for it.</summary>
    public const int Requested = 1;

    /// <summary>The acceleration went over the level that was set.</summary>
    public const int Triggered = 2;

    /// <summary>Number of reasons.</summary>
    public const int Count = 3;

    /// <summary>The stable word of a reason; "unknown" for a number that is none of this class.</summary>
    public static string Word(int reason)
    {
        switch (reason)
        {
            case Scheduled:
                return "scheduled";
            case Requested:
                return "requested";
            case Triggered:
                return "triggered";
            default:
                return "unknown";
        }
    }
}
