namespace DeviceTwin.SensorNode.Detection;

/// <summary>The answers the detector can give, one catalogue for twin, code, command line and screen.</summary>
public static class Verdict
{
    /// <summary>Everything that was asked was judged and lies within its limits.</summary>
    public const int Normal = 0;

    /// <summary>The vibration velocity is above its limit.</summary>
    public const int High = 1;

    /// <summary>The temperature is above its limit.</summary>
    public const int Hot = 2;

    /// <summary>A defect of the bearing's outer race.</summary>
    public const int Outer = 3;

    /// <summary>A defect of the bearing's inner race.</summary>
    public const int Inner = 4;

    /// <summary>A defect of a rolling element.</summary>
    public const int Ball = 5;

    /// <summary>Something that was asked could not be judged; <see cref="Refusal"/> says what and why.</summary>
    public const int Refused = 6;

    /// <summary>Number of verdicts.</summary>
    public const int Count = 7;

    private static readonly string[] Words = { "normal", "high", "hot", "outer", "inner", "ball", "refused" };

    /// <summary>The stable word of a verdict; <c>refused</c> for anything outside the catalogue.</summary>
    public static string Word(int verdict)
    {
        return verdict >= 0 && verdict < Count ? Words[verdict] : Words[Refused];
    }

    /// <summary>The flag of a verdict in a set of alarms: <c>1 &lt;&lt; verdict</c>.</summary>
    public static int Flag(int verdict)
    {
        return 1 << (verdict & 31);
    }
}
