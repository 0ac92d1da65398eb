using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;
using DeviceTwin.Twins.Reconciliation;

namespace DeviceTwin.Bench.Reconcile;

/// <summary>What is done to the hub's side of a twin.</summary>
internal enum HubDeed
{
    /// <summary>The first editor, a person, writes <c>a</c>; with the ETag as read, then once more with the one that is old by now.</summary>
    WriteGood,

    /// <summary>The same with a value that the device refuses.</summary>
    WriteBad,

    /// <summary>The second editor writes a configuration that sets <c>b</c>.</summary>
    Configure,

    /// <summary>The second editor deletes that configuration.</summary>
    Unconfigure,

    /// <summary>A report comes.</summary>
    Report,

    /// <summary>The device comes.</summary>
    Connected,

    /// <summary>The device goes.</summary>
    Disconnected,

    /// <summary>The time to wait for an answer is over.</summary>
    TimerElapsed,

    /// <summary>The process ends and begins again with what is stored.</summary>
    Restart,

    /// <summary>The wall clock is set back by an hour.</summary>
    ClockBack,
}

/// <summary>What a deed led to.</summary>
/// <param name="Patch">What a device must be sent for it; null where nothing was written.</param>
internal sealed record HubStep(int Next, ReconciliationActions Actions, ulong? Patch, string? Violation);

/// <summary>
/// The hub's side of one twin: the code of the product (updates, planner, reconciliation with a table), and beside it what an observer knows
/// without it. Twins that cannot be told apart have one number.
/// </summary>
internal sealed class HubSide
{
    private static readonly string[] Paths = ["a", "b"];

    private readonly ReconciliationTable table;
    private readonly bool plain;
    private readonly bool restored;
    private readonly List<State> states = [];
    private readonly List<(ConvergenceState?[] Stands, int?[] Desired)> facts = [];
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<(int, HubDeed, ulong), HubStep> steps = [];
    private readonly Dictionary<int, ulong> documents = [];

    public HubSide(ReconciliationTable table, bool plain, bool restored)
    {
        this.table = table.Watched((state, happened) => Used.Add((state, happened)));
        this.plain = plain;
        this.restored = restored;
        Start = Number(Fresh());
    }

    /// <summary>The twin of a device that was just registered.</summary>
    public int Start { get; }

    /// <summary>How many twins there were.</summary>
    public int Count => states.Count;

    /// <summary>Cells of the table that decided something.</summary>
    public HashSet<(ConvergenceState State, PathEvent Event)> Used { get; } = [];

    public int Version(int hub) => states[hub].Version;

    public bool IsConfigured(int hub) => states[hub].Configured != 0;

    /// <summary>What the table says of a path; null where nothing is desired of it.</summary>
    public ConvergenceState? Stands(int hub, int path) => facts[hub].Stands[path];

    /// <summary>What is desired of a path; null where nothing is.</summary>
    public int? Desired(int hub, int path) => facts[hub].Desired[path];

    /// <summary>The whole desired document; as a patch it has a null for what was there once.</summary>
    public ulong Document(int hub, MessageKind kind)
    {
        var state = states[hub];
        if (!documents.TryGetValue(hub, out var document))
        {
            var complete = RemovedPaths.Complete(state.Twin.Desired.Properties, state.Removed.Keys);
            document = Message(MessageKind.Patch, complete, state.Version);
            documents.Add(hub, document);
        }

        if (kind == MessageKind.Patch)
        {
            return document;
        }

        var patch = DeviceTwin.Bench.Reconcile.Message.Of(document);
        return (patch with { Kind = kind, A = Bare(patch.A), B = Bare(patch.B) }).Bits;

        static Item Bare(Item item) => item.Form == Form.Null ? default : item;
    }

    /// <summary>A twin that a backup has taken back to where all was well, though the device has seen more since.</summary>
    public int Restored() => Do(
        Do(Start, HubDeed.WriteGood).Next, HubDeed.Report, new Message(MessageKind.Report, 0, new Item(Form.Value, 2, Codes.Applied, 2), default).Bits).Next;

    public HubStep Do(int hub, HubDeed deed, ulong message = 0)
    {
        if (!steps.TryGetValue((hub, deed, message), out var step))
        {
            step = Work(states[hub], deed, message);
            steps.Add((hub, deed, message), step);
        }

        return step;
    }

    private State Fresh()
    {
        var twin = TwinDocument.Create("node", DateTimeOffset.UnixEpoch.AddYears(60));
        return new State(twin, NodeReconciliation.From(twin, table), RemovedPaths.None, 0, DateTimeOffset.UnixEpoch.AddYears(60), new bool[2], new bool[2]);
    }

    private HubStep Work(State before, HubDeed deed, ulong message)
    {
        var at = before.Now.AddSeconds(1);
        var state = before with { Now = at };
        switch (deed)
        {
            case HubDeed.WriteGood or HubDeed.WriteBad:
                var written = deed == HubDeed.WriteGood ? state.Version + 1 : Values.Refused;
                var change = TwinUpdates.PatchDesired(state.Twin, new JsonObject { ["a"] = Values.Number(written) }, at);
                var refused = ETags.Matches(state.Twin.ETag, state.Twin.ETag) && !ETags.Matches(state.Twin.ETag, change.Twin.ETag);
                return Take(state, change, ReconciliationActions.None, refused ? null : "an editor may overwrite what it has not seen");
            case HubDeed.Configure:
                return Plan(state with { Configured = state.Version + 1 });
            case HubDeed.Unconfigure:
                return Plan(state with { Configured = 0 });
            case HubDeed.Report:
                return Report(state, DeviceTwin.Bench.Reconcile.Message.Of(message));
            case HubDeed.Restart:
                // A configuration may have been stored just before the process ended, its effect on the device not.
                return Plan(state with { Node = NodeReconciliation.From(state.Twin, table), Equal = StillEqual(state) });
            case HubDeed.ClockBack:
                return new HubStep(Number(state with { Now = at.AddHours(-1) }), ReconciliationActions.None, null, null);
            default:
                var happened = deed switch
                {
                    HubDeed.Connected => PathEvent.Connected,
                    HubDeed.Disconnected => PathEvent.Disconnected,
                    _ => PathEvent.TimerElapsed,
                };
                var (next, actions) = state.Node.Happened(happened);
                return Done(state with { Node = next }, actions, null, Untimely(deed, actions));
        }
    }

    /// <summary>A document goes out when a wait is over, or at once to who speaks of another history.</summary>
    private static string? Untimely(HubDeed deed, ReconciliationActions actions) =>
        deed != HubDeed.TimerElapsed && (actions & ReconciliationActions.SendDocument) != 0 ? "the hub sends a document though no wait is over" : null;

    private HubStep Plan(State state)
    {
        var (next, actions) = state.Node.Happened(PathEvent.ConfigurationChanged);
        state = state with { Node = next };
        if ((actions & ReconciliationActions.Plan) != 0)
        {
            PreparedConfiguration[] configurations = state.Configured == 0
                ? []
                : [PreparedConfiguration.Prepare(new Configuration(
                    "second", "*", 1, new Dictionary<string, JsonNode?> { ["properties.desired.b"] = Values.Number(state.Configured) }, new Dictionary<string, string>(), ETags.First, default, default))];
            var plan = ConfigurationPlanner.Plan(new ConditionSubject(state.Twin), configurations);
            if (plan.Patch.Count > 0)
            {
                var change = TwinUpdates.PatchDesired(state.Twin, plan.Patch, state.Now);
                return Take(state, change with { Twin = change.Twin with { Applied = plan.Applied } }, actions, null);
            }

            state = state with { Twin = state.Twin with { Applied = plan.Applied } };
        }

        return Done(state, actions, null, Untimely(HubDeed.Configure, actions));
    }

    private HubStep Take(State state, TwinChange change, ReconciliationActions actions, string? violation)
    {
        var removed = RemovedPaths.After(state.Removed, state.Twin.Desired.Properties, change.Twin.Desired.Properties, change.Twin.Desired.Version);
        var (next, asked) = state.Node.DesiredWritten(change.Twin);
        var touched = Paths.Select(path => change.DesiredPatch!.ContainsKey(path)).ToArray();
        state = state with
        {
            Twin = change.Twin,
            Node = next,
            Removed = removed,
            Since = [state.Since[0] && !touched[0], state.Since[1] && !touched[1]],
            Equal = [state.Equal[0] && !touched[0], state.Equal[1] && !touched[1]],
        };
        violation ??= restored ? null : Untimely(HubDeed.WriteGood, actions | asked);
        return Done(state, actions | asked, Message(MessageKind.Patch, change.DesiredPatch!, (int)change.Twin.Desired.Version), violation);
    }

    private HubStep Report(State state, Message report)
    {
        var patch = new JsonObject();
        Add(patch, "a", report.A);
        Add(patch, "b", report.B);
        var change = TwinUpdates.PatchReported(state.Twin, patch, null, state.Now);
        if (change.ReportedPatch is null)
        {
            return Done(state, ReconciliationActions.None, null, null);
        }

        var touched = TwinPatches.Paths(change.ReportedPatch).ToArray();
        var (next, actions) = state.Node.Reported(change.Twin, touched);
        state = state with { Twin = change.Twin, Node = next };
        bool[] since = [.. state.Since];
        bool[] equal = [.. state.Equal];
        for (var index = 0; index < Paths.Length; index++)
        {
            if (patch.ContainsKey(Paths[index]))
            {
                since[index] = true;
                equal[index] |= patch[Paths[index]] is JsonValue value && Json.Same(value, Json.At(change.Twin.Desired.Properties, Paths[index]));
            }
        }

        var gap = new[] { report.A, report.B }.Any(item => item.Form == Form.Value && item.Version > state.Version);
        var anew = gap && new[] { ("a", report.A), ("b", report.B) }.Any(item => item.Item2.Version > state.Version && state.Twin.Desired.Properties.ContainsKey(item.Item1));
        return Done(
            state with { Since = since, Equal = equal },
            actions,
            null,
            !gap ? Untimely(HubDeed.Report, actions)
                : anew && (actions & ReconciliationActions.SendDocument) == 0 ? "the device speaks of another history, and is not sent the document at once"
                : null);
    }

    private static void Add(JsonObject patch, string path, Item item)
    {
        switch (item.Form)
        {
            case Form.Null:
                patch[path] = null;
                break;
            case Form.Plain:
                patch[path] = Values.Number(item.Value);
                break;
            case Form.Value:
                patch[path] = new JsonObject { ["value"] = Values.Number(item.Value), ["ac"] = item.Code == Codes.None ? 203 : Codes.Number(item.Code), ["av"] = item.Version };
                break;
        }
    }

    private static ulong Message(MessageKind kind, JsonObject document, int version)
    {
        return new Message(kind, version, Of("a"), Of("b")).Bits;

        Item Of(string path) => !document.TryGetPropertyValue(path, out var node) ? default
            : node is null ? new Item(Form.Null)
            : new Item(Form.Value, Values.Of(Json.Integer(node)!.Value));
    }

    private HubStep Done(State state, ReconciliationActions actions, ulong? patch, string? violation) =>
        new(Number(state), actions, patch, violation ?? Violation(state) ?? (TooMany(state, actions) ? "the hub sends a document that nobody needs" : null));

    /// <summary>A document is for who owes an answer, or speaks of another history.</summary>
    private static bool TooMany(State state, ReconciliationActions actions) =>
        (actions & ReconciliationActions.SendDocument) != 0 && !state.Stands.Any(stands => stands is ConvergenceState.Unknown or ConvergenceState.Pending);

    /// <summary>What must hold of every state, whatever led there; null where it does.</summary>
    private string? Violation(State state)
    {
        if (state.Configured != 0 && !Json.Same(Json.At(state.Twin.Desired.Properties, "b"), JsonValue.Create(Values.Number(state.Configured))))
        {
            return "the configuration is not in the desired properties";
        }

        if (state.Configured == 0 && state.Twin.Desired.Properties.ContainsKey("b"))
        {
            return "a configuration that is gone is still in the desired properties";
        }

        foreach (var path in state.Node.Describe(state.Twin).Paths)
        {
            var truth = Truth(state, path);

            // Who spoke of another history stays unknown until it reports anew, though the versions may have come to the same numbers since.
            if (path.State != truth && !(restored && path.State == ConvergenceState.Unknown))
            {
                return path.State == ConvergenceState.InSync
                    ? $"{path.Path} is in sync, and should be {truth}"
                    : $"{path.Path} is {path.State}, and should be {truth}";
            }
        }

        return null;
    }

    /// <summary>What a path is to be called, said without the table.</summary>
    private static ConvergenceState Truth(State state, PathConvergence path)
    {
        var index = path.Path == "a" ? 0 : 1;
        if (path.Reported is null && path.AcknowledgementCode is null)
        {
            return ConvergenceState.Unknown;
        }

        var equal = Json.Same(path.Desired, path.Reported);
        if (path.AcknowledgementCode is null)
        {
            return !state.Since[index] ? ConvergenceState.Pending
                : equal ? ConvergenceState.InSync
                : state.Equal[index] ? ConvergenceState.Drifted
                : ConvergenceState.Pending;
        }

        return path.AcknowledgedVersion > state.Version ? ConvergenceState.Unknown
            : path.AcknowledgedVersion < path.DesiredVersion || path.AcknowledgementCode == 202 ? ConvergenceState.Pending
            : path.AcknowledgementCode >= 400 ? ConvergenceState.Rejected
            : equal ? ConvergenceState.InSync
            : ConvergenceState.Drifted;
    }

    /// <summary>After a restart the hub knows of the past only what the twin says.</summary>
    private static bool[] StillEqual(State state) =>
        [.. Paths.Select((path, index) => state.Since[index] && Json.Same(Json.At(state.Twin.Reported.Properties, path), Json.At(state.Twin.Desired.Properties, path)))];

    private int Number(State state)
    {
        var key = Key(state);
        if (!numbers.TryGetValue(key, out var number))
        {
            number = states.Count;
            states.Add(state);
            facts.Add((state.Stands, state.Desired));
            numbers.Add(key, number);
        }

        return number;
    }

    private string Key(State state)
    {
        var text = new StringBuilder();
        text.Append(state.Twin.Desired.Properties.ToJsonString()).Append('|').Append(state.Twin.Desired.Version)
            .Append('|').Append(TwinMetadata.VersionAt(state.Twin.Desired, "a")).Append(',').Append(TwinMetadata.VersionAt(state.Twin.Desired, "b"))
            .Append('|').Append(state.Twin.Reported.Properties.ToJsonString())
            .Append('|').Append(state.Configured).Append('|').AppendJoin(',', state.Removed.Keys).Append('|').AppendJoin(',', state.Twin.Applied.Keys);
        foreach (var stands in state.Stands)
        {
            text.Append('|').Append(stands is { } known ? (int)known : -1);
        }

        if (plain)
        {
            // Only the order of times matters, and which of them are to come by the clock.
            string?[] times =
            [
                TwinMetadata.TimeAt(state.Twin.Desired, "a"), TwinMetadata.TimeAt(state.Twin.Desired, "b"), TwinMetadata.TimeAt(state.Twin.Reported, "a"),
                TwinMetadata.TimeAt(state.Twin.Reported, "b"), (string?)state.Twin.Desired.Metadata["$lastUpdated"], (string?)state.Twin.Reported.Metadata["$lastUpdated"],
                Json.Timestamp(state.Now),
            ];
            var order = times.OfType<string>().Distinct().Order(StringComparer.Ordinal).ToList();
            foreach (var time in times)
            {
                text.Append(time is null ? '-' : (char)('0' + order.IndexOf(time)));
            }

            text.Append(state.Since[0] ? 's' : '.').Append(state.Since[1] ? 's' : '.').Append(state.Equal[0] ? 'e' : '.').Append(state.Equal[1] ? 'e' : '.');
        }

        return text.ToString();
    }

    /// <param name="Configured">The value that the configuration sets; 0 = there is none.</param>
    /// <param name="Since">Per path, for plain values: reported since it was last written.</param>
    /// <param name="Equal">Per path, for plain values: reported as desired since it was last written and since the hub began.</param>
    private sealed record State(
        TwinDocument Twin, NodeReconciliation Node, ImmutableSortedDictionary<string, long> Removed, int Configured, DateTimeOffset Now, bool[] Since, bool[] Equal)
    {
        public int Version => (int)Twin.Desired.Version;

        public int?[] Desired => [.. Paths.Select(path => Json.Integer(Json.At(Twin.Desired.Properties, path)) is { } number ? Values.Of(number) : default(int?))];

        public ConvergenceState?[] Stands
        {
            get
            {
                var described = Node.Describe(Twin).Paths;
                return [.. Paths.Select(path => described.FirstOrDefault(entry => entry.Path == path)?.State)];
            }
        }
    }
}
