using static DeviceTwin.Twins.Rollouts.ChangeEvent;

namespace DeviceTwin.Twins.Rollouts;

/// <summary>What the hub's own look at a change makes happen.</summary>
/// <param name="Why">In words and numbers.</param>
public sealed record RolloutDecision(ChangeEvent Event, string Why)
{
    /// <summary>Looks at a change under way. A pure function: whoever asks twice at the same moment hears the same.</summary>
    /// <param name="isConverged">Whether every device of the stage that is online has the change in force.</param>
    /// <returns>What happens, or null where nothing does.</returns>
    public static RolloutDecision? Of(Change change, Assignment groups, GateLedger ledger, DateTimeOffset at, bool isConverged) =>
        Of(change, groups, change.State.Phase == ChangePhase.Shadow ? Gates.JudgeShadow(change.Plan, groups, ledger, at) : Gates.Judge(change.Plan, groups, ledger, at), isConverged);

    /// <summary>The same, from a judgement already made.</summary>
    public static RolloutDecision? Of(Change change, Assignment groups, GateReport report, bool isConverged)
    {
        if (!change.State.IsUnderWay)
        {
            return null;
        }

        if (report.Gates.FirstOrDefault(gate => gate is { Gate: GateKind.RejectedKeys, Outcome: GateOutcome.Tripped }) is { } rejected)
        {
            return new(DeviceRejected, rejected.Words);
        }

        if (report.Tripped.Any())
        {
            return new(GateFailed, string.Join(" ", report.Tripped.Select(gate => $"{RolloutWords.Of(gate.Gate)}: {gate.Words}")));
        }

        if (change.ConvergedAt is not { } converged)
        {
            return isConverged ? new(WaveConverged, "Every device of the stage that is online has the change.") : null;
        }

        if (change.State.Phase == ChangePhase.Shadow)
        {
            return report.At - converged >= change.Plan.ShadowTime ? new(ShadowElapsed, report.Gates[^1].Words) : null;
        }

        if (report.IsPassed || change.IsPassedByHand)
        {
            var why = change.IsPassedByHand && !report.IsPassed ? "Let pass by hand." : string.Join(" ", report.Gates.Select(gate => $"{RolloutWords.Of(gate.Gate)}: {gate.Words}"));
            return new(change.State.Number >= groups.Waves ? AllDone : GatePassed, why);
        }

        if (!change.IsAsked && report.At - converged >= change.Plan.Window * change.Plan.LongestStageWindows)
        {
            var open = report.Gates.Where(gate => gate.Outcome == GateOutcome.Waiting).Select(gate => $"{RolloutWords.Of(gate.Gate)}: {gate.Words}");
            return new(GateUndecided, $"{change.State} has lasted {change.Plan.LongestStageWindows} windows. {string.Join(" ", open)} Abort it, or let it pass and say why.");
        }

        return null;
    }
}
