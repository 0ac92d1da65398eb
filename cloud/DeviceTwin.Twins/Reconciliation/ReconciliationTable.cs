namespace DeviceTwin.Twins.Reconciliation;

/// <summary>What happens to a desired path. The acknowledgements are sorted by version and code before they come to the table.</summary>
public enum PathEvent
{
    /// <summary>A configuration, or whom it targets, changed.</summary>
    ConfigurationChanged,

    /// <summary>The path was written in the desired properties.</summary>
    DesiredWritten,

    /// <summary>Acknowledged: covers the last change, done, value equal.</summary>
    AcknowledgedEqual,

    /// <summary>Acknowledged: covers the last change, done, but the value differs.</summary>
    AcknowledgedDifferent,

    /// <summary>Acknowledged: covers the last change, still at work (202).</summary>
    AcknowledgedInProgress,

    /// <summary>Acknowledged: covers the last change, refused (400 and up).</summary>
    AcknowledgedRefused,

    /// <summary>Acknowledged: a version before the last change, or none.</summary>
    AcknowledgedEarlier,

    /// <summary>Reported as a plain value, equal, after the last change.</summary>
    ReportedEqual,

    /// <summary>Reported as a plain value, different, after the last change.</summary>
    ReportedDifferent,

    /// <summary>What is reported as a plain value is from before the last change.</summary>
    ReportedEarlier,

    /// <summary>The node reports nothing for the path.</summary>
    ReportedNothing,

    /// <summary>The node acknowledges a version that this twin never had: it speaks of another twin's history.</summary>
    GapDetected,

    /// <summary>The node came.</summary>
    Connected,

    /// <summary>The node went.</summary>
    Disconnected,

    /// <summary>The time to wait for an acknowledgement is over.</summary>
    TimerElapsed,
}

/// <summary>What an event asks for, besides the new state.</summary>
[Flags]
public enum ReconciliationActions
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Work out anew what configurations ask of the device.</summary>
    Plan = 1,

    /// <summary>Send the patch to the node.</summary>
    SendPatch = 2,

    /// <summary>Send the node the whole desired document, which it can take at any time.</summary>
    SendDocument = 4,

    /// <summary>Begin to wait for an acknowledgement.</summary>
    StartTimer = 8,
}

/// <summary>
/// The table of reconciliation: (state, event) to (state, actions), for a desired path. There is one, <see cref="Standard"/>; the others are for
/// tests that show what goes wrong with a cell that is otherwise.
/// </summary>
public sealed class ReconciliationTable
{
    private const ConvergenceState Rejected = ConvergenceState.Rejected;
    private const ConvergenceState Drifted = ConvergenceState.Drifted;
    private const ConvergenceState Unknown = ConvergenceState.Unknown;
    private const ConvergenceState Pending = ConvergenceState.Pending;
    private const ConvergenceState InSync = ConvergenceState.InSync;
    private const int States = 5;

    /// <summary>By event, then by state.</summary>
    private readonly (ConvergenceState State, ReconciliationActions Actions)[] cells;
    private readonly Action<ConvergenceState, PathEvent>? asked;

    private ReconciliationTable((ConvergenceState State, ReconciliationActions Actions)[] cells, Action<ConvergenceState, PathEvent>? asked)
    {
        this.cells = cells;
        this.asked = asked;
    }

    /// <summary>The table that holds.</summary>
    public static ReconciliationTable Standard { get; } = new([.. Rows().SelectMany(static row => row)], null);

    /// <summary>Every state, from worst to best.</summary>
    public static IReadOnlyList<ConvergenceState> AllStates { get; } = [Rejected, Drifted, Unknown, Pending, InSync];

    /// <summary>Every event.</summary>
    public static IReadOnlyList<PathEvent> AllEvents { get; } = Enum.GetValues<PathEvent>();

    /// <summary>The state after an event, and what to do.</summary>
    public (ConvergenceState State, ReconciliationActions Actions) Next(ConvergenceState state, PathEvent happened)
    {
        asked?.Invoke(state, happened);
        return cells[((int)happened * States) + (int)state];
    }

    /// <summary>A table with one cell that is otherwise.</summary>
    public ReconciliationTable With(ConvergenceState state, PathEvent happened, ConvergenceState next, ReconciliationActions actions)
    {
        var changed = ((ConvergenceState, ReconciliationActions)[])cells.Clone();
        changed[((int)happened * States) + (int)state] = (next, actions);
        return new ReconciliationTable(changed, asked);
    }

    /// <summary>The same table, which tells what it is asked for.</summary>
    public ReconciliationTable Watched(Action<ConvergenceState, PathEvent> watcher) => new(cells, watcher);

    /// <summary>
    /// One line per event, in their order: the new state from Rejected, Drifted, Unknown, Pending and InSync; then the actions, and in which of
    /// these states they are taken.
    /// </summary>
    private static IEnumerable<IEnumerable<(ConvergenceState, ReconciliationActions)>> Rows() =>
    [
        Row(PathEvent.ConfigurationChanged, [Rejected, Drifted, Unknown, Pending, InSync], ReconciliationActions.Plan),
        Row(PathEvent.DesiredWritten, [Pending, Pending, Unknown, Pending, Pending], ReconciliationActions.SendPatch | ReconciliationActions.StartTimer),
        Row(PathEvent.AcknowledgedEqual, [InSync, InSync, InSync, InSync, InSync]),
        Row(PathEvent.AcknowledgedDifferent, [Drifted, Drifted, Drifted, Drifted, Drifted]),
        Row(PathEvent.AcknowledgedInProgress, [Pending, Pending, Pending, Pending, Pending], ReconciliationActions.StartTimer, In.Settled),
        Row(PathEvent.AcknowledgedRefused, [Rejected, Rejected, Rejected, Rejected, Rejected]),
        Row(PathEvent.AcknowledgedEarlier, [Pending, Pending, Pending, Pending, Pending], ReconciliationActions.StartTimer, In.Settled),
        Row(PathEvent.ReportedEqual, [InSync, InSync, InSync, InSync, InSync]),
        Row(PathEvent.ReportedDifferent, [Pending, Drifted, Pending, Pending, Drifted], ReconciliationActions.StartTimer, In.Rejected),
        Row(PathEvent.ReportedEarlier, [Pending, Pending, Pending, Pending, Pending], ReconciliationActions.StartTimer, In.Settled),
        Row(PathEvent.ReportedNothing, [Unknown, Unknown, Unknown, Unknown, Unknown], ReconciliationActions.StartTimer, In.Settled),
        Row(PathEvent.GapDetected, [Unknown, Unknown, Unknown, Unknown, Unknown], ReconciliationActions.SendDocument | ReconciliationActions.StartTimer),
        Row(PathEvent.Connected, [Rejected, Drifted, Unknown, Pending, InSync], ReconciliationActions.StartTimer, In.Open),
        Row(PathEvent.Disconnected, [Rejected, Drifted, Unknown, Pending, InSync]),
        Row(PathEvent.TimerElapsed, [Rejected, Drifted, Unknown, Pending, InSync], ReconciliationActions.SendDocument | ReconciliationActions.StartTimer, In.Open),
    ];

    private static IEnumerable<(ConvergenceState, ReconciliationActions)> Row(
        PathEvent happened, ConvergenceState[] next, ReconciliationActions actions = ReconciliationActions.None, In taken = In.All)
    {
        for (var state = 0; state < States; state++)
        {
            var takes = taken switch
            {
                In.Open => (ConvergenceState)state is Unknown or Pending,
                In.Settled => (ConvergenceState)state is Rejected or Drifted or InSync,
                In.Rejected => (ConvergenceState)state == Rejected,
                _ => true,
            };
            yield return (next[state], takes ? actions : ReconciliationActions.None);
        }
    }

    /// <summary>The states in which the actions of a row are taken.</summary>
    private enum In
    {
        All,

        /// <summary>An answer of the node is still to come.</summary>
        Open,

        /// <summary>The node had answered: where it takes that back, it is waited for anew.</summary>
        Settled,

        /// <summary>It had refused.</summary>
        Rejected,
    }
}
