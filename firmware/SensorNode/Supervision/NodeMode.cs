namespace DeviceTwin.SensorNode.Supervision;

/// <summary>How much of itself the node runs, as numbers for the ledger and as words for the twin. Numbers and words are stable.</summary>
public static class NodeMode
{
    /// <summary>Everything runs.</summary>
    public const int Normal = 0;

    /// <summary>Everything runs, with the settings under which the node was last healthy.</summary>
    public const int LastGood = 1;

    /// <summary>Nothing is measured; the node talks, says so, and can be helped.</summary>
    public const int Safe = 2;

    private static readonly string[] Words = { "normal", "lastGood", "safeMode" };

    /// <summary>The stable word.</summary>
    public static string Word(int mode)
    {
        return mode < 0 || mode >= Words.Length ? Words[Normal] : Words[mode];
    }
}
