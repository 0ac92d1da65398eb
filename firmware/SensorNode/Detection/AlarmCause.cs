namespace DeviceTwin.SensorNode.Detection;

/// <summary>What an alarm is about. Several causes may share a verdict; each has its own states and delays, and a stable word.</summary>
public static class AlarmCause
{
    /// <summary>The velocity RMS against its limit; named after the pattern at the shaft's orders where one fits.</summary>
    public const int Velocity = 0;

    /// <summary>Band 1 against its limit.</summary>
    public const int Band1 = 1;

    /// <summary>Band 2 against its limit.</summary>
    public const int Band2 = 2;

    /// <summary>Band 3 against its limit.</summary>
    public const int Band3 = 3;

    /// <summary>A level against the learned baseline.</summary>
    public const int Baseline = 4;

    /// <summary>A level's drift away from the learned baseline.</summary>
    public const int Drift = 5;

    /// <summary>The outer race.</summary>
    public const int Outer = 6;

    /// <summary>The inner race.</summary>
    public const int Inner = 7;

    /// <summary>A rolling element.</summary>
    public const int Ball = 8;

    /// <summary>The cage.</summary>
    public const int Cage = 9;

    /// <summary>The temperature against its limit.</summary>
    public const int Temperature = 10;

    /// <summary>The temperature's rate of rise.</summary>
    public const int TemperatureRate = 11;

    /// <summary>The temperature's distance from what was learned.</summary>
    public const int TemperatureResidual = 12;

    /// <summary>Number of causes; cause i is the flag <c>1 &lt;&lt; i</c>.</summary>
    public const int Count = 13;

    /// <summary>The stable word of a cause.</summary>
    public static string Word(int cause)
    {
        switch (cause)
        {
            case Velocity:
                return "velocity";
            case Band1:
                return "band1";
            case Band2:
                return "band2";
            case Band3:
                return "band3";
            case Baseline:
                return "baseline";
            case Drift:
                return "drift";
            case Outer:
                return "outer";
            case Inner:
                return "inner";
            case Ball:
                return "ball";
            case Cage:
                return "cage";
            case Temperature:
                return "temperature";
            case TemperatureRate:
                return "temperatureRate";
            default:
                return "temperatureResidual";
        }
    }
}
