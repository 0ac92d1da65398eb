namespace DeviceTwin.SensorNode.Detection;

/// <summary>Why a feature that was asked for could not be judged: flags, each with a stable word. A refusal is an answer, not an error.</summary>
public static class Refusal
{
    /// <summary>Bearing orders are set but the shaft speed is not known.</summary>
    public const int ShaftSpeedUnknown = 1;

    /// <summary>The capture holds fewer samples than the features asked for need (see <see cref="CapturePlan"/>).</summary>
    public const int CaptureTooShort = 2;

    /// <summary>Samples are missing inside the capture.</summary>
    public const int Overrun = 4;

    /// <summary>More samples lie at the sensor's full scale than a feature tolerates.</summary>
    public const int Saturated = 8;

    /// <summary>The envelope band is empty, too narrow or reaches beyond what the sampling rate carries.</summary>
    public const int BandNotCovered = 16;

    /// <summary>A bearing frequency coincides with a multiple of the shaft speed and cannot be told from it.</summary>
    public const int OrderCoincidesWithShaft = 32;

    /// <summary>The shaft turns too slowly for the longest capture to hold the revolutions a bearing verdict needs.</summary>
    public const int ShaftTooSlow = 64;

    /// <summary>No bearing frequency that was asked for lies inside the envelope spectrum.</summary>
    public const int OrderNotCovered = 128;

    /// <summary>The sampling rate or the weight of a count is missing or outside what the detector accepts.</summary>
    public const int ScaleUnknown = 256;

    /// <summary>The signal is constant: no vibration to judge.</summary>
    public const int NoSignal = 512;

    /// <summary>Neither a velocity limit nor a bearing order is set: a normal verdict would say something nobody looked at.</summary>
    public const int NothingAsked = 1024;

    /// <summary>There is no temperature to hold against its limit.</summary>
    public const int TemperatureUnknown = 2048;

    /// <summary>The weight of a count is not known: no acceleration, velocity, displacement or zone can be said; a bearing can be judged.</summary>
    public const int UnitUnknown = 4096;

    /// <summary>The signal is cut off below the sensor's full scale.</summary>
    public const int Clipped = 8192;

    /// <summary>The machine's ISO group or its support is not declared: no zone.</summary>
    public const int MachineGroupUnknown = 16384;

    /// <summary>The machine is too small (rated power or shaft height) for the zones of the standard.</summary>
    public const int MachineTooSmall = 32768;

    /// <summary>The declared group contradicts the declared rated power or shaft height.</summary>
    public const int MachineSizeContradicts = 65536;

    /// <summary>The way the sensor is mounted is not declared, or it does not carry the band that the zone needs.</summary>
    public const int MountingUnsuitable = 131072;

    /// <summary>The capture's rate or length does not carry the velocity band (10 or 2 to 1000 Hz).</summary>
    public const int VelocityBandNotCovered = 262144;

    /// <summary>The machine stands still.</summary>
    public const int NotRunning = 524288;

    /// <summary>There is no learned baseline yet: still warming up.</summary>
    public const int BaselineWarmingUp = 1048576;

    /// <summary>The velocity does not stand out from the sensor's own noise.</summary>
    public const int BelowNoiseFloor = 2097152;

    /// <summary>Number of reasons; reason i is the flag <c>1 &lt;&lt; i</c>.</summary>
    public const int Count = 22;

    /// <summary>The stable word of reason number <paramref name="index"/> (0 to <see cref="Count"/> - 1).</summary>
    public static string Word(int index)
    {
        switch (index)
        {
            case 0:
                return "shaftSpeedUnknown";
            case 1:
                return "captureTooShort";
            case 2:
                return "overrun";
            case 3:
                return "saturated";
            case 4:
                return "bandNotCovered";
            case 5:
                return "orderCoincidesWithShaft";
            case 6:
                return "shaftTooSlow";
            case 7:
                return "orderNotCovered";
            case 8:
                return "scaleUnknown";
            case 9:
                return "noSignal";
            case 10:
                return "nothingAsked";
            case 11:
                return "temperatureUnknown";
            case 12:
                return "unitUnknown";
            case 13:
                return "clipped";
            case 14:
                return "machineGroupUnknown";
            case 15:
                return "machineTooSmall";
            case 16:
                return "machineSizeContradicts";
            case 17:
                return "mountingUnsuitable";
            case 18:
                return "velocityBandNotCovered";
            case 19:
                return "notRunning";
            case 20:
                return "baselineWarmingUp";
            default:
                return "belowNoiseFloor";
        }
    }
}
