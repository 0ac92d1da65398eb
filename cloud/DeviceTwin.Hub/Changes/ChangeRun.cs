using System.Collections.Immutable;
using DeviceTwin.Twins.Rollouts;

namespace DeviceTwin.Hub.Changes;

/// <summary>A replay that was asked for. The request is the same after a restart: its bounds were set when it was asked for.</summary>
/// <param name="Until">Waveforms received before.</param>
/// <param name="Failure">Why it ended without a report; null while it has not.</param>
internal sealed record ReplayOrder(string By, DateTimeOffset At, DateTimeOffset? From, DateTimeOffset Until, string? Failure);

/// <summary>What stood at a path before the change: written down before anything is taken back.</summary>
internal sealed record PreviousValue(string DeviceId, string Path, System.Text.Json.Nodes.JsonNode? Value);

/// <summary>A change with all that is stored of it in one document. Immutable: a new one takes its place when it is durable.</summary>
internal sealed record ChangeFile(Change Change)
{
    /// <summary>Whom it targets, as they stood when it started; empty before.</summary>
    public ImmutableArray<RolloutDevice> Devices { get; init; } = [];

    /// <summary>The replay that is asked for; null where none is open.</summary>
    public ReplayOrder? Replay { get; init; }

    /// <summary>Null before a rollback.</summary>
    public ImmutableArray<PreviousValue>? Before { get; init; }

    /// <summary>After a rollback.</summary>
    public ImmutableArray<RestoredPath> Paths { get; init; } = [];

    /// <summary>Of a change that has ended.</summary>
    public System.Text.Json.Nodes.JsonObject? Report { get; init; }

    public string Id => Change.Id;

    /// <summary>Whether the hub has something to do with it by itself.</summary>
    public bool IsOpen => Change.HoldsDevices || (Report is null && Change.State.HasEnded);
}

/// <summary>A change in memory. Only whoever has the service's turn reads or writes it.</summary>
internal sealed class ChangeRun(ChangeFile file)
{
    private (ImmutableArray<RolloutDevice> Devices, Assignment Groups)? groups;

    public ChangeFile File { get; set; } = file;

    public Change Change => File.Change;

    /// <summary>What is seen of its devices; null where nothing needs to be.</summary>
    public ChangeWatch? Watch { get; set; }

    /// <summary>Actions of a step that is stored and that are not all done; they are done again until they are.</summary>
    public ChangeActions Left { get; set; }

    /// <summary>Ends the replay that runs; null where none does.</summary>
    public CancellationTokenSource? Replaying { get; set; }

    /// <summary>What the gates said at the last decision.</summary>
    public GateReport? Gates { get; set; }

    public long ReplayCaptures { get; set; }

    public long ReplayDone { get; set; }

    /// <summary>Who is in which group.</summary>
    public Assignment Groups
    {
        get
        {
            if (groups is not { } known || known.Devices != File.Devices)
            {
                groups = known = (File.Devices, Assignment.Of(File.Devices, Change.Plan));
            }

            return known.Groups;
        }
    }

    /// <summary>Whom the change has been sent to, or is to be sent to, by its state; in the shadow those whose shadow it is in.</summary>
    public IEnumerable<string> Turn => Change.State.Phase switch
    {
        ChangePhase.Shadow or ChangePhase.Canary => Groups.Canary,
        ChangePhase.Wave => Groups.Canary.Concat(Enumerable.Range(1, Change.State.Number).SelectMany(Groups.InWave)),
        _ => [],
    };

    /// <summary>The paths that nodes have to answer for, as they stand in the twin now.</summary>
    public IReadOnlySet<string> Paths => Change.State.Phase == ChangePhase.Shadow ? ShadowSettings.PathsOf(Change) : Live;

    private HashSet<string> Live => [.. Change.Settings.Select(setting => setting.Key)];
}
