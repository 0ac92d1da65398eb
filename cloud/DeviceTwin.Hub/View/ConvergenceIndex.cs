using System.Collections.Concurrent;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;
using DeviceTwin.Twins.Reconciliation;

namespace DeviceTwin.Hub.View;

/// <summary>How many devices a configuration targets, and on how many its settings stand.</summary>
internal readonly record struct ConfigurationCounts(int Targeted, int Succeeded, int Failed);

/// <summary>
/// Devices by their state, in all and by the configurations that set something on them, and the counts of configurations. Nothing is done while nobody
/// looks; then a device costs something only where something happened to it since the last look. An edit of a configuration may move
/// winners anywhere: after one every device is looked at once.
/// </summary>
internal sealed class ConvergenceIndex : IDisposable
{
    private readonly IFleet fleet;
    private readonly IDisposable subscription;
    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<string, bool> dirty = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Line> lines = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ConfigurationCounts> counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DevicesByState> byConfiguration = new(StringComparer.Ordinal);
    private readonly DevicesByState all = new();
    private PreparedConfiguration[] prepared = [];
    private object[]? version;

    public ConvergenceIndex(IFleet fleet)
    {
        this.fleet = fleet;
        subscription = fleet.Subscribe(happened =>
        {
            if (happened is not (FleetEvent.TelemetryReceived or FleetEvent.ConnectionChanged))
            {
                dirty[happened.DeviceId] = true;
            }
        });
    }

    /// <summary>How often a device was looked at, ever: for the test that this is seldom.</summary>
    public long Looks { get; private set; }

    public ConfigurationCounts CountsOf(string configurationId)
    {
        lock (gate)
        {
            CatchUp();
            return counts.GetValueOrDefault(configurationId);
        }
    }

    /// <summary>A page of device ids, those furthest from what is desired first, and how many there are on all pages.</summary>
    /// <param name="configurationId">Only devices on which it sets something; null = all.</param>
    /// <param name="text">Found in the id, ignoring case. Only where it is given are all ids looked through.</param>
    public (IReadOnlyList<string> Page, int Count) Read(string? configurationId, string text, bool notInSync, int skip, int take)
    {
        lock (gate)
        {
            CatchUp();
            var devices = configurationId is null ? all : byConfiguration.GetValueOrDefault(configurationId);
            return devices?.Read(text, notInSync, skip, take) ?? ([], 0);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => subscription.Dispose();

    private void CatchUp()
    {
        var configurations = fleet.ListConfigurations();
        var stages = fleet.ListStages();
        object[] now = [.. configurations, .. stages.SelectMany(stage => (object[])[stage, fleet.ListAdmissions(stage.Next.Id).Count])];
        if (version is null || !now.SequenceEqual(version))
        {
            version = now;
            prepared = [.. configurations.Select(PreparedConfiguration.Prepare)];
            foreach (var deviceId in lines.Keys.Concat(fleet.ListIdentities().Select(identity => identity.DeviceId)))
            {
                dirty[deviceId] = true;
            }
        }

        foreach (var deviceId in dirty.Keys)
        {
            // Before it is read: whatever comes meanwhile marks it again.
            dirty.TryRemove(deviceId, out _);
            Look(deviceId);
        }
    }

    private void Look(string deviceId)
    {
        Looks++;
        if (lines.Remove(deviceId, out var old))
        {
            Put(deviceId, old, add: false);
        }

        if (fleet.FindTwin(deviceId) is { } twin && fleet.FindConvergence(deviceId) is { } convergence && fleet.FindIdentity(deviceId) is { } identity)
        {
            var line = LineOf(twin, convergence, identity.Enabled);
            lines[deviceId] = line;
            Put(deviceId, line, add: true);
        }
    }

    private Line LineOf(TwinDocument twin, NodeConvergence convergence, bool enabled)
    {
        var states = convergence.Paths.ToDictionary(path => path.Path, path => path.State, StringComparer.Ordinal);
        var subject = new ConditionSubject(twin, enabled);
        var shares = new List<(string Id, ConfigurationCounts Counts)>();
        foreach (var one in prepared.Where(one => one.Targets(subject)))
        {
            var id = one.Configuration.Id;
            var won = one.Settings.Where(setting => twin.Applied.GetValueOrDefault(setting.Key)?.ConfigurationId == id)
                .Select(setting => states.GetValueOrDefault(setting.Key, ConvergenceState.Unknown)).ToArray();
            shares.Add((id, new ConfigurationCounts(
                1,
                won.Length > 0 && Array.TrueForAll(won, state => state == ConvergenceState.InSync) ? 1 : 0,
                Array.Exists(won, state => state is ConvergenceState.Rejected or ConvergenceState.Drifted) ? 1 : 0)));
        }

        return new Line(convergence.State, [.. twin.Applied.Values.Select(setting => setting.ConfigurationId).Distinct(StringComparer.Ordinal)], [.. shares]);
    }

    private void Put(string deviceId, Line line, bool add)
    {
        all.Put(deviceId, line.State, add);
        foreach (var id in line.Applied)
        {
            if (!byConfiguration.TryGetValue(id, out var devices))
            {
                byConfiguration[id] = devices = new DevicesByState();
            }

            devices.Put(deviceId, line.State, add);
        }

        var sign = add ? 1 : -1;
        foreach (var (id, share) in line.Shares)
        {
            var (targeted, succeeded, failed) = counts.GetValueOrDefault(id);
            counts[id] = new ConfigurationCounts(targeted + (sign * share.Targeted), succeeded + (sign * share.Succeeded), failed + (sign * share.Failed));
        }
    }

    /// <param name="Applied">The configurations that set something on the device.</param>
    /// <param name="Shares">What it adds to the counts of those that target it.</param>
    private sealed record Line(ConvergenceState State, string[] Applied, (string Id, ConfigurationCounts Counts)[] Shares);

    /// <summary>Device ids in order, the worst state first.</summary>
    private sealed class DevicesByState
    {
        private readonly SortedDictionary<ConvergenceState, SortedSet<string>> states = [];

        public void Put(string deviceId, ConvergenceState state, bool add)
        {
            if (!states.TryGetValue(state, out var devices))
            {
                states[state] = devices = new SortedSet<string>(StringComparer.Ordinal);
            }

            _ = add ? devices.Add(deviceId) : devices.Remove(deviceId);
        }

        public (IReadOnlyList<string> Page, int Count) Read(string text, bool notInSync, int skip, int take)
        {
            var shown = states.Where(state => !notInSync || state.Key != ConvergenceState.InSync).Select(state => state.Value).ToArray();
            if (text.Length > 0)
            {
                var found = shown.SelectMany(devices => devices).Where(id => id.Contains(text, StringComparison.OrdinalIgnoreCase)).ToArray();
                return ([.. found.Skip(skip).Take(take)], found.Length);
            }

            var (page, left) = (new List<string>(), skip);
            foreach (var devices in shown)
            {
                if (left >= devices.Count)
                {
                    left -= devices.Count;
                    continue;
                }

                page.AddRange(devices.Skip(left).Take(take - page.Count));
                left = 0;
            }

            return (page, shown.Sum(devices => devices.Count));
        }
    }
}
