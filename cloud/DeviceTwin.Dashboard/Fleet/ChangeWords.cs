namespace DeviceTwin.Dashboard.Fleet;

/// <summary>What the words of changes mean, in a sentence that says what comes next. The words are those of cloud/ROLLOUTS.md.</summary>
public static class ChangeWords
{
    private static readonly Dictionary<string, string> States = new(StringComparer.Ordinal)
    {
        ["draft"] = "It is written, and on no device. A replay on stored waveforms comes next.",
        ["replayed"] = "What it would have done on stored waveforms is known. Somebody reads the replay and approves.",
        ["approved"] = "Everybody who must agree has agreed. No device has it before somebody starts it.",
        ["shadow"] = "The canary's nodes run the new settings on trial, and raise nothing by them.",
        ["canary"] = "The canary has it. The gates compare these nodes with those that have not.",
        ["wave"] = "The canary and the waves so far have it. The gates go on comparing.",
        ["done"] = "It is everybody's version.",
        ["rolledBack"] = "It was taken back by itself. Devices have what stood before, but for what somebody else wrote since.",
        ["aborted"] = "A person gave it up. What devices had of it was taken back, but for what somebody else wrote since.",
    };

    private static readonly Dictionary<string, string> Gates = new(StringComparer.Ordinal)
    {
        ["rejectedKeys"] = "A node refuses a setting",
        ["safeMode"] = "Nodes in safe mode",
        ["silentNodes"] = "Nodes fall silent",
        ["alarmRate"] = "New alarms",
        ["coverage"] = "Samples go missing",
        ["analysisCost"] = "What a verdict costs",
        ["heapLowWater"] = "Free memory falls",
        ["reconnects"] = "Nodes connect anew",
        ["shadowAlarms"] = "Alarms of the trial",
    };

    /// <summary>The words of states that have a sentence.</summary>
    public static IEnumerable<string> KnownStates => States.Keys;

    /// <summary>The words of gates that have a name.</summary>
    public static IEnumerable<string> KnownGates => Gates.Keys;

    /// <summary>What a state means; empty for a word of a newer hub.</summary>
    /// <param name="state">With the number of a wave: <c>wave 2</c>.</param>
    public static string Explain(string state) => States.GetValueOrDefault(state.Split(' ')[0], "");

    /// <summary>What a gate watches.</summary>
    public static string GateName(string gate) => Gates.GetValueOrDefault(gate, gate);
}
