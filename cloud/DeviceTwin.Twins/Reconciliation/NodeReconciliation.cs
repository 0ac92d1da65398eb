using System.Collections.Immutable;

namespace DeviceTwin.Twins.Reconciliation;

/// <summary>
/// Where a node stands, path by path. Immutable: every event gives a new one, and the actions that <see cref="ReconciliationTable"/>
/// asks for.
/// </summary>
/// <remarks>
/// For nodes that acknowledge (<c>ac</c>, <c>av</c>) versions that they were given, the states follow from the twin alone. For plain values
/// the order of events matters too: a difference is Drifted only if the node had reported the desired value before; after a restart of the
/// hub such a path begins at Pending.
/// </remarks>
public sealed class NodeReconciliation
{
    private readonly ImmutableDictionary<string, ConvergenceState> states;
    private readonly ReconciliationTable table;

    private NodeReconciliation(ImmutableDictionary<string, ConvergenceState> states, ReconciliationTable table)
    {
        this.states = states;
        this.table = table;
    }

    /// <summary>The worst state of all paths; InSync where nothing is desired.</summary>
    public ConvergenceState State
    {
        get
        {
            var worst = ConvergenceState.InSync;
            foreach (var (_, state) in states)
            {
                worst = state < worst ? state : worst;
            }

            return worst;
        }
    }

    /// <summary>What a twin says by itself, with nothing known of the past. For plain values the times in the metadata decide.</summary>
    /// <param name="table">The table to follow from now on; null = the one that holds.</param>
    public static NodeReconciliation From(TwinDocument twin, ReconciliationTable? table = null)
    {
        table ??= ReconciliationTable.Standard;
        var states = ImmutableDictionary.CreateBuilder<string, ConvergenceState>(StringComparer.Ordinal);
        foreach (var path in PathObservation.Of(twin))
        {
            var happened = path.Classify(twin.Desired.Version, ReportedSince(twin, path.Path));
            states[path.Path] = table.Next(ConvergenceState.Unknown, happened).State;
        }

        return new NodeReconciliation(states.ToImmutable(), table);
    }

    /// <summary>After a write of desired properties: the paths written begin anew, paths that are gone are forgotten.</summary>
    public (NodeReconciliation Next, ReconciliationActions Actions) DesiredWritten(TwinDocument after)
    {
        var next = ImmutableDictionary.CreateBuilder<string, ConvergenceState>(StringComparer.Ordinal);
        // Taking a setting back asks the node for something too, though no path is left to show it.
        var actions = table.Next(ConvergenceState.Unknown, PathEvent.DesiredWritten).Actions;
        foreach (var path in PathObservation.Of(after))
        {
            var known = states.TryGetValue(path.Path, out var state);
            if (!known || path.ChangedIn == after.Desired.Version)
            {
                (state, var first) = table.Next(known ? state : ConvergenceState.Unknown, PathEvent.DesiredWritten);
                (state, var second) = table.Next(state, path.Classify(after.Desired.Version, reportedSince: false));
                actions |= first | second;
            }

            next[path.Path] = state;
        }

        return (new NodeReconciliation(next.ToImmutable(), table), actions);
    }

    /// <summary>After a report of the node: the paths in the patch are looked at anew.</summary>
    /// <param name="touched">The dotted paths of the patch.</param>
    public (NodeReconciliation Next, ReconciliationActions Actions) Reported(TwinDocument after, IReadOnlyCollection<string> touched)
    {
        if (states.IsEmpty && after.Desired.Properties.Count == 0)
        {
            return (this, ReconciliationActions.None);
        }

        var next = ImmutableDictionary.CreateBuilder<string, ConvergenceState>(StringComparer.Ordinal);
        var actions = ReconciliationActions.None;
        foreach (var path in PathObservation.Of(after))
        {
            var known = states.TryGetValue(path.Path, out var state);
            if (!known || touched.Any(other => Related(path.Path, other)))
            {
                var happened = path.Classify(after.Desired.Version, reportedSince: true);
                (state, var asked) = table.Next(known ? state : ConvergenceState.Unknown, happened);
                actions |= asked;
            }

            next[path.Path] = state;
        }

        return (new NodeReconciliation(next.ToImmutable(), table), actions);
    }

    /// <summary>After an event that concerns every path alike.</summary>
    public (NodeReconciliation Next, ReconciliationActions Actions) Happened(PathEvent happened)
    {
        // A device without desired properties can be targeted by a configuration too.
        var actions = table.Next(ConvergenceState.InSync, happened).Actions;
        var next = states.ToBuilder();
        foreach (var (path, state) in states)
        {
            (next[path], var asked) = table.Next(state, happened);
            actions |= asked;
        }

        return (new NodeReconciliation(next.ToImmutable(), table), actions);
    }

    /// <summary>Where one path stands; null where nothing is desired of it.</summary>
    public ConvergenceState? StateOf(string path) => states.TryGetValue(path, out var state) ? state : null;

    /// <summary>Whether every path stands the same in both.</summary>
    public bool SameAs(NodeReconciliation other) =>
        states.Count == other.states.Count
        && states.All(entry => other.states.TryGetValue(entry.Key, out var state) && state == entry.Value);

    /// <summary>Path by path, sorted by name.</summary>
    public NodeConvergence Describe(TwinDocument twin)
    {
        var paths = PathObservation.Of(twin)
            .Select(path => path.Describe(states.GetValueOrDefault(path.Path, ConvergenceState.Unknown), twin.Desired.Version))
            .OrderBy(path => path.Path, StringComparer.Ordinal)
            .ToArray();
        var worst = paths.Length == 0 ? ConvergenceState.InSync : paths.Min(path => path.State);
        return new NodeConvergence(twin.DeviceId, worst, paths);
    }

    private static bool ReportedSince(TwinDocument twin, string path) =>
        string.CompareOrdinal(TwinMetadata.TimeAt(twin.Reported, path), TwinMetadata.TimeAt(twin.Desired, path)) > 0;

    /// <summary>Whether one path is the other, or lies above or below it.</summary>
    private static bool Related(string left, string right)
    {
        var (shorter, longer) = left.Length <= right.Length ? (left, right) : (right, left);
        return longer.StartsWith(shorter, StringComparison.Ordinal) && (longer.Length == shorter.Length || longer[shorter.Length] == '.');
    }
}
