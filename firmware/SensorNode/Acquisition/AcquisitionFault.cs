namespace DeviceTwin.SensorNode.Acquisition;

/// <summary>Why a sensor gives nothing, as numbers for the code and as words for the twin. The words are stable.</summary>
public static class AcquisitionFault
{
    /// <summary>Nothing is wrong.</summary>
    public const int None = 0;

    /// <summary>The bus transfer failed, or the sensor did not answer its address.</summary>
    public const int BusFailure = 1;

    /// <summary>Something answers, but it is not the sensor that the board expects.</summary>
    public const int WrongDevice = 2;

    /// <summary>The sensor did not come back from its software reset.</summary>
    public const int ResetStuck = 3;

    /// <summary>A register read back differs from what was written.</summary>
    public const int ConfigurationNotHeld = 4;

    /// <summary>The sensor is configured but delivers fewer samples than its rate promises.</summary>
    public const int NoSamples = 5;

    /// <summary>The value read is none that the sensor can measure.</summary>
    public const int ImplausibleValue = 6;

    /// <summary>What was read fails its checksum: interference, or two devices answer at once.</summary>
    public const int ChecksumWrong = 7;

    /// <summary>The data line does not move: nothing but zeros or nothing but ones comes in. A broken wire, a short, a chip without supply.</summary>
    public const int LineStuck = 8;

    /// <summary>Number of faults, <see cref="None"/> included.</summary>
    public const int Count = 9;

    /// <summary>The stable word of a fault; "unknown" for a number that is none of this class.</summary>
    public static string Word(int fault)
    {
        switch (fault)
        {
            case None:
                return "none";
            case BusFailure:
                return "busFailure";
            case WrongDevice:
                return "wrongDevice";
            case ResetStuck:
                return "resetStuck";
            case ConfigurationNotHeld:
                return "configurationNotHeld";
            case NoSamples:
                return "noSamples";
            case ImplausibleValue:
                return "implausibleValue";
            case ChecksumWrong:
                return "checksumWrong";
            case LineStuck:
                return "lineStuck";
            default:
                return "unknown";
        }
    }
}
