using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode.Detection;

/// <summary>
/// What the baseline learns of a capture: levels as natural logarithms in thousandths (a machine's levels scatter in proportion), scores and
/// impulsiveness as they are (they are logarithms already). Only levels raise the baseline and drift alarms: a score has its own judge.
/// </summary>
public static class BaselineFeature
{
    /// <summary>Acceleration RMS.</summary>
    public const int Acceleration = 0;

    /// <summary>Velocity RMS, 10 to 1000 Hz.</summary>
    public const int Velocity = 1;

    /// <summary>Acceleration RMS of band 1.</summary>
    public const int Band1 = 2;

    /// <summary>Acceleration RMS of band 2.</summary>
    public const int Band2 = 3;

    /// <summary>Acceleration RMS of band 3.</summary>
    public const int Band3 = 4;

    /// <summary>Acceleration RMS from 2 to 4 kHz: where bearings ring.</summary>
    public const int HighBand = 5;

    /// <summary>Number of levels: features 0 to this - 1.</summary>
    public const int LevelCount = 6;

    /// <summary>Impulsiveness of the envelope band.</summary>
    public const int Impulsiveness = 6;

    /// <summary>Score of the outer race.</summary>
    public const int Outer = 7;

    /// <summary>Score of the inner race.</summary>
    public const int Inner = 8;

    /// <summary>Score of the rolling elements.</summary>
    public const int Ball = 9;

    /// <summary>Score of the cage.</summary>
    public const int Cage = 10;

    /// <summary>Number of features.</summary>
    public const int Count = 11;

    /// <summary>The stable word of a feature.</summary>
    public static string Word(int feature)
    {
        switch (feature)
        {
            case Acceleration:
                return "acceleration";
            case Velocity:
                return "velocity";
            case Band1:
                return "band1";
            case Band2:
                return "band2";
            case Band3:
                return "band3";
            case HighBand:
                return "highBand";
            case Impulsiveness:
                return "impulsiveness";
            case Outer:
                return "outer";
            case Inner:
                return "inner";
            case Ball:
                return "ball";
            default:
                return "cage";
        }
    }

    /// <summary>Whether the feature is a level.</summary>
    public static bool IsLevel(int feature)
    {
        return feature < LevelCount;
    }

    /// <summary>The value of a feature in thousandths (levels: natural logarithm), or <see cref="RobustLevel.NotAvailable"/>.</summary>
    public static int Of(DetectorResult result, int feature)
    {
        int value;
        switch (feature)
        {
            case Acceleration:
                value = result.AccelerationMilliG;
                break;
            case Velocity:
                value = result.VelocityUmPerSecond;
                break;
            case Band1:
            case Band2:
            case Band3:
                value = result.BandMicroG[feature - Band1];
                break;
            case HighBand:
                value = result.HighMicroG;
                break;
            case Impulsiveness:
                value = result.ImpulsivenessMilli;
                break;
            case Outer:
                value = result.OuterScoreMilli;
                break;
            case Inner:
                value = result.InnerScoreMilli;
                break;
            case Ball:
                value = result.BallScoreMilli;
                break;
            default:
                value = result.CageScoreMilli;
                break;
        }

        if (feature >= LevelCount)
        {
            return value < 0 ? RobustLevel.NotAvailable : value;
        }

        // A level of nothing has no logarithm.
        return value <= 0 ? RobustLevel.NotAvailable : Rounding.Nearest(Logarithm.Of(value) * 1000f);
    }
}
