using System.Collections.Immutable;
using System.Text.Json.Nodes;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Configurations;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;
using DeviceTwin.Twins.Reconciliation;

namespace DeviceTwin.Hub.Fleet;

/// <summary>Overrides of single devices, and who wins a path.</summary>
internal sealed partial class FleetService
{
    /// <summary>Longer than that is no exception any more.</summary>
    private static readonly TimeSpan LongestOverride = TimeSpan.FromDays(366);

    /// <summary>The longest time that a timer waits at once.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(20);

    /// <summary>A disk that is full is full again a moment later.</summary>
    private static readonly TimeSpan FailedExpiryWait = TimeSpan.FromSeconds(10);

    private const int LongestReason = 1000;

    /// <summary>Guarded by <see cref="gate"/>. What was removed or replaced stays in it until its time.</summary>
    private readonly PriorityQueue<(string DeviceId, string Path), DateTimeOffset> expiring = new();

    /// <inheritdoc/>
    public IReadOnlyList<SettingOverride>? ListOverrides(string deviceId) => visible.GetValueOrDefault(deviceId) is { } state ? [.. state.Overrides.Values] : null;

    /// <inheritdoc/>
    public IReadOnlyList<PathWinner>? FindWinners(string deviceId) =>
        visible.GetValueOrDefault(deviceId) is { } state ? Winners.Explain(state.Twin, LayersOf(state, visibleConfigurations, visibleStages)) : null;

    /// <inheritdoc/>
    public async Task<SettingOverride> PutOverride(
        string deviceId, string path, JsonNode value, string owner, string reason, DateTimeOffset expiresAt, CancellationToken cancellation)
    {
        var at = time.GetUtcNow();
        CheckOverride(path, value, reason, at, expiresAt);
        SettingOverride setting;
        Task written;
        lock (gate)
        {
            var state = Device(deviceId);
            if (state.Overrides.Keys.FirstOrDefault(other => IsBelow(other, path) || IsBelow(path, other)) is { } other)
            {
                throw new HubException(HubError.ArgumentInvalid, $"The device has an override of {other}: one of the two would lie below the other. Remove it first.");
            }

            var known = state.Overrides.GetValueOrDefault(path);
            var twin = WithoutStages(state);
            var before = known is not null ? known.Before
                : twin.Applied.ContainsKey(path) ? null
                : Json.At(twin.Desired.Properties, path) is { } there and not JsonObject ? there.DeepClone()
                : null;
            setting = new SettingOverride(deviceId, path, value.DeepClone(), owner, reason, at, expiresAt) { Before = before };
            var change = new DeviceChange(state, at);
            change.SetOverride(setting, owner);
            if (ConfigureOr(change) is { } refusal)
            {
                throw new HubException(HubError.ArgumentInvalid, $"The device cannot take it: {refusal}");
            }

            written = Publish(change);
            expiring.Enqueue((deviceId, path), expiresAt);
            AwaitExpiry();
        }

        await Durable(written, cancellation).ConfigureAwait(false);
        return setting;
    }

    /// <inheritdoc/>
    public async Task DeleteOverride(string deviceId, string path, string author, CancellationToken cancellation)
    {
        Task written;
        lock (gate)
        {
            var setting = Device(deviceId).Overrides.GetValueOrDefault(path) ?? throw FleetErrors.OverrideNotFound(deviceId, path);
            written = EndOverride(setting, author, "override.remove");
        }

        await Durable(written, cancellation).ConfigureAwait(false);
    }

    /// <summary>Ends an override, inside the lock: the winner among the configurations returns, or what stood there before.</summary>
    private Task EndOverride(SettingOverride setting, string author, string action)
    {
        var change = new DeviceChange(working[setting.DeviceId], time.GetUtcNow());
        change.RemoveOverride(setting, author, action);
        Configure(change, setting.Before is { } before ? new Dictionary<string, JsonNode> { [setting.Path] = before } : null);
        return Publish(change);
    }

    /// <summary>The timer: what has ended is taken back.</summary>
    private void Expire()
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            while (expiring.TryPeek(out var entry, out var at) && at <= now)
            {
                expiring.Dequeue();
                if (working.GetValueOrDefault(entry.DeviceId)?.Overrides.GetValueOrDefault(entry.Path) is { } setting && setting.ExpiresAt <= now)
                {
                    FleetLog.OverrideExpired(logger, setting.DeviceId, setting.Path, setting.Owner);
                    _ = EndOverride(setting, setting.Owner, "override.expire");
                }
            }

            AwaitExpiry();
        }
    }

    /// <summary>Inside the lock.</summary>
    /// <param name="least">No sooner than this, whatever has ended.</param>
    private void AwaitExpiry(TimeSpan least = default)
    {
        if (expiring.TryPeek(out _, out var at))
        {
            var wait = at - time.GetUtcNow();
            expiry.Change(wait < least ? least : wait > LongestWait ? LongestWait : wait, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>After a start or a lost commit, inside the lock.</summary>
    /// <param name="least">No sooner than this, whatever has ended.</param>
    private void AwaitAllExpiries(TimeSpan least = default)
    {
        expiring.Clear();
        foreach (var setting in working.Values.SelectMany(state => state.Overrides.Values))
        {
            expiring.Enqueue((setting.DeviceId, setting.Path), setting.ExpiresAt);
        }

        AwaitExpiry(least);
    }

    /// <summary>What asks something of a device: its overrides, then the configurations that target it, each in the version that the device is to have.</summary>
    private Layers LayersOf(
        DeviceState state, ImmutableArray<PreparedConfiguration> configurations, ImmutableDictionary<string, StagedConfiguration> stages)
    {
        var next = state.Admissions.IsEmpty ? [] : stages.Values.Where(stage => IsAdmitted(state, stage.Stage)).ToArray();
        var layers = LayersOf(state, configurations, next);
        return next.Length == 0 ? layers : layers with
        {
            Without = next.ToDictionary(stage => stage.Stage.Next.Id, stage => LayersOf(state, configurations, [.. next.Where(other => other != stage)]), StringComparer.Ordinal),
        };
    }

    private Layers LayersOf(DeviceState state, ImmutableArray<PreparedConfiguration> configurations, StagedConfiguration[] next)
    {
        var subject = Subject(state);
        var staged = next.Select(stage => stage.Stage.Next.Id).ToHashSet(StringComparer.Ordinal);
        IEnumerable<PreparedConfiguration> concerned = next.Length == 0
            ? configurations
            : configurations.Where(prepared => !staged.Contains(prepared.Configuration.Id)).Concat(next.Select(stage => stage.Prepared)).Order(PreparedConfiguration.ByPrecedence);
        return new Layers(
            [.. state.Overrides.Values],
            [.. concerned.Where(prepared => prepared.Configuration.ForModules == (state.Identity.ModuleId is not null)).Where(prepared =>
            {
                Interlocked.Increment(ref evaluations);
                return prepared.Condition.Matches(subject);
            })],
            staged);
    }

    /// <summary>The twin as it would be without the versions that are being rolled out, inside the lock.</summary>
    private TwinDocument WithoutStages(DeviceState state) => workingStages.Values
        .Where(staged => IsAdmitted(state, staged.Stage))
        .Aggregate(state.Twin, (twin, staged) => Staging.Without(twin, state.Removed, state.Admissions[staged.Stage.Next.Id].Journal));

    private static bool IsAdmitted(DeviceState state, ConfigurationStage stage) =>
        state.Admissions.TryGetValue(stage.Next.Id, out var admission) && admission.Stage == stage.Number && admission.Rollback is null;

    private static bool IsBelow(string path, string parent) => path.StartsWith(parent + ".", StringComparison.Ordinal);

    private static void CheckOverride(string path, JsonNode value, string reason, DateTimeOffset at, DateTimeOffset expiresAt)
    {
        var prepared = Refusing(() => PreparedConfiguration.Prepare(new Configuration(
            SettingOverride.Source, "", 0, new Dictionary<string, JsonNode?> { ["properties.desired." + path] = value }, new Dictionary<string, string>(), "", at, at)));
        if (prepared.Settings.Count != 1 || prepared.Settings[0].Key != path)
        {
            throw new HubException(HubError.ArgumentInvalid, $"An override sets one value: \"{path}\" is given an object. Override its members one by one.");
        }

        if (reason.Trim().Length is 0 or > LongestReason)
        {
            throw new HubException(HubError.ArgumentInvalid, $"An override needs a reason of 1 to {LongestReason} characters: whoever finds it wants to know whether it may go.");
        }

        if (expiresAt <= at || expiresAt > at + LongestOverride)
        {
            throw new HubException(
                HubError.ArgumentInvalid, $"expiresAt is {Json.Timestamp(expiresAt)}. Give a time from now to {LongestOverride.TotalDays} days ahead; for longer, change the configuration.");
        }
    }
}
