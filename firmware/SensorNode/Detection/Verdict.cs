namespace DeviceTwin.SensorNode.Detection;

/// <summary>The answers the detector can give, one catalogue for twin, code, command line and screen.</summary>
public static class Verdict
{
    /// <summary>Everything that was asked was judged and lies within its limits.</summary>
    public const int Normal = 0;

    /// <summary>A level (velocity, a band, the learned baseline) is above its limit, and no cause could be named.</summary>
    public const int High = 1;

    /// <summary>A defect of the bearing's outer race.</summary>
    public const int Outer = 2;

    /// <summary>A defect of the bearing's inner race.</summary>
    public const int Inner = 3;

    /// <summary>A defect of a rolling element.</summary>
    public const int Ball = 4;

    /// <summary>A defect of the bearing's cage.</summary>
    public const int Cage = 5;

    /// <summary>The velocity is above its limit and stands at the shaft speed.</summary>
    public const int Unbalance = 6;

    /// <summary>The velocity is above its limit and stands at twice (or three times) the shaft speed.</summary>
    public const int Misalignment = 7;

    /// <summary>The velocity is above its limit and stands at many multiples, or at halves, of the shaft speed.</summary>
    public const int Looseness = 8;

    /// <summary>The temperature, its rate of rise or its residual is above its limit.</summary>
    public const int Hot = 9;

    /// <summary>The machine stands still: nothing is judged and nothing is learned.</summary>
    public const int NotRunning = 10;

    /// <summary>Something that was asked could not be judged; <see cref="Refusal"/> says what and why.</summary>
    public const int Refused = 11;

    /// <summary>Number of verdicts.</summary>
    public const int Count = 12;

    /// <summary>The stable word of a verdict; <c>refused</c> for anything outside the catalogue.</summary>
    public static string Word(int verdict)
    {
        switch (verdict)
        {
            case Normal:
                return "normal";
            case High:
                return "high";
            case Outer:
                return "outer";
            case Inner:
                return "inner";
            case Ball:
                return "ball";
            case Cage:
                return "cage";
            case Unbalance:
                return "unbalance";
            case Misalignment:
                return "misalignment";
            case Looseness:
                return "looseness";
            case Hot:
                return "hot";
            case NotRunning:
                return "notRunning";
            default:
                return "refused";
        }
    }

    /// <summary>The flag of a verdict in a set of alarms: <c>1 &lt;&lt; verdict</c>.</summary>
    public static int Flag(int verdict)
    {
        return 1 << (verdict & 31);
    }
}
