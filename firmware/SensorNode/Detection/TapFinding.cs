namespace DeviceTwin.SensorNode.Detection;

/// <summary>What a tap test found wrong: flags, each with a stable word. None of them: the mounting passed.</summary>
public static class TapFinding
{
    /// <summary>Nothing woke the sensor up before the time was over.</summary>
    public const int NoTap = 1;

    /// <summary>The record is too short to tell anything.</summary>
    public const int TooShort = 2;

    /// <summary>The tap drove the sensor to its full scale: tap more gently.</summary>
    public const int Saturated = 4;

    /// <summary>The tap was too weak: tap harder.</summary>
    public const int TooWeak = 8;

    /// <summary>No axis saw clearly more than the others: tap along the axis that is watched.</summary>
    public const int AxisUnclear = 16;

    /// <summary>Another axis than z saw the tap: the sensor is not mounted the way the detector expects.</summary>
    public const int WrongAxis = 32;

    /// <summary>No resonance stands out inside the band: the mounting is damped, or rings above what the sensor sees.</summary>
    public const int ResonanceNotSeen = 64;

    /// <summary>The mounting rings too low: a third of it, up to which levels are right, does not cover the velocity band.</summary>
    public const int ResonanceLow = 128;

    /// <summary>The sensor could not be asked.</summary>
    public const int SensorFault = 256;

    /// <summary>Number of findings.</summary>
    public const int Count = 9;

    /// <summary>The stable word of the finding at a position, from 0; "unknown" for a position that is none of this class.</summary>
    public static string Word(int position)
    {
        switch (position)
        {
            case 0:
                return "noTap";
            case 1:
                return "tooShort";
            case 2:
                return "saturated";
            case 3:
                return "tooWeak";
            case 4:
                return "axisUnclear";
            case 5:
                return "wrongAxis";
            case 6:
                return "resonanceNotSeen";
            case 7:
                return "resonanceLow";
            case 8:
                return "sensorFault";
            default:
                return "unknown";
        }
    }

    /// <summary>The flag at a position.</summary>
    public static int Flag(int position)
    {
        return 1 << (position & 31);
    }
}
