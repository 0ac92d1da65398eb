using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.View;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Alarms;
using DeviceTwin.Storage.Plant;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;
using DeviceTwin.Twins.Rollouts;

namespace DeviceTwin.Hub.Changes;

/// <summary>What nodes say while a change is under way.</summary>
internal sealed partial class ChangeService
{
    /// <summary>Messages from which a node's usual coverage is taken.</summary>
    private const int MessagesOfBaseline = 256;

    /// <summary>Where a node does not say how often it measures.</summary>
    private const int StandardCaptureSeconds = 60;

    /// <summary>A board that does not have what a setting asks for says so in this word.</summary>
    private const string NotFitted = "notFitted";

    private readonly ConcurrentQueue<object> happenings = new();
    private readonly SemaphoreSlim urgent = new(0);
    private readonly HashSet<string> active = new(StringComparer.Ordinal);
    private readonly List<IDisposable> listenings = [];
    private volatile bool isWatching;

    /// <summary>From now on what happens is noted.</summary>
    internal void Listen()
    {
        listenings.Add(alarms.Subscribe(row =>
        {
            lock (active)
            {
                if (!row.IsActive)
                {
                    active.Remove(row.Id);
                }
                else if (active.Add(row.Id) && isWatching)
                {
                    happenings.Enqueue(row);
                }
            }
        }));
        lock (active)
        {
            active.UnionWith(alarms.Active().Select(row => row.Id));
        }

        isWatching = runs.Values.Any(run => run.Change.State.IsUnderWay);
        listenings.Add(fleet.Subscribe(happened =>
        {
            if (!isWatching || happened is FleetEvent.DesiredChanged or FleetEvent.TagsChanged or FleetEvent.DesiredNeeded or FleetEvent.IdentityChanged)
            {
                return;
            }

            happenings.Enqueue(happened);
            if (happened is FleetEvent.ConvergenceChanged or FleetEvent.ConnectionChanged && urgent.CurrentCount == 0)
            {
                urgent.Release();
            }
        }));
    }

    private static string TextAt(JsonObject root, string path) =>
        (Json.At(root, path) is JsonObject acknowledged ? acknowledged["value"] : Json.At(root, path)) is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    private static int? NumberAt(JsonObject root, string path) =>
        Json.Integer(Json.At(root, path) is JsonObject acknowledged ? acknowledged["value"] : Json.At(root, path)) is { } number and >= int.MinValue and <= int.MaxValue ? (int)number : null;

    /// <returns>Whether anything happened.</returns>
    private bool TakeIn()
    {
        var isNews = false;
        ChangeRun[] watched = [.. runs.Values.Where(run => run.Change.State.IsUnderWay && run.Watch is not null)];
        isWatching = runs.Values.Any(run => run.Change.State.IsUnderWay);
        while (happenings.TryDequeue(out var happened))
        {
            isNews = true;
            foreach (var run in watched)
            {
                Take(run.Watch!, happened);
            }
        }

        return isNews;
    }

    private void Take(ChangeWatch watch, object happened)
    {
        switch (happened)
        {
            case AlarmRow row when watch.Concerns(row.DeviceId):
                watch.Add(new NodeReading(row.DeviceId, row.RaisedAt, Captures: 0, RaisedAlarms: 1));
                break;
            case FleetEvent.TelemetryReceived { Message: { Kind: null or "features" } message } told when watch.Concerns(told.DeviceId):
                var features = TelemetryReader.Features(message);
                watch.Add(new NodeReading(
                    told.DeviceId,
                    told.At,
                    CoveragePermille: features?.CoveragePermille,
                    RaisedInShadow: watch.IsShadow && features?.Trial is { } trial ? watch.NewInTrial(told.DeviceId, trial.Alarms) : 0));
                break;
            case FleetEvent.ReportedChanged change when watch.Concerns(change.DeviceId):
                watch.Dirty.Add(change.DeviceId);
                if (change.Patch.ContainsKey("health") && fleet.FindTwin(change.DeviceId) is { } twin)
                {
                    watch.Add(new NodeReading(
                        change.DeviceId,
                        change.At,
                        Captures: 0,
                        HeapLowWaterBytes: NumberAt(twin.Reported.Properties, "health.heapLowWaterBytes"),
                        Mode: TextAt(twin.Reported.Properties, "health.mode") is { Length: > 0 } mode ? mode : null));
                }

                break;
            case FleetEvent.ConnectionChanged { Connected: true } change when watch.Concerns(change.DeviceId):
                watch.Dirty.Add(change.DeviceId);
                var comesBackToAll = resumedAt is { } resumed && change.At - resumed < options.Settle;
                watch.Add(new NodeReading(change.DeviceId, change.At, Captures: 0, Sessions: comesBackToAll ? 0 : 1));
                break;
            case FleetEvent.ConvergenceChanged change when watch.Concerns(change.DeviceId):
                watch.Dirty.Add(change.DeviceId);
                break;
        }
    }

    /// <summary>Who has answered, and how.</summary>
    private void LookAtTwins(ChangeRun run, ChangeWatch watch, DateTimeOffset at)
    {
        var paths = run.Paths;
        var turnOf = run.Turn.ToHashSet(StringComparer.Ordinal);
        foreach (var id in turnOf.Where(id => watch.Dirty.Contains(id) || !watch.IsSettled(id)))
        {
            if (fleet.FindConvergence(id) is not { } node || (!watch.IsShadow && watch.Ledger.SentAt(id) is null))
            {
                continue;
            }

            var own = node.Paths.Where(path => paths.Contains(path.Path)).ToArray();
            foreach (var refused in own.Where(path => path.State == ConvergenceState.Rejected))
            {
                if (watch.IsShadow && refused.Reason?.StartsWith(NotFitted, StringComparison.Ordinal) == true)
                {
                    watch.NotFit(id);
                }
                else
                {
                    watch.Reject(new Rejection(id, BoardOf(id), refused.Path, refused.AcknowledgementCode ?? 0, refused.Reason ?? ""));
                }
            }

            if (own.All(path => path.State == ConvergenceState.InSync))
            {
                watch.Settle(id, at);
            }
        }

        watch.Dirty.Clear();
    }

    private string BoardOf(string deviceId) => fleet.FindTwin(deviceId) is { } twin ? TextAt(twin.Reported.Properties, "board") : "";

    private IEnumerable<string> Expected(ChangeRun run) =>
        run.Watch is { IsShadow: true } ? run.Groups.Canary : run.File.Devices.Select(device => device.DeviceId);

    /// <summary>The longer of the node's interval and that which the change asks for: a node that measures less often is not silent.</summary>
    private Func<string, TimeSpan> CaptureInterval(ChangeRun run)
    {
        var proposed = run.Change.Settings.FirstOrDefault(setting => setting.Key == "sampling.captureIntervalSeconds").Value is { } value ? Json.Integer(value) ?? 0 : 0;
        return deviceId => TimeSpan.FromSeconds(Math.Max(
            Math.Clamp(proposed, 0, 7 * 86400), (fleet.FindTwin(deviceId) is { } twin ? NumberAt(twin.Reported.Properties, "sampling.captureIntervalSeconds") : null) ?? StandardCaptureSeconds));
    }

    /// <summary>
    /// How a node was. Alarms are known since it was registered; coverage from its newest messages. Of the other facts there is no record by
    /// the window: they are taken as equally likely for all.
    /// </summary>
    private NodeBaseline Baseline(string deviceId, ChangeRun run, DateTimeOffset at)
    {
        var plan = run.Change.Plan;
        var from = at - (plan.Window * plan.BaselineWindows);
        if (fleet.FindIdentity(deviceId) is not { } identity)
        {
            return NodeBaseline.Unknown(deviceId);
        }

        var since = identity.CreatedAt > from ? identity.CreatedAt : from;
        var coverage = fleet.ReadTelemetry(deviceId, "features", MessagesOfBaseline).Where(message => message.EnqueuedAt >= from)
            .Select(TelemetryReader.Features).Average(features => features?.CoveragePermille);
        var windows = store.ReadAlarms(new AlarmQuery(int.MaxValue) { DeviceId = deviceId, From = since, To = at })
            .Where(row => row.RaisedAt >= since)
            .Select(row => (int)((row.RaisedAt - from) / plan.Window)).Distinct().Count();
        var heap = fleet.FindTwin(deviceId) is { } twin ? NumberAt(twin.Reported.Properties, "health.heapLowWaterBytes") : null;
        var observed = plan.BaselineWindows - (int)((since - from) / plan.Window);
        var with = NodeBaseline.Unknown(deviceId).WindowsWith;
        return new NodeBaseline(
            deviceId,
            observed,
            windows > 0 ? with.Add(NodeFact.Alarm, Math.Min(windows, observed)) : with,
            coverage is { } mean ? (int)Math.Round(mean, MidpointRounding.AwayFromZero) : null,
            null,
            heap);
    }

    /// <summary>Whom a configuration targets now, with class and line of the machine.</summary>
    private List<RolloutDevice> Targeted(Configuration live)
    {
        var condition = TwinCondition.Parse(live.TargetCondition, ConditionScope.Target);
        var tree = plant.Current;
        var devices = new List<RolloutDevice>();
        foreach (var identity in fleet.ListIdentities())
        {
            if (fleet.FindTwin(identity.DeviceId) is { } twin && condition.Matches(new ConditionSubject(twin, identity.Enabled)))
            {
                var machine = tree.PointOf(twin.DeviceId) is { } mounted ? tree.Find(PlantLevel.Machine, mounted.Machine) : null;
                devices.Add(new RolloutDevice(
                    twin.DeviceId, machine?.Machine?.Class ?? TextAt(twin.Tags, "machineClass"), tree.PlaceOf(twin.DeviceId)?.Line ?? TextAt(twin.Tags, "line"), twin.Connected));
            }
        }

        return devices;
    }
}
