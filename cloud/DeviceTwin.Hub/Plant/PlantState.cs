using System.Collections.Immutable;
using DeviceTwin.Hub.Alarms;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.View;
using DeviceTwin.Storage.Alarms;
using DeviceTwin.Storage.Plant;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Plant;

/// <summary>
/// The state of every part of the plant, kept up to date by what happens: a change of a node costs the few parts above it, a look costs nothing
/// but the look.
/// </summary>
internal sealed class PlantState : IDisposable
{
    private readonly Lock gate = new();
    private readonly IFleet fleet;
    private readonly AlarmBook alarms;
    private readonly IDisposable[] subscriptions;

    /// <summary>Of every node that was heard of, whether it has a point or not.</summary>
    private readonly Dictionary<string, NodeFacts> facts = new(StringComparer.Ordinal);

    /// <summary>What of a node is counted in the sums.</summary>
    private readonly Dictionary<string, NodeFacts> counted = new(StringComparer.Ordinal);

    private readonly Dictionary<(PlantLevel, string), RollUp> sums = [];
    private PlantTree tree = PlantTree.Empty;
    private RollUp all = RollUp.Empty;
    private ImmutableArray<Action> subscribers = [];

    public PlantState(IFleet fleet, AlarmBook alarms, PlantMemory memory)
    {
        this.fleet = fleet;
        this.alarms = alarms;

        // Subscribed before the look at what is there: what happens in between is taken in twice, not missed.
        subscriptions =
        [
            fleet.Subscribe(Take),
            alarms.Subscribe(row => Update(row.DeviceId, known => Count(known, row.DeviceId))),
            memory.Subscribe(Take),
        ];
        foreach (var assignment in memory.Current.Present)
        {
            var features = fleet.ReadTelemetry(assignment.DeviceId, "features", 1).Select(TelemetryReader.Features).FirstOrDefault();
            Update(assignment.DeviceId, known => features is null ? known : known with { Verdict = features.Verdict, Zone = features.Zone });
        }

        Take(memory.Current);
    }

    /// <summary>The tree with the state of its parts and of its nodes, at one moment.</summary>
    public PlantLook Look()
    {
        lock (gate)
        {
            return new PlantLook(
                tree, all, new Dictionary<(PlantLevel, string), RollUp>(sums), new Dictionary<string, NodeFacts>(counted, StringComparer.Ordinal));
        }
    }

    /// <summary>The state of one part.</summary>
    public RollUp Of(PlantLevel level, string id)
    {
        lock (gate)
        {
            return sums.GetValueOrDefault((level, id), RollUp.Empty);
        }
    }

    /// <summary>Calls back when the tree or a state in it has changed; the callback must not block.</summary>
    public IDisposable Subscribe(Action changed)
    {
        ImmutableInterlocked.Update(ref subscribers, static (list, added) => list.Add(added), changed);
        return new Subscription(() => ImmutableInterlocked.Update(ref subscribers, static (list, gone) => list.Remove(gone), changed));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var subscription in subscriptions)
        {
            subscription.Dispose();
        }
    }

    private void Take(FleetEvent happened)
    {
        var deviceId = happened.DeviceId;
        switch (happened)
        {
            case FleetEvent.TelemetryReceived { Message: { Kind: "features" } message } when TelemetryReader.Features(message) is { } features:
                Update(deviceId, known => known with { Verdict = features.Verdict, Zone = features.Zone });
                break;
            case FleetEvent.ReportedChanged change when change.Patch.ContainsKey("verdict") || change.Patch.ContainsKey("zone"):
                Update(deviceId, known => Report(known, deviceId));
                break;
            case FleetEvent.ConnectionChanged change:
                Update(deviceId, known => known with { Connected = change.Connected });
                break;
            case FleetEvent.ConvergenceChanged change:
                Update(deviceId, known => known with { State = change.State });
                break;
            case FleetEvent.IdentityDeleted:
                lock (gate)
                {
                    facts.Remove(deviceId);
                }

                break;
        }
    }

    private void Take(PlantTree next)
    {
        lock (gate)
        {
            tree = next;
            sums.Clear();
            counted.Clear();
            all = RollUp.Empty;
            foreach (var assignment in next.Present)
            {
                Include(assignment.DeviceId, Facts(assignment.DeviceId));
            }
        }

        Tell();
    }

    private void Update(string deviceId, Func<NodeFacts, NodeFacts> change)
    {
        lock (gate)
        {
            var before = Facts(deviceId);
            var after = change(before);
            if (after == before && (counted.ContainsKey(deviceId) || tree.PointOf(deviceId) is null))
            {
                return;
            }

            facts[deviceId] = after;
            Include(deviceId, after);
        }

        Tell();
    }

    /// <summary>Counts a node, instead of what was counted of it before, in all parts above it.</summary>
    private void Include(string deviceId, NodeFacts now)
    {
        if (tree.PointOf(deviceId) is not { } assignment || tree.Find(PlantLevel.Point, assignment.Point) is not { } point)
        {
            return;
        }

        var before = counted.GetValueOrDefault(deviceId);
        counted[deviceId] = now;
        foreach (var item in tree.Upwards(point))
        {
            var key = (item.Level, item.Id);
            sums[key] = Exchange(sums.GetValueOrDefault(key, RollUp.Empty), before, now);
        }

        all = Exchange(all, before, now);
    }

    private static RollUp Exchange(RollUp sum, NodeFacts? before, NodeFacts now) => (before is null ? sum : sum.Minus(before)).Plus(now);

    private NodeFacts Facts(string deviceId)
    {
        if (facts.TryGetValue(deviceId, out var known))
        {
            return known;
        }

        var fresh = new NodeFacts(null, null, fleet.FindConvergence(deviceId)?.State ?? ConvergenceState.Unknown, fleet.FindTwin(deviceId)?.Connected ?? false, 0, 0);
        return facts[deviceId] = Report(Count(fresh, deviceId), deviceId);
    }

    private NodeFacts Report(NodeFacts known, string deviceId)
    {
        var reported = fleet.FindTwin(deviceId)?.Reported.Properties;
        return reported is null ? known : known with { Verdict = Text(reported["verdict"]) ?? known.Verdict, Zone = Text(reported["zone"]) ?? known.Zone };
    }

    private NodeFacts Count(NodeFacts known, string deviceId)
    {
        var active = alarms.Active(deviceId);
        return known with { Active = active.Count, Unacknowledged = active.Count(row => row.State == AlarmState.Raised) };
    }

    private static string? Text(System.Text.Json.Nodes.JsonNode? node) =>
        node?.GetValueKind() == System.Text.Json.JsonValueKind.String ? node.GetValue<string>() : null;

    private void Tell()
    {
        foreach (var subscriber in subscribers)
        {
            subscriber();
        }
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}

/// <summary>The plant at one moment.</summary>
internal sealed record PlantLook(
    PlantTree Tree, RollUp All, IReadOnlyDictionary<(PlantLevel, string), RollUp> Sums, IReadOnlyDictionary<string, NodeFacts> Nodes)
{
    public RollUp Of(PlantItem item) => Sums.GetValueOrDefault((item.Level, item.Id), RollUp.Empty);

    public ILookup<(PlantLevel, string), PlantItem> Children { get; } =
        Tree.Items.Where(item => item.Level != PlantLevel.Site).ToLookup(item => (item.Level - 1, item.Parent));
}
