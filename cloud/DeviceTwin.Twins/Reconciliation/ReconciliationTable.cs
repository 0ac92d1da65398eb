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

/// <summary>The one table of reconciliation: (state, event) to (state, actions), for a desired path.</summary>
public static class ReconciliationTable
{
    private const ConvergenceState Rejected = ConvergenceState.Rejected;
    private const ConvergenceState Drifted = ConvergenceState.Drifted;
    private const ConvergenceState Unknown = ConvergenceState.Unknown;
    private const ConvergenceState Pending = ConvergenceState.Pending;
    private const ConvergenceState InSync = ConvergenceState.InSync;

    /// <summary>
    /// One line per event: the new state from Rejected, Drifted, Unknown, Pending and InSync; then the actions, and the states in which
    /// they are taken.
    /// </summary>
    private static readonly Row[] Rows =
    [
        new(PathEvent.ConfigurationChanged, [Rejected, Drifted, Unknown, Pending, InSync], ReconciliationActions.Plan, All),
        new(PathEvent.DesiredWritten, [Pending, Pending, Unknown, Pending, Pending], ReconciliationActions.SendPatch | ReconciliationActions.StartTimer, All),
        new(PathEvent.AcknowledgedEqual, [InSync, InSync, InSync, InSync, InSync], ReconciliationActions.None, All),
        new(PathEvent.AcknowledgedDifferent, [Drifted, Drifted, Drifted, Drifted, Drifted], ReconciliationActions.None, All),
        new(PathEvent.AcknowledgedInProgress, [Pending, Pending, Pending, Pending, Pending], ReconciliationActions.None, All),
        new(PathEvent.AcknowledgedRefused, [Rejected, Rejected, Rejected, Rejected, Rejected], ReconciliationActions.None, All),
        new(PathEvent.AcknowledgedEarlier, [Pending, Pending, Pending, Pending, Pending], ReconciliationActions.None, All),
        new(PathEvent.ReportedEqual, [InSync, InSync, InSync, InSync, InSync], ReconciliationActions.None, All),
        new(PathEvent.ReportedDifferent, [Pending, Drifted, Pending, Pending, Drifted], ReconciliationActions.None, All),
        new(PathEvent.ReportedEarlier, [Pending, Pending, Pending, Pending, Pending], ReconciliationActions.None, All),
        new(PathEvent.ReportedNothing, [Unknown, Unknown, Unknown, Unknown, Unknown], ReconciliationActions.None, All),
        new(PathEvent.GapDetected, [Unknown, Unknown, Unknown, Unknown, Unknown], ReconciliationActions.SendDocument | ReconciliationActions.StartTimer, All),
        new(PathEvent.Connected, [Rejected, Drifted, Unknown, Pending, InSync], ReconciliationActions.StartTimer, Open),
        new(PathEvent.Disconnected, [Rejected, Drifted, Unknown, Pending, InSync], ReconciliationActions.None, All),
        new(PathEvent.TimerElapsed, [Rejected, Drifted, Unknown, Pending, InSync], ReconciliationActions.SendDocument | ReconciliationActions.StartTimer, Open),
    ];

    /// <summary>Every state.</summary>
    private static ConvergenceState[] All => [Rejected, Drifted, Unknown, Pending, InSync];

    /// <summary>The states in which an answer of the node is still to come.</summary>
    private static ConvergenceState[] Open => [Unknown, Pending];

    /// <summary>The state after an event, and what to do.</summary>
    public static (ConvergenceState State, ReconciliationActions Actions) Next(ConvergenceState state, PathEvent happened)
    {
        var row = Rows[(int)happened];
        return (row.States[(int)state], row.In.Contains(state) ? row.Actions : ReconciliationActions.None);
    }

    private sealed record Row(PathEvent Event, ConvergenceState[] States, ReconciliationActions Actions, ConvergenceState[] In);
}
