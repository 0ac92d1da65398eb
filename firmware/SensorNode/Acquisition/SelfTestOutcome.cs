namespace DeviceTwin.SensorNode.Acquisition;

/// <summary>How a self-test of the accelerometer ended, as numbers for the code and as words for the twin. The words are stable.</summary>
public static class SelfTestOutcome
{
    /// <summary>None was run yet.</summary>
    public const int NotRun = 0;

    /// <summary>Each axis answered both stimuli within the limits.</summary>
    public const int Passed = 1;

    /// <summary>An axis moves less than the data sheet promises: stuck or broken.</summary>
    public const int TooSmall = 2;

    /// <summary>An axis moves more than the data sheet allows.</summary>
    public const int TooLarge = 3;

    /// <summary>The two stimuli push an axis the same way.</summary>
    public const int WrongDirection = 4;

    /// <summary>The machine shakes too much to tell: repeat at standstill.</summary>
    public const int NotStill = 5;

    /// <summary>The sensor could not be asked; the fault says why.</summary>
    public const int SensorFault = 6;

    /// <summary>Number of outcomes.</summary>
    public const int Count = 7;

    /// <summary>The stable word of an outcome; "unknown" for a number that is none of this class.</summary>
    public static string Word(int outcome)
    {
        switch (outcome)
        {
            case NotRun:
                return "notRun";
            case Passed:
                return "passed";
            case TooSmall:
                return "tooSmall";
            case TooLarge:
                return "tooLarge";
            case WrongDirection:
                return "wrongDirection";
            case NotStill:
                return "notStill";
            case SensorFault:
                return "sensorFault";
            default:
                return "unknown";
        }
    }
}
