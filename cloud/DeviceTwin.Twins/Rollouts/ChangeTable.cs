using System.Collections.Immutable;

namespace DeviceTwin.Twins.Rollouts;

/// <summary>Where a change stands.</summary>
public enum ChangePhase
{
    /// <summary>Written.</summary>
    Draft,

    /// <summary>What it would have done on stored waveforms is known.</summary>
    Replayed,

    /// <summary>Everybody who must agree has agreed.</summary>
    Approved,

    /// <summary>The new settings run in the canary's shadow slot and raise nothing.</summary>
    Shadow,

    /// <summary>The canary has the new version.</summary>
    Canary,

    /// <summary>So many waves have it.</summary>
    Wave,

    /// <summary>It is everybody's version.</summary>
    Done,

    /// <summary>Taken back by itself.</summary>
    RolledBack,

    /// <summary>Taken back, or given up, by a person.</summary>
    Aborted,
}

/// <summary>What happens to a change. What depends on plan and policy is sorted before it comes to the table.</summary>
public enum ChangeEvent
{
    /// <summary>Content or plan was written anew.</summary>
    Edited,

    /// <summary>A replay's report was attached.</summary>
    ReplayAttached,

    /// <summary>Somebody agreed, and more must.</summary>
    ApprovedInPart,

    /// <summary>The last who must agree agreed.</summary>
    ApprovedInFull,

    /// <summary>A person started it, and the plan has a shadow.</summary>
    StartedWithShadow,

    /// <summary>A person started it, and there is no shadow, or nothing in it that a shadow could show.</summary>
    StartedWithoutShadow,

    /// <summary>The shadow's time is over, and it raised no more alarms than the plan tolerates.</summary>
    ShadowElapsed,

    /// <summary>Every device of the stage that is online has the new version: the sample begins to count.</summary>
    WaveConverged,

    /// <summary>Every gate passed, and a wave is left.</summary>
    GatePassed,

    /// <summary>A gate tripped.</summary>
    GateFailed,

    /// <summary>The longest time of the stage is over, and the sample says neither.</summary>
    GateUndecided,

    /// <summary>A person lets the stage pass although the sample says neither.</summary>
    PassedByHand,

    /// <summary>Every gate passed, and no wave is left.</summary>
    AllDone,

    /// <summary>A device refused a key of the change.</summary>
    DeviceRejected,

    /// <summary>A person asked to stop.</summary>
    AbortAsked,

    /// <summary>Every path is restored, or left to whoever wrote it since.</summary>
    RollbackFinished,

    /// <summary>The hub started, and the change had not ended.</summary>
    HubRestarted,
}

/// <summary>What an event asks for, besides the new state. Every action may be carried out twice.</summary>
[Flags]
public enum ChangeActions
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Write the settings into the shadow slot of the canary.</summary>
    AdmitShadow = 1,

    /// <summary>Restore what stood in the shadow slot.</summary>
    EndShadow = 2,

    /// <summary>Admit the canary.</summary>
    AdmitCanary = 4,

    /// <summary>Admit the devices of the waves up to the one in the new state.</summary>
    AdmitWave = 8,

    /// <summary>Begin the stage's sample.</summary>
    BeginSample = 16,

    /// <summary>Put the case before a person.</summary>
    AskPerson = 32,

    /// <summary>Make the new version everybody's.</summary>
    Complete = 64,

    /// <summary>Take the stage away and restore the previous values where they are still ours.</summary>
    Rollback = 128,

    /// <summary>Write the report.</summary>
    Report = 256,
}

/// <summary>Phase and number of the wave.</summary>
/// <param name="Number">From 1 in <see cref="ChangePhase.Wave"/>; 0 in every other phase.</param>
public readonly record struct ChangeState(ChangePhase Phase, int Number)
{
    /// <summary>A state without a wave.</summary>
    public ChangeState(ChangePhase phase)
        : this(phase, 0)
    {
    }

    /// <summary>Whether devices may be affected: from the shadow on, until it is done or taken back.</summary>
    public bool IsUnderWay => Phase is ChangePhase.Shadow or ChangePhase.Canary or ChangePhase.Wave;

    /// <summary>Whether nothing can happen to it any more but what is left of a rollback.</summary>
    public bool HasEnded => Phase is ChangePhase.Done or ChangePhase.RolledBack or ChangePhase.Aborted;

    /// <summary>The words of the interfaces: <c>draft</c>, <c>wave 2</c>, <c>rolledBack</c>.</summary>
    public override string ToString() => Phase == ChangePhase.Wave ? $"wave {Number}" : RolloutWords.Of(Phase);
}

/// <summary>The one table of rollouts: (phase, event) to (phase, actions). What is not in it cannot happen.</summary>
public static class ChangeTable
{
    private static readonly ImmutableDictionary<(ChangePhase, ChangeEvent), (ChangePhase Phase, ChangeActions Actions)> Cells = Lines()
        .SelectMany(line => line.From.Select(from => KeyValuePair.Create((from, line.Event), (line.To ?? from, line.Actions))))
        .ToImmutableDictionary();

    private static ChangePhase[] Written => [ChangePhase.Draft, ChangePhase.Replayed, ChangePhase.Approved];

    private static ChangePhase[] Admitting => [ChangePhase.Canary, ChangePhase.Wave];

    private static ChangePhase[] UnderWay => [ChangePhase.Shadow, .. Admitting];

    /// <summary>The phase after an event and what to do, or null where it cannot happen.</summary>
    public static (ChangePhase Phase, ChangeActions Actions)? Next(ChangePhase phase, ChangeEvent happened) =>
        Cells.TryGetValue((phase, happened), out var cell) ? cell : null;

    /// <summary>Event; phases in which it can happen; the phase after it, null = the same; what to do.</summary>
    private static IEnumerable<Line> Lines()
    {
        const ChangeActions End = ChangeActions.Rollback | ChangeActions.Report;
        yield return new(ChangeEvent.Edited, Written, ChangePhase.Draft, ChangeActions.None);
        yield return new(ChangeEvent.ReplayAttached, Written, ChangePhase.Replayed, ChangeActions.None);
        yield return new(ChangeEvent.ApprovedInPart, [ChangePhase.Replayed], ChangePhase.Replayed, ChangeActions.None);
        yield return new(ChangeEvent.ApprovedInFull, [ChangePhase.Replayed], ChangePhase.Approved, ChangeActions.None);
        yield return new(ChangeEvent.StartedWithShadow, [ChangePhase.Approved], ChangePhase.Shadow, ChangeActions.AdmitShadow);
        yield return new(ChangeEvent.StartedWithoutShadow, [ChangePhase.Approved], ChangePhase.Canary, ChangeActions.AdmitCanary);
        yield return new(ChangeEvent.ShadowElapsed, [ChangePhase.Shadow], ChangePhase.Canary, ChangeActions.EndShadow | ChangeActions.AdmitCanary);
        yield return new(ChangeEvent.WaveConverged, UnderWay, null, ChangeActions.BeginSample);
        yield return new(ChangeEvent.GatePassed, Admitting, ChangePhase.Wave, ChangeActions.AdmitWave);
        yield return new(ChangeEvent.GateFailed, UnderWay, ChangePhase.RolledBack, End);
        yield return new(ChangeEvent.GateUndecided, Admitting, null, ChangeActions.AskPerson);
        yield return new(ChangeEvent.PassedByHand, Admitting, null, ChangeActions.None);
        yield return new(ChangeEvent.AllDone, Admitting, ChangePhase.Done, ChangeActions.Complete | ChangeActions.Report);
        yield return new(ChangeEvent.DeviceRejected, UnderWay, ChangePhase.RolledBack, End);
        yield return new(ChangeEvent.AbortAsked, Written, ChangePhase.Aborted, ChangeActions.Report);
        yield return new(ChangeEvent.AbortAsked, UnderWay, ChangePhase.Aborted, End);
        yield return new(ChangeEvent.RollbackFinished, [ChangePhase.RolledBack, ChangePhase.Aborted], null, ChangeActions.Report);
        yield return new(ChangeEvent.HubRestarted, Written, null, ChangeActions.None);
        yield return new(ChangeEvent.HubRestarted, [ChangePhase.Shadow], null, ChangeActions.AdmitShadow);
        // A hub that died between two steps of an action has done some of it: all of it is done again.
        yield return new(ChangeEvent.HubRestarted, [ChangePhase.Canary], null, ChangeActions.EndShadow | ChangeActions.AdmitCanary);
        yield return new(ChangeEvent.HubRestarted, [ChangePhase.Wave], null, ChangeActions.AdmitCanary | ChangeActions.AdmitWave);
        yield return new(ChangeEvent.HubRestarted, [ChangePhase.Done], null, ChangeActions.Complete | ChangeActions.Report);
        yield return new(ChangeEvent.HubRestarted, [ChangePhase.RolledBack, ChangePhase.Aborted], null, End);
    }

    private sealed record Line(ChangeEvent Event, ChangePhase[] From, ChangePhase? To, ChangeActions Actions);
}

/// <summary>The words of code, JSON, command line and screen.</summary>
public static class RolloutWords
{
    /// <summary>The name of an enum's value with a small first letter.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum
    {
        var name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}
