namespace DeviceTwin.SensorNode.Methods;

/// <summary>
/// The direct methods of the node: numbers for the trace, words for the hub. They are the commands of the DTDL model, where one has another
/// name: names within an interface are unique, and a telemetry is called <c>capture</c>. The node takes both.
/// </summary>
public static class MethodCatalogue
{
    /// <summary>No such method.</summary>
    public const int Unknown = 0;

    /// <summary>Shows which node it is with its lamp.</summary>
    public const int Identify = 1;

    /// <summary>Runs the accelerometer's self-test.</summary>
    public const int SelfTest = 2;

    /// <summary>Judges the mounting by a tap on the machine.</summary>
    public const int TapTest = 3;

    /// <summary>Takes a capture now.</summary>
    public const int Capture = 4;

    /// <summary>Reads the last events.</summary>
    public const int GetTrace = 5;

    /// <summary>Restarts the node.</summary>
    public const int Reboot = 6;

    /// <summary>Deletes settings and what was learned, and restarts.</summary>
    public const int FactoryReset = 7;

    /// <summary>Says that alarms were seen.</summary>
    public const int AcknowledgeAlarm = 8;

    /// <summary>Forgets what was learned of the machine and learns anew.</summary>
    public const int RelearnBaseline = 9;

    /// <summary>Number of entries, with <see cref="Unknown"/>.</summary>
    public const int Count = 10;

    private const string CaptureCommand = "takeCapture";

    /// <summary>The name of a method.</summary>
    public static string Word(int method)
    {
        // No table: one would take memory all the time.
        switch (method)
        {
            case Identify:
                return "identify";
            case SelfTest:
                return "selfTest";
            case TapTest:
                return "tapTest";
            case Capture:
                return "capture";
            case GetTrace:
                return "getTrace";
            case Reboot:
                return "reboot";
            case FactoryReset:
                return "factoryReset";
            case AcknowledgeAlarm:
                return "acknowledgeAlarm";
            case RelearnBaseline:
                return "relearnBaseline";
            default:
                return "unknown";
        }
    }

    /// <summary>The name of a method's command in the model.</summary>
    public static string Command(int method)
    {
        return method == Capture ? CaptureCommand : Word(method);
    }

    /// <summary>The method of a name; <see cref="Unknown"/> where there is none.</summary>
    public static int Of(string name)
    {
        for (int method = 1; method < Count; method++)
        {
            if (Word(method) == name)
            {
                return method;
            }
        }

        return name == CaptureCommand ? Capture : Unknown;
    }
}
