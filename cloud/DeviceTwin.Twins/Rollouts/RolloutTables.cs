namespace DeviceTwin.Twins.Rollouts;

/// <summary>The tables of cloud/ROLLOUTS.md, from what drives the code.</summary>
public static class RolloutTables
{
    /// <summary>Event, phases in which it can happen, the phase after it, and what is done.</summary>
    public static IEnumerable<string> Transitions()
    {
        yield return "| Event | In | Then | Actions |";
        yield return "|---|---|---|---|";
        foreach (var happened in Enum.GetValues<ChangeEvent>())
        {
            var cells = Enum.GetValues<ChangePhase>()
                .Select(phase => (Phase: phase, Next: ChangeTable.Next(phase, happened)))
                .Where(cell => cell.Next is not null)
                .Select(cell => (cell.Phase, cell.Next!.Value.Actions, To: cell.Next.Value.Phase, Same: cell.Next.Value.Phase == cell.Phase && happened != ChangeEvent.GatePassed))
                .GroupBy(cell => (To: cell.Same ? "the same" : Word(cell.To), cell.Actions));
            foreach (var group in cells)
            {
                yield return $"| {RolloutWords.Of(happened)} | {string.Join(", ", group.Select(cell => RolloutWords.Of(cell.Phase)))} | {group.Key.To} | {Actions(group.Key.Actions)} |";
            }
        }

        string Word(ChangePhase phase) => phase == ChangePhase.Wave ? "the next wave" : RolloutWords.Of(phase);
    }

    /// <summary>The members of a plan in JSON, with their ranges and what they mean.</summary>
    public static IReadOnlyList<(string Name, string Range, string Meaning)> Members { get; } =
    [
        ("shadowSeconds", "0 to 2592000", "how long the shadow runs; 0 = none"),
        ("canary", "`{\"devices\": 1…}` or `{\"permille\": 1 to 500}`", "who goes first"),
        ("waves", "rising to 1000", "thousandths of all devices that have the change after each wave"),
        ("control", "50 to 800", "thousandths that keep the old version until the last wave"),
        ("minimumCaptures", "1 to 1000000", "captures of each group before a stage may pass"),
        ("windowSeconds", "1 to 604800", "in this time a node counts once"),
        ("baselineWindows", "1 to 366", "windows before the change from which a node's own past is learned"),
        ("longestStageWindows", "1 to 366", "windows after which a person is asked"),
        ("offline", "`catchUp`, `exclude`", "what becomes of devices that are offline at the start"),
        ("approval", "`needed` 0 to 5, `byOthers`", "who must agree"),
        ("seed", "0 to 2^64 - 1", "with the device ids it decides who is in which group"),
        ("gates.alarmRatioTolerated", "1000 to 3000", "thousandths to which the alarm rate may rise"),
        ("gates.alarmRatioHarmful", "above the tolerated, to 10000", "the rise that must be ruled out"),
        ("gates.harmlessAlarmWindows", "1 to 500", "windows with an alarm in 1000 that harm nobody"),
        ("gates.coverageDrop", "1 to 1000", "thousandths of coverage below the node's own"),
        ("gates.analysisGrowth", "1 to 10000", "thousandths by which a verdict may cost more"),
        ("gates.heapDropBytes", "1 to 16777216", "bytes of free memory below the node's own lowest"),
        ("gates.otherRatioTolerated", "1000 to 10000", "thousandths to which the other rates may rise"),
        ("gates.silentCaptures", "1 to 10000", "captures a node may miss in a row"),
        ("gates.silentNodes", "1 to 1000", "silent nodes from which on nothing passes, and which stop it at once where chance would hardly do it"),
        ("gates.silentShare", "0 to 1000", "the same in thousandths of those with the change; the greater number holds"),
        ("gates.safeModeNodes", "1 to 1000", "nodes in safe mode that stop it at once"),
    ];

    /// <summary>The members of a plan with their defaults.</summary>
    public static IEnumerable<string> Plan()
    {
        var defaults = RolloutJson.Write(RolloutPlan.Default);
        yield return "| Member | Default | Range | |";
        yield return "|---|---|---|---|";
        foreach (var (name, range, meaning) in Members)
        {
            yield return $"| `{name}` | `{Json.At(defaults, name)!.ToJsonString()}` | {range} | {meaning} |";
        }
    }

    /// <summary>Code, the error of the REST interface, and when.</summary>
    public static IEnumerable<string> Refusals()
    {
        yield return "| Code | Error | When |";
        yield return "|---|---|---|";
        foreach (var refusal in RolloutRefusal.All)
        {
            yield return $"| `{refusal.Code}` | {refusal.Error.Code} `{refusal.Error.Name}` | {refusal.Meaning} |";
        }
    }

    private static string Actions(ChangeActions actions) => actions == ChangeActions.None
        ? ""
        : string.Join(", ", Enum.GetValues<ChangeActions>().Where(action => action != ChangeActions.None && actions.HasFlag(action)).Select(RolloutWords.Of));
}
