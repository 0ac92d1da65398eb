using System.Collections.Immutable;
using System.Text.Json.Nodes;
using DeviceTwin.Twins.Reconciliation;
using static DeviceTwin.Twins.Rollouts.RolloutRefusal;

namespace DeviceTwin.Twins.Rollouts;

/// <summary>What a change is about. All are carried out alike; only a shadow needs something of detection.</summary>
[Flags]
public enum ChangeKinds
{
    /// <summary>Nothing known.</summary>
    None = 0,

    /// <summary>Settings of the detector, or what it knows of the machine.</summary>
    DetectorSettings = 1,

    /// <summary>A trained forest.</summary>
    Forest = 2,

    /// <summary>When is measured and what is sent.</summary>
    ReportingPlan = 4,

    /// <summary>Other properties.</summary>
    Other = 8,
}

/// <param name="By">Who.</param>
/// <param name="Why">The reason, in the person's words; empty where none is asked for.</param>
public sealed record Approval(string By, string Why, DateTimeOffset At);

/// <summary>One step of a change: what goes into the audit log.</summary>
/// <param name="By">A person, or <c>hub</c>.</param>
/// <param name="Why">The reason: a person's, or the gates' with their numbers.</param>
public sealed record ChangeStep(DateTimeOffset At, ChangeEvent Event, ChangeState From, ChangeState To, string By, string Why);

/// <param name="Actions">What to do now; each may be carried out twice.</param>
public sealed record ChangeTransition(Change Change, ChangeActions Actions);

/// <summary>A new version of a configuration with its plan, its evidence, and the history of every step. Immutable.</summary>
public sealed record Change
{
    /// <summary>Who stands in the history for steps that nobody asked for.</summary>
    public const string Hub = "hub";

    private Change()
    {
    }

    public required string Id { get; init; }

    public required string Title { get; init; }

    public required string Author { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The configuration whose next version this is.</summary>
    public required string ConfigurationId { get; init; }

    /// <summary>The version on which it was written, from 1.</summary>
    public required long BaseVersion { get; init; }

    /// <summary>The new content, as <see cref="Configuration.DeviceContent"/>.</summary>
    public required IReadOnlyDictionary<string, JsonNode?> Content { get; init; }

    /// <summary>The content as single settings: dotted paths below <c>properties.desired</c>, sorted.</summary>
    public required IReadOnlyList<KeyValuePair<string, JsonNode>> Settings { get; init; }

    /// <summary>The paths that are set otherwise than in the version on which it was written, or no longer, sorted.</summary>
    public required IReadOnlyList<string> Changed { get; init; }

    public required RolloutPlan Plan { get; init; }

    /// <summary>SHA-256 of the replay's report, hexadecimal; null before there is one.</summary>
    public string? Evidence { get; init; }

    /// <summary>How many captures that replay went through; null before there is one, and where an older hub did not write it down.</summary>
    public long? EvidenceCaptures { get; init; }

    public ImmutableArray<Approval> Approvals { get; init; } = [];

    public ChangeState State { get; init; }

    public ImmutableArray<ChangeStep> History { get; init; } = [];

    /// <summary>When the phase or wave began, by the history; the creation in a draft.</summary>
    public DateTimeOffset StageSince => History.LastOrDefault(step => step.From != step.To)?.At ?? CreatedAt;

    /// <summary>When every device of the stage that was online had the new version; null before.</summary>
    public DateTimeOffset? ConvergedAt => InStage(ChangeEvent.WaveConverged)?.At;

    /// <summary>Whether a person lets the stage pass without a decision of the gates.</summary>
    public bool IsPassedByHand => InStage(ChangeEvent.PassedByHand) is not null;

    /// <summary>Whether a person was asked in this stage.</summary>
    public bool IsAsked => InStage(ChangeEvent.GateUndecided) is not null;

    /// <summary>Whether values of the change may still be on devices without being everybody's.</summary>
    public bool HoldsDevices => State.IsUnderWay
        || (State.Phase is ChangePhase.RolledBack or ChangePhase.Aborted
            && History.Any(step => step.From.IsUnderWay)
            && History.All(step => step.Event != ChangeEvent.RollbackFinished));

    /// <summary>What it is about.</summary>
    public ChangeKinds Kinds => Changed.Aggregate(ChangeKinds.None, (kinds, path) => kinds | KindOf(path));

    /// <summary>Whether a shadow can show something of it, and the plan wants one.</summary>
    public bool HasShadow => Plan.ShadowTime > TimeSpan.Zero && Changed.Any(path => path.StartsWith("detection.", StringComparison.Ordinal));

    /// <summary>A draft.</summary>
    /// <param name="before">The content of the base version; null = it set nothing.</param>
    /// <exception cref="RolloutException">Id, title, content or plan is refused.</exception>
    /// <exception cref="TwinException">The content is refused as that of a configuration would be.</exception>
    public static Change Draft(
        string id,
        string title,
        string author,
        DateTimeOffset at,
        string configurationId,
        long baseVersion,
        IReadOnlyDictionary<string, JsonNode?> content,
        RolloutPlan plan,
        IReadOnlyDictionary<string, JsonNode?>? before = null)
    {
        if (id.Length is 0 or > 128 || !id.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-'))
        {
            throw Refuse("changeIdInvalid", $"The id of the change is \"{id}\". Use 1 to 128 lower-case letters, digits and hyphens.");
        }

        if (string.IsNullOrWhiteSpace(title))
        {
            throw Refuse("titleMissing", "The change has no title. Say in a few words what it is for.");
        }

        var settings = Single(configurationId, content, at);
        return new Change
        {
            Id = id,
            Title = title,
            Author = author,
            CreatedAt = at,
            ConfigurationId = configurationId,
            BaseVersion = baseVersion,
            Content = content,
            Settings = settings,
            Changed = Differing(Prepared(configurationId, before, at), settings),
            Plan = plan.Checked(),
        };
    }

    /// <summary>New content or plan, or another base. Evidence and approvals were of the old one, and fall.</summary>
    /// <param name="before">The content of the base version; null = it set nothing.</param>
    public ChangeTransition Edit(
        string by,
        string why,
        DateTimeOffset at,
        IReadOnlyDictionary<string, JsonNode?> content,
        RolloutPlan plan,
        long baseVersion,
        IReadOnlyDictionary<string, JsonNode?>? before = null)
    {
        var next = Happened(ChangeEvent.Edited, by, why, at);
        var settings = Single(ConfigurationId, content, at);
        return next with
        {
            Change = next.Change with
            {
                Content = content,
                Settings = settings,
                Changed = Differing(Prepared(ConfigurationId, before, at), settings),
                Plan = plan.Checked(),
                BaseVersion = baseVersion,
                Evidence = null,
                EvidenceCaptures = null,
                Approvals = [],
            },
        };
    }

    /// <summary>Attaches the replay. Who approved an earlier report must approve again.</summary>
    /// <param name="hash">SHA-256 of the report, 64 hexadecimal digits.</param>
    /// <param name="captures">How many captures it went through; null = not known.</param>
    public ChangeTransition AttachReplay(string hash, string by, DateTimeOffset at, long? captures = null)
    {
        if (hash.Length != 64 || !hash.All(char.IsAsciiHexDigit))
        {
            throw Refuse("evidenceInvalid", $"\"{hash}\" is no hash of a replay report. Give its SHA-256, 64 hexadecimal digits.");
        }

        var next = Happened(ChangeEvent.ReplayAttached, by, $"replay report {hash}", at);
        return next with { Change = next.Change with { Evidence = hash.ToLowerInvariant(), EvidenceCaptures = captures, Approvals = [] } };
    }

    /// <summary>Somebody agrees.</summary>
    /// <param name="why">Asked for where the replay went through no capture.</param>
    public ChangeTransition Approve(string by, string why, DateTimeOffset at)
    {
        if (Plan.Approval.ByOthers && by == Author)
        {
            throw Refuse("approvalByAuthor", $"{by} wrote this change, and its plan asks for another person. Let somebody else read and approve it.");
        }

        if (Approvals.Any(approval => approval.By == by))
        {
            throw Refuse("approvalTwice", $"{by} has approved already. {Plan.Approval.Needed} different people must.");
        }

        if (State.Phase == ChangePhase.Replayed)
        {
            CheckEvidence(why);
        }

        var full = Approvals.Length + 1 >= Plan.Approval.Needed;
        var next = Happened(full ? ChangeEvent.ApprovedInFull : ChangeEvent.ApprovedInPart, by, why, at);
        return next with { Change = next.Change with { Approvals = Approvals.Add(new Approval(by, why, at)) } };
    }

    /// <summary>A person starts it.</summary>
    /// <param name="currentVersion">The version at which the configuration is.</param>
    /// <param name="others">The other changes, with the devices that each targets.</param>
    /// <param name="devices">The devices that this one targets.</param>
    /// <exception cref="RolloutException">Its base is no longer current, it overlaps with another, or it is not approved.</exception>
    public ChangeTransition Start(
        string by,
        string why,
        DateTimeOffset at,
        long currentVersion,
        IReadOnlySet<string> devices,
        IEnumerable<(Change Change, IReadOnlySet<string> Devices)> others)
    {
        if (State.Phase == ChangePhase.Replayed && Plan.Approval.Needed == 0)
        {
            CheckEvidence(why);
        }

        // The order of the checks is that of what must be mended first.
        var change = State.Phase == ChangePhase.Replayed && Plan.Approval.Needed == 0
            ? Happened(ChangeEvent.ApprovedInFull, Hub, "the plan needs no approval", at).Change
            : this;
        if (change.State.Phase == ChangePhase.Approved && currentVersion != BaseVersion)
        {
            throw Refuse(
                "baseMoved",
                $"{ConfigurationId} is at version {currentVersion}, and the change was written on version {BaseVersion}. Edit it, replay it, and have it approved again.");
        }

        foreach (var (other, targeted) in others.Where(other => other.Change.Id != Id && other.Change.HoldsDevices))
        {
            if (Overlap.Between(this, devices, other, targeted) is { Kind: not OverlapKind.None } overlap)
            {
                throw Refuse(overlap.Kind == OverlapKind.Refuse ? "sameConfiguration" : "samePaths", overlap.Explanation);
            }
        }

        return change.Happened(HasShadow ? ChangeEvent.StartedWithShadow : ChangeEvent.StartedWithoutShadow, by, why, at);
    }

    /// <summary>Any other step.</summary>
    /// <param name="why">Asked of a person who aborts or lets pass; in words and numbers from the gates.</param>
    /// <exception cref="RolloutException"><c>stepNotPossible</c>: it cannot happen in this state.</exception>
    public ChangeTransition Happened(ChangeEvent happened, string by, string why, DateTimeOffset at)
    {
        if (ChangeTable.Next(State.Phase, happened) is not var (phase, actions))
        {
            throw Refuse("stepNotPossible", $"The change \"{Id}\" is {State}: {Advice(happened)}");
        }

        if (happened is ChangeEvent.AbortAsked or ChangeEvent.PassedByHand && string.IsNullOrWhiteSpace(why))
        {
            throw Refuse("reasonMissing", $"Say why: the report of the change \"{Id}\" and the audit log keep it.");
        }

        var number = phase != ChangePhase.Wave ? 0 : happened == ChangeEvent.GatePassed ? State.Number + 1 : State.Number;
        var next = new ChangeState(phase, number);
        return new ChangeTransition(this with { State = next, History = History.Add(new ChangeStep(at, happened, State, next, by, why)) }, actions);
    }

    /// <summary>What a path of the settings belongs to.</summary>
    public static ChangeKinds KindOf(string path) => path switch
    {
        "detection.forest" => ChangeKinds.Forest,
        _ when path.StartsWith("detection.", StringComparison.Ordinal) => ChangeKinds.DetectorSettings,
        _ when path.StartsWith("machine.", StringComparison.Ordinal) => ChangeKinds.DetectorSettings,
        _ when path.StartsWith("reporting.", StringComparison.Ordinal) => ChangeKinds.ReportingPlan,
        _ when path.StartsWith("sampling.", StringComparison.Ordinal) => ChangeKinds.ReportingPlan,
        _ => ChangeKinds.Other,
    };

    private static IReadOnlyList<KeyValuePair<string, JsonNode>> Single(
        string configurationId, IReadOnlyDictionary<string, JsonNode?> content, DateTimeOffset at)
    {
        var settings = Prepared(configurationId, content, at);
        return settings.Count > 0
            ? settings
            : throw Refuse("contentEmpty", "The change sets nothing. Give at least one path, such as properties.desired.detection.velocityLimitUmPerSecond.");
    }

    private static IReadOnlyList<KeyValuePair<string, JsonNode>> Prepared(
        string configurationId, IReadOnlyDictionary<string, JsonNode?>? content, DateTimeOffset at) => content is null
        ? []
        : PreparedConfiguration.Prepare(new Configuration(configurationId, "", 0, content, ImmutableDictionary<string, string>.Empty, "", at, at)).Settings;

    private static IReadOnlyList<string> Differing(IReadOnlyList<KeyValuePair<string, JsonNode>> before, IReadOnlyList<KeyValuePair<string, JsonNode>> after)
    {
        var old = before.ToDictionary(setting => setting.Key, setting => setting.Value, StringComparer.Ordinal);
        var gone = old.Keys.Except(after.Select(setting => setting.Key));
        return [.. after.Where(setting => !JsonNode.DeepEquals(old.GetValueOrDefault(setting.Key), setting.Value)).Select(setting => setting.Key).Concat(gone).Order(StringComparer.Ordinal)];
    }

    /// <summary>Nothing is known of what such a change does: it goes on only where a person says why.</summary>
    private void CheckEvidence(string why)
    {
        if (EvidenceCaptures == 0 && string.IsNullOrWhiteSpace(why))
        {
            throw Refuse(
                "emptyReplayUnexplained",
                $"The replay of \"{Id}\" went through no capture: what it would have done is not known. Store waveforms and replay it, or say as the reason why it goes on without.");
        }
    }

    /// <summary>The step within this phase or wave.</summary>
    private ChangeStep? InStage(ChangeEvent happened)
    {
        for (var index = History.Length - 1; index >= 0; index--)
        {
            var step = History[index];
            if (step.From != step.To)
            {
                return null;
            }

            if (step.Event == happened)
            {
                return step;
            }
        }

        return null;
    }

    private string Advice(ChangeEvent happened) => (happened, State.Phase) switch
    {
        (ChangeEvent.StartedWithShadow or ChangeEvent.StartedWithoutShadow, ChangePhase.Draft) => "it cannot start. Replay it, and have it approved.",
        (ChangeEvent.StartedWithShadow or ChangeEvent.StartedWithoutShadow, ChangePhase.Replayed) =>
            $"it cannot start. {Plan.Approval.Needed - Approvals.Length} more must approve it.",
        (ChangeEvent.ApprovedInPart or ChangeEvent.ApprovedInFull, ChangePhase.Draft) => "it cannot be approved. Replay it first: there is nothing to judge it by.",
        (_, ChangePhase.Done or ChangePhase.RolledBack or ChangePhase.Aborted) =>
            $"{RolloutWords.Of(happened)} comes too late. Write a new change.",
        (ChangeEvent.Edited or ChangeEvent.ReplayAttached, _) => "it cannot be written any more. Abort it, and write a new one.",
        _ => $"{RolloutWords.Of(happened)} cannot happen now.",
    };
}
