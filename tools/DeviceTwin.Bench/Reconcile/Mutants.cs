using DeviceTwin.Twins;
using DeviceTwin.Twins.Reconciliation;

namespace DeviceTwin.Bench.Reconcile;

/// <summary>One cell of the table that is otherwise.</summary>
public sealed record Mutant(ConvergenceState State, PathEvent Event, ConvergenceState Next, ReconciliationActions Actions)
{
    public ReconciliationTable Table => ReconciliationTable.Standard.With(State, Event, Next, Actions);

    /// <summary>What was changed, in words.</summary>
    public override string ToString()
    {
        var (next, actions) = ReconciliationTable.Standard.Next(State, Event);
        return next != Next ? $"{State}, {Event}: {Next} instead of {next}" : $"{State}, {Event}: {Actions} instead of {actions}";
    }
}

/// <summary>What became of a mutant.</summary>
/// <param name="Killed">The story of its violation; null where it survived.</param>
/// <param name="Excluded">Why it cannot be told from the table; null where it can.</param>
public sealed record Verdict(Mutant Mutant, IReadOnlyList<string>? Killed, string? Excluded);

/// <summary>
/// Tables with one cell that is otherwise: the properties must tell each of them from the one that holds. What is left out follows three rules,
/// each of which is looked up and not believed.
/// </summary>
public static class Mutants
{
    private const string Unasked = "no state that can be reached asks for this cell";
    private const string Followed = "the state is asked of the next event at once, which leads to the same from all of them";
    private const string Masked = "another cell of the row, which is asked each time, asks for the action as well";
    private const string Waiting = "while the device is connected the hub waits already for whoever owes an answer, which is a property of every state";

    /// <summary>Every other state of every cell, and every action of it left out, or a document too many.</summary>
    public static IEnumerable<Mutant> All()
    {
        foreach (var happened in ReconciliationTable.AllEvents)
        {
            foreach (var state in ReconciliationTable.AllStates)
            {
                var (next, actions) = ReconciliationTable.Standard.Next(state, happened);
                foreach (var other in ReconciliationTable.AllStates.Where(other => other != next))
                {
                    yield return new Mutant(state, happened, other, actions);
                }

                foreach (var action in Enum.GetValues<ReconciliationActions>().Where(action => action != ReconciliationActions.None && (actions & action) != 0))
                {
                    yield return new Mutant(state, happened, next, actions & ~action);
                }

                if ((actions & ReconciliationActions.SendDocument) == 0)
                {
                    yield return new Mutant(state, happened, next, actions | ReconciliationActions.SendDocument);
                }
            }
        }
    }

    /// <summary>Tries mutants in the scopes that suffice for them.</summary>
    public static IReadOnlyList<Verdict> Try(IEnumerable<Mutant> mutants)
    {
        var asked = Scope.Small.SelectMany(scope => Explorer.Explore(scope).Used).ToHashSet();
        return [.. mutants.AsParallel().AsOrdered().Select(mutant =>
        {
            if (Excluded(mutant, asked) is { } reason)
            {
                return new Verdict(mutant, null, reason);
            }

            var table = mutant.Table;
            return new Verdict(mutant, Scope.Small.Select(scope => Explorer.Explore(scope, table).Violation).FirstOrDefault(violation => violation is not null), null);
        })];
    }

    private static string? Excluded(Mutant mutant, HashSet<(ConvergenceState, PathEvent)> asked)
    {
        var standard = ReconciliationTable.Standard.Next(mutant.State, mutant.Event);
        return !asked.Contains((mutant.State, mutant.Event)) ? Unasked
            : mutant.Event == PathEvent.DesiredWritten && mutant.Next != standard.State && FollowersAreOne() ? Followed
            : AskedEachTime(mutant.Event) is { } other && other != mutant.State && mutant.Next == standard.State && Left(standard.Actions, mutant.Actions) is var left
                && left != 0 && (ReconciliationTable.Standard.Next(other, mutant.Event).Actions & left) == left ? Masked
            : mutant is { Event: PathEvent.GapDetected, State: ConvergenceState.Unknown or ConvergenceState.Pending } && mutant.Next == standard.State
                && Left(standard.Actions, mutant.Actions) == ReconciliationActions.StartTimer ? Waiting
            : null;

        static ReconciliationActions Left(ReconciliationActions standard, ReconciliationActions mutant) => standard & ~mutant;

    }

    /// <summary>The state that is asked besides those of the paths, for a device may have none: see <see cref="NodeReconciliation"/>.</summary>
    private static ConvergenceState? AskedEachTime(PathEvent happened) => happened switch
    {
        PathEvent.DesiredWritten => ConvergenceState.Unknown,
        PathEvent.ConfigurationChanged or PathEvent.Connected or PathEvent.Disconnected or PathEvent.TimerElapsed => ConvergenceState.InSync,
        _ => null,
    };

    /// <summary>What may follow a write at once: everything that what is reported can say of a path, but for a plain value since.</summary>
    private static bool FollowersAreOne() => ReconciliationTable.AllEvents
        .Where(happened => happened is >= PathEvent.AcknowledgedEqual and <= PathEvent.GapDetected and not (PathEvent.ReportedEqual or PathEvent.ReportedDifferent))
        .All(happened => ReconciliationTable.AllStates.Select(state => ReconciliationTable.Standard.Next(state, happened).State).Distinct().Count() == 1);
}
