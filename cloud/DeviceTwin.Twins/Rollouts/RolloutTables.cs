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
