namespace DeviceTwin.Dashboard.View;

/// <summary>What the pages of changes need of the hub. Every record that comes back is immutable; reads wait while the hub takes a step.</summary>
public interface IChangeView
{
    /// <summary>Every change: those under way first, then those that wait for somebody, then those that have ended; in each the latest first.</summary>
    Task<IReadOnlyList<ChangeRow>> List(CancellationToken cancellation);

    /// <summary>A change with how it stands, or null where there is none.</summary>
    Task<ChangeDetail?> Find(string id, CancellationToken cancellation);

    /// <summary>What the replay says before and after; null where none is attached. Reads the disk: once per replay, not with every redraw.</summary>
    Task<ReplayFigures?> FindReplay(string id, CancellationToken cancellation);

    /// <summary>Takes a step; completes when it is durable and carried out, or refused.</summary>
    /// <param name="author">Who takes it: <see cref="IPageCaller.Author"/>.</param>
    /// <param name="why">The reason, in the person's words; nothing is read of it for a replay.</param>
    Task<ActionOutcome> Take(ChangeStepKind step, string id, string author, string why, CancellationToken cancellation);

    /// <summary>Calls back with the id of a change of which something is new, on a thread of the hub's: the callback must not block.</summary>
    IDisposable Subscribe(Action<string> changed);
}

/// <summary>What a person does with a change, as REST and command line call it.</summary>
public enum ChangeStepKind
{
    Replay,
    Approve,
    Start,
    Pass,
    Abort,
}

/// <summary>A change in the list.</summary>
/// <param name="State">In the words of cloud/ROLLOUTS.md: <c>draft</c>, <c>wave 2</c>, <c>rolledBack</c>.</param>
/// <param name="IsUnderWay">Devices may be affected.</param>
/// <param name="AsksPerson">The gates have too little to say, and somebody is to decide.</param>
/// <param name="Devices">How many it targets; 0 before it has started.</param>
/// <param name="Since">When the state began.</param>
public sealed record ChangeRow(
    string Id,
    string Title,
    string ConfigurationId,
    long BaseVersion,
    string Author,
    string State,
    bool IsUnderWay,
    bool AsksPerson,
    int Devices,
    int Online,
    DateTimeOffset Since);

/// <summary>A change with all that a page shows of it.</summary>
/// <param name="Settings">What the configuration is to set, path by path.</param>
/// <param name="IsBaseCurrent">Whether the configuration is still what the change was written on: else nobody knows what it replaces.</param>
/// <param name="Plan">What the plan says: its members by their dotted names, and their values as JSON.</param>
/// <param name="Approval">Who must agree, and who has.</param>
/// <param name="Evidence">Names the attached replay; null where there is none.</param>
/// <param name="Replay">The replay that is asked for; null where none is open.</param>
/// <param name="Groups">Who goes when; empty before it has started.</param>
/// <param name="Gates">What the gates say now, or said at the decision; null where none judge.</param>
/// <param name="Steps">The latest first.</param>
/// <param name="Possible">What a person can do with it now, whoever may.</param>
/// <param name="ConvergedAt">When everybody of the stage who is online had the new version; null before.</param>
public sealed record ChangeDetail(
    ChangeRow Row,
    DateTimeOffset CreatedAt,
    IReadOnlyList<ChangeSetting> Settings,
    bool IsBaseCurrent,
    IReadOnlyList<KeyValuePair<string, string>> Plan,
    ChangeApproval Approval,
    string? Evidence,
    ReplayProgress? Replay,
    IReadOnlyList<ChangeGroup> Groups,
    GateView? Gates,
    IReadOnlyList<ChangeStepRow> Steps,
    IReadOnlyList<ChangeStepKind> Possible,
    DateTimeOffset? ConvergedAt,
    bool HasReport);

/// <summary>One path that the configuration sets, before and after.</summary>
/// <param name="Path">Below the desired properties, dotted.</param>
/// <param name="Before">What it sets today, as JSON; null where it does not set the path.</param>
/// <param name="After">What it is to set, as JSON; null where it is to leave the path alone.</param>
public sealed record ChangeSetting(string Path, string? Before, string? After);

/// <param name="Needed">How many people must agree.</param>
/// <param name="ByOthers">Whether the author is not one of them.</param>
public sealed record ChangeApproval(int Needed, bool ByOthers, IReadOnlyList<ChangeApprover> Given);

/// <param name="Why">The reason, in the person's words; may be empty.</param>
public sealed record ChangeApprover(string By, string Why, DateTimeOffset At);

/// <param name="Failure">Why it ended without a report; null while it has not.</param>
public sealed record ReplayProgress(string By, DateTimeOffset At, long Captures, long CapturesDone, string? Failure);

/// <summary>Devices that go together.</summary>
/// <param name="Admitted">Of these, devices that were sent the change.</param>
/// <param name="Applied">Of these, devices that have it in force.</param>
public sealed record ChangeGroup(string Name, int Size, int Admitted, int Applied, IReadOnlyList<string> Devices);

/// <param name="Treated">Devices that have the change in force.</param>
/// <param name="Control">Devices that have not been sent it.</param>
public sealed record GateView(DateTimeOffset At, bool IsPassed, int Treated, int Control, int TreatedCaptures, int ControlCaptures, IReadOnlyList<GateRow> Gates);

/// <summary>One gate.</summary>
/// <param name="Outcome"><c>passed</c>, <c>waiting</c>, <c>notJudged</c> or <c>tripped</c>.</param>
/// <param name="Words">The outcome in words and numbers.</param>
/// <param name="Evidence">What the comparison counts; null for gates that compare nothing.</param>
public sealed record GateRow(string Gate, string Outcome, string Words, GateNumbers? Evidence);

/// <summary>What was counted, and what was to be expected if the change did nothing.</summary>
/// <param name="Ratio">How many times as often as the others; null where that is not known.</param>
/// <param name="Harm">How many times likelier a harmful change makes what was seen than one that is tolerated; null where it is beyond numbers.</param>
/// <param name="Safe">How many times likelier a change that does nothing makes what was seen than a harmful one; null likewise.</param>
public sealed record GateNumbers(long Treated, long Control, double ExpectedTreated, double ExpectedControl, double? Ratio, double? Harm, double? Safe);

/// <summary>One step: who, when, why.</summary>
public sealed record ChangeStepRow(DateTimeOffset At, string Event, string From, string To, string By, string Why);

/// <summary>What a replay says, figure beside figure.</summary>
/// <param name="Captures">How many were replayed.</param>
/// <param name="Differences">Captures at which verdict or alarms differ.</param>
public sealed record ReplayFigures(long Captures, int Machines, long Differences, IReadOnlyList<ReplayFigure> Figures);

/// <param name="Before">By the settings that hold.</param>
/// <param name="After">By those proposed.</param>
public sealed record ReplayFigure(string What, string Before, string After);
