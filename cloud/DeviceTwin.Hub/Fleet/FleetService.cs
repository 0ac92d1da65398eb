using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json.Nodes;
using DeviceTwin.Storage;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Reconciliation;

namespace DeviceTwin.Hub.Fleet;

/// <summary>
/// The fleet in memory over a store. Writers work, one at a time, on the newest state and queue what they did with the store; once that is
/// durable it becomes visible to readers, its events go out and the writer's task completes. So readers never see what a
/// crash could take back. When a commit fails, the writers' state falls back to the visible one.
/// </summary>
internal sealed partial class FleetService : IFleet, IDisposable
{
    /// <summary>After a commit failed, until the hub sees to what it may have kept from devices.</summary>
    private static readonly TimeSpan PlanAgainAfter = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private readonly IHubStore store;
    private readonly TimeProvider time;
    private readonly ILogger<FleetService> logger;
    private readonly ResendSchedule resends;
    private readonly ITelemetrySubject[] subjects;
    private readonly bool reportedInFeed;

    /// <summary>What writers see; guarded by <see cref="gate"/>.</summary>
    private readonly Dictionary<string, DeviceState> working = new(StringComparer.Ordinal);

    /// <summary>What readers see: only what is durable. Written on the store's thread.</summary>
    private readonly ConcurrentDictionary<string, DeviceState> visible = new(StringComparer.Ordinal);

    /// <summary>By precedence, as writers see them; guarded by <see cref="gate"/>.</summary>
    private ImmutableArray<PreparedConfiguration> workingConfigurations = [];

    private ImmutableArray<PreparedConfiguration> visibleConfigurations = [];
    private ImmutableArray<Action<FleetEvent>> subscribers = [];
    private ImmutableArray<Action<FleetEvent>> moduleSubscribers = [];
    private readonly TagIndex tags = new();
    private readonly ITimer expiry;
    private readonly ITimer planning;
    private readonly ConvergenceTimes times = new();
    private long lastStage;
    private long evaluations;
    private long telemetryTotal;
    private long reportedTotal;
    private long desiredTotal;

    public FleetService(
        IHubStore store, IEnumerable<ITelemetrySubject> subjects, TimeProvider time, FleetOptions options, ILogger<FleetService> logger)
    {
        this.subjects = [.. subjects];
        this.store = store;
        reportedInFeed = options.ReportedChangesInFeed;
        this.time = time;
        metricResults = new MetricResults(time);
        this.logger = logger;
        resends = new ResendSchedule(time, options.ResendAfter, options.ResendLimit, Resend);
        expiry = time.CreateTimer(_ => Expire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        planning = time.CreateTimer(_ => PlanAll(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        store.CommitFailed += FallBack;
        Load(store.Load());
    }

    /// <inheritdoc/>
    public ConfigurationWork ConfigurationWork
    {
        get
        {
            lock (gate)
            {
                return new ConfigurationWork(Interlocked.Read(ref evaluations), tags.Scans);
            }
        }
    }

    /// <inheritdoc/>
    public ConvergenceTimeFigures ConvergenceTimes => times.Read();

    /// <inheritdoc/>
    public ConvergenceTime? FindConvergenceTime(string deviceId) =>
        visible.GetValueOrDefault(deviceId) is { } state ? new ConvergenceTime(state.InSyncAfter, state.Awaited) : null;

    /// <inheritdoc/>
    public FleetTotals Totals => new(
        Interlocked.Read(ref telemetryTotal), Interlocked.Read(ref reportedTotal), Interlocked.Read(ref desiredTotal));

    /// <inheritdoc/>
    public FleetStatistics Statistics
    {
        get
        {
            var (total, enabled, connected) = (0, 0, 0);
            foreach (var (_, state) in visible)
            {
                total++;
                enabled += state.Identity.Enabled ? 1 : 0;
                connected += state.Presence.Connected ? 1 : 0;
            }

            return new FleetStatistics(total, enabled, total - enabled, connected);
        }
    }

    /// <summary>Every device as readers see it. (The dictionary's own list of values would hold up its writer.)</summary>
    private IEnumerable<DeviceState> States => visible.Select(entry => entry.Value);

    /// <inheritdoc/>
    public TwinDocument? FindTwin(string deviceId) => Visible(deviceId)?.Seen;

    /// <inheritdoc/>
    public NodeConvergence? FindConvergence(string deviceId) =>
        Visible(deviceId) is { } state ? state.Reconciliation.Describe(state.Twin) : null;

    /// <inheritdoc/>
    public IReadOnlyList<TelemetryMessage> ReadTelemetry(string deviceId, string? kind, int limit) =>
        Refusing(() => store.ReadTelemetry(deviceId, kind, limit));

    /// <inheritdoc/>
    public IReadOnlyList<AuditRow> ReadAudit(string? deviceId, int limit) => Refusing(() => store.ReadAudit(deviceId, limit));

    /// <inheritdoc/>
    public TwinChangePage ReadChanges(TwinChangeSearch search) => Refusing(() => store.ReadChanges(search));

    /// <inheritdoc/>
    public IDisposable Subscribe(Action<FleetEvent> callback, bool modules = false)
    {
        ImmutableInterlocked.Update(ref subscribers, static (list, added) => list.Add(added), callback);
        if (modules)
        {
            ImmutableInterlocked.Update(ref moduleSubscribers, static (list, added) => list.Add(added), callback);
        }

        return new Subscription(this, callback);
    }

    /// <summary>Ends the timers; the store is the container's to close.</summary>
    public void Dispose()
    {
        store.CommitFailed -= FallBack;
        expiry.Dispose();
        planning.Dispose();
        resends.Dispose();
    }

    private void Load(StoredFleet stored)
    {
        foreach (var configuration in stored.Configurations)
        {
            try
            {
                workingConfigurations = workingConfigurations.Add(PreparedConfiguration.Prepare(configuration));
            }
            catch (TwinException refusal)
            {
                FleetLog.ConfigurationUnusable(logger, configuration.Id, refusal.Message);
            }
        }

        workingConfigurations = workingConfigurations.Sort(PreparedConfiguration.ByPrecedence);
        visibleConfigurations = workingConfigurations;
        var besides = store.LoadConfigurationState();
        LoadStages(besides);
        var overrides = besides.Overrides.ToLookup(setting => setting.DeviceId, StringComparer.Ordinal);
        var admissions = besides.Admissions.ToLookup(admission => admission.DeviceId, StringComparer.Ordinal);
        telemetryTotal = stored.Counters.GetValueOrDefault(FleetCounters.Telemetry);
        reportedTotal = stored.Counters.GetValueOrDefault(FleetCounters.ReportedPatches);
        desiredTotal = stored.Counters.GetValueOrDefault(FleetCounters.DesiredPatches);

        var twins = stored.Twins.ToDictionary(twin => twin.DeviceId, StringComparer.Ordinal);
        var removals = store.LoadDesiredRemovals();
        var sessions = stored.Sessions.ToDictionary(session => session.DeviceId, StringComparer.Ordinal);
        foreach (var identity in stored.Identities)
        {
            var twin = twins.GetValueOrDefault(identity.DeviceId) ?? throw new StorageException(
                StorageError.Corrupt, $"The database has no twin of device {identity.DeviceId}. Move it away and restore a backup.");
            working[identity.DeviceId] = visible[identity.DeviceId] = new DeviceState(
                identity, twin, NodeReconciliation.From(twin), sessions.GetValueOrDefault(identity.DeviceId), PresenceAtStart(stored, twin))
            {
                Removed = removals.GetValueOrDefault(identity.DeviceId, RemovedPaths.None),
                Overrides = overrides[identity.DeviceId].ToImmutableSortedDictionary(setting => setting.Path, setting => setting, StringComparer.Ordinal),
                Admissions = admissions[identity.DeviceId].ToImmutableSortedDictionary(admission => admission.ConfigurationId, admission => admission, StringComparer.Ordinal),
            };
            tags.Put(identity.DeviceId, null, twin.Tags);
        }

        if (twins.Keys.FirstOrDefault(deviceId => !working.ContainsKey(deviceId)) is { } orphan)
        {
            throw new StorageException(
                StorageError.Corrupt, $"The database has no identity of device {orphan}, only its twin. Move it away and restore a backup.");
        }

        LoadModules(stored, sessions, removals);
        FleetLog.Loaded(logger, working.Count, workingConfigurations.Length);

        // A configuration may have been stored just before the process ended, its effect on the devices not.
        lock (gate)
        {
            CollectAdmitted();
            AwaitAllExpiries();
            PlanAll();
        }
    }

    /// <summary>What is known of a connection at a start. Who was there when the hub ended is not there now: that changes with the start.</summary>
    private DevicePresence PresenceAtStart(StoredFleet stored, TwinDocument twin)
    {
        var noted = stored.Presence.GetValueOrDefault(twin.Address);
        DateTimeOffset?[] signs = [twin.LastActivityAt, stored.LastTelemetryAt.TryGetValue(twin.Address, out var telemetryAt) ? telemetryAt : null, noted?.ChangedAt];
        return new DevicePresence(signs.Max(), noted is { Connected: true } ? time.GetUtcNow() : noted?.ChangedAt);
    }

    /// <summary>Brings every device and module to its configurations; nothing is written where nothing changes.</summary>
    private void PlanAll()
    {
        lock (gate)
        {
            foreach (var address in working.Keys.Concat(ModuleAddresses()).ToArray())
            {
                _ = Reconfigure(address);
            }
        }
    }

    /// <summary>The device for a writer, inside the lock.</summary>
    private DeviceState Device(string deviceId) => working.GetValueOrDefault(deviceId) ?? throw FleetErrors.DeviceNotFound(deviceId);

    /// <summary>Queues a finished change, inside the lock; the task completes when it is durable, visible and told.</summary>
    private Task Publish(DeviceChange change)
    {
        Take(change);
        return store.Write(change.Stored, () => Show(change));
    }

    /// <summary>The same of several that become durable together.</summary>
    private Task Publish(IReadOnlyList<DeviceChange> changes)
    {
        foreach (var change in changes)
        {
            Take(change);
        }

        return store.Write([.. changes.SelectMany(change => change.Stored)], () =>
        {
            foreach (var change in changes)
            {
                Show(change);
            }
        });
    }

    /// <summary>Has writers see a finished change, inside the lock.</summary>
    private void Take(DeviceChange change)
    {
        change.Finish();
        Remind(change);
        if (change.State.Identity.ModuleId is not null)
        {
            TakeModule(change.State);
            return;
        }

        var deviceId = change.State.Identity.DeviceId;
        var before = working.GetValueOrDefault(deviceId)?.Twin.Tags;
        if (!ReferenceEquals(before, change.State.Twin.Tags))
        {
            tags.Put(deviceId, before, change.State.Twin.Tags);
        }

        working[deviceId] = change.State;
    }

    /// <summary>Has readers see a durable change, and tells of it; on the store's thread.</summary>
    private void Show(DeviceChange change)
    {
        ShowState(change.State);
        Interlocked.Add(ref desiredTotal, change.DesiredPatches);
        Interlocked.Add(ref reportedTotal, change.ReportedPatches);
        if (change.InSyncAfter is { } took && change.State.Identity.ModuleId is null)
        {
            times.Add(took);
        }

        Tell(change.Events);
    }

    /// <summary>Begins to wait for a connected device's answer; one that speaks of another history is sent the document at once.</summary>
    private void Remind(DeviceChange change)
    {
        var state = change.State;
        var doubt = (change.Actions & ReconciliationActions.SendDocument) != 0;
        if (state.Presence.ConnectionId is not null
            && (change.Actions & (ReconciliationActions.StartTimer | ReconciliationActions.SendDocument)) != 0
            && resends.Await(state.Identity.Address, state.Twin.Desired.Version, doubt))
        {
            change.SendDocument();
        }
    }

    private void Tell(IReadOnlyList<FleetEvent> events)
    {
        foreach (var happened in events)
        {
            Tell(happened);
        }
    }

    private void Tell(FleetEvent happened)
    {
        if (happened is FleetEvent.DesiredChanged desired)
        {
            FleetLog.DesiredChanged(logger, desired.DeviceId, desired.Version, desired.Author);
        }

        foreach (var subscriber in TwinAddress.IsModule(happened.DeviceId) ? moduleSubscribers : subscribers)
        {
            try
            {
                subscriber(happened);
            }
            catch (Exception e)
            {
                FleetLog.SubscriberFailed(logger, e);
            }
        }
    }

    /// <summary>A commit failed: writers go back to what is durable, and what is queued on top of the lost changes fails too.</summary>
    private void FallBack(StorageException reason)
    {
        lock (gate)
        {
            FleetLog.CommitFailed(logger, (int)reason.Error, reason.Message);
            working.Clear();
            tags.Clear();
            foreach (var (deviceId, state) in visible)
            {
                working[deviceId] = state;
                tags.Put(deviceId, null, state.Twin.Tags);
            }

            FallBackModules();
            workingConfigurations = visibleConfigurations;
            workingStages = visibleStages;
            CollectAdmitted();
            AwaitAllExpiries(FailedExpiryWait);
            foreach (var subject in subjects)
            {
                subject.FallBack();
            }

            store.FailQueued(reason);

            // A configuration may have been stored by a commit before this one, its effect on some of its devices not.
            planning.Change(PlanAgainAfter, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Waits for durability. Giving up the wait does not take the change back.</summary>
    private static async Task Durable(Task written, CancellationToken cancellation)
    {
        try
        {
            await written.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (StorageException failure)
        {
            throw FleetErrors.Translate(failure);
        }
    }

    private static T Refusing<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (TwinException refusal)
        {
            throw FleetErrors.Translate(refusal);
        }
        catch (StorageException failure)
        {
            throw FleetErrors.Translate(failure);
        }
    }

    private sealed class Subscription(FleetService fleet, Action<FleetEvent> callback) : IDisposable
    {
        private int disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref disposed, 1) == 0)
            {
                ImmutableInterlocked.Update(ref fleet.subscribers, static (list, removed) => list.Remove(removed), callback);
                ImmutableInterlocked.Update(ref fleet.moduleSubscribers, static (list, removed) => list.Remove(removed), callback);
            }
        }
    }
}
