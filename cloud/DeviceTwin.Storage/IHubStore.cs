using DeviceTwin.Storage.Access;
using DeviceTwin.Storage.Alarms;
using DeviceTwin.Storage.Audit;
using DeviceTwin.Storage.Backup;
using DeviceTwin.Storage.Configurations;
using DeviceTwin.Storage.Evidence;
using DeviceTwin.Storage.Feedback;
using DeviceTwin.Storage.History;
using DeviceTwin.Storage.Jobs;
using DeviceTwin.Storage.Plant;
using DeviceTwin.Storage.Rollouts;
using DeviceTwin.Storage.Sequence;
using DeviceTwin.Storage.Waveforms;
using DeviceTwin.Twins;

namespace DeviceTwin.Storage;

/// <summary>Everything the hub keeps, in one place: what it holds at start, a way to write, and the histories.</summary>
public interface IHubStore : IStoreWriter, ITelemetryStore, IAuditLog, IAccessStore, ICloudToDeviceStore, IDesiredRemovalStore, IWaveformStore, IBackupSource, ISequenceStore, IHistoryStore, IProvisioningStore, ITwinQueries, ITwinChangeLog, IAlarmStore, IEvidenceStore, IPlantStore, IConfigurationStateStore, IRolloutStore, IModuleStore, IJobStore, IFeedbackStore, IDisposable
{
    /// <summary>What was durable when the store was opened. Called once, before the first write.</summary>
    StoredFleet Load();
}

/// <summary>Writes changes in the order in which they come.</summary>
public interface IStoreWriter
{
    /// <summary>
    /// Queues changes that become durable together or not at all. The task completes after the commit that holds them, or fails with a
    /// <see cref="StorageException"/>. Never blocks. A write without changes only takes its place in the order; it cannot fail with a commit.
    /// </summary>
    /// <param name="durable">
    /// Called after the commit and before the task completes, for one write after the other in the order of the queue. Runs on
    /// the writer's thread: it must not block.
    /// </param>
    Task Write(IReadOnlyList<StoreChange> changes, Action? durable = null);

    /// <summary>Queues a write that is told by itself. Never blocks; what cannot be queued is failed and released at once.</summary>
    void Write(StoreWrite write) => Write(write.Changes, write.Durable).ContinueWith(
        static (done, told) =>
        {
            var write = (StoreWrite)told!;
            if (done.Exception?.InnerException is { } reason)
            {
                write.Failed(reason);
            }

            write.Release();
        },
        write,
        CancellationToken.None,
        TaskContinuationOptions.None,
        TaskScheduler.Default);

    /// <summary>
    /// Called on the writer's thread when a commit has failed, before the tasks of the writes concerned fail. Whoever writes must fall
    /// back to what is durable and then call <see cref="FailQueued"/>: writes that are queued already build on the lost ones.
    /// </summary>
    event Action<StorageException>? CommitFailed;

    /// <summary>Fails every write that is queued and not committed.</summary>
    void FailQueued(StorageException reason);
}

/// <summary>The history of device-to-cloud messages: the newest of each device and kind.</summary>
public interface ITelemetryStore
{
    /// <summary>Durable messages of a device, newest first.</summary>
    /// <param name="kind">Only messages of this kind; null for all.</param>
    IReadOnlyList<TelemetryMessage> ReadTelemetry(string deviceId, string? kind, int limit);
}

/// <summary>Who changed what, and when. The log only grows: rows leave it by <see cref="AuditChange.Retire"/> alone.</summary>
public interface IAuditLog
{
    /// <summary>Durable rows, newest first.</summary>
    /// <param name="deviceId">Only rows of this device; null for all.</param>
    IReadOnlyList<AuditRow> ReadAudit(string? deviceId, int limit);

    /// <summary>Durable rows that fit, newest first, or oldest first where the query begins <see cref="AuditQuery.After"/> a row.</summary>
    IReadOnlyList<AuditEntry> ReadAudit(AuditQuery query);

    /// <summary>Which part of the log there is.</summary>
    AuditExtent AuditExtent();

    /// <summary>The end of the chain: the last row's number and hash, or the anchor where the log is empty.</summary>
    AuditHead AuditHead();

    /// <summary>Proves the chain over what is durable at this moment.</summary>
    /// <param name="kept">A head that was kept elsewhere; null = none.</param>
    AuditProof VerifyAudit(AuditHead? kept = null);
}

/// <summary>What the store held when it was opened.</summary>
/// <param name="LastTelemetryAt">Device id to the time of its newest message.</param>
/// <param name="Counters">Name to value; see <see cref="StoreChange.Count"/>.</param>
public sealed record StoredFleet(
    IReadOnlyList<DeviceIdentity> Identities,
    IReadOnlyList<TwinDocument> Twins,
    IReadOnlyList<DeviceSession> Sessions,
    IReadOnlyList<Configuration> Configurations,
    IReadOnlyDictionary<string, DateTimeOffset> LastTelemetryAt,
    IReadOnlyDictionary<string, long> Counters)
{
    /// <summary>The modules of the devices; sessions and telemetry times have theirs among the devices', by address.</summary>
    public IReadOnlyList<StoredModule> Modules { get; init; } = [];

    /// <summary>When devices and modules last came or went, by address; those that never did are missing.</summary>
    public IReadOnlyDictionary<string, StoredPresence> Presence { get; init; } = new Dictionary<string, StoredPresence>();
}

/// <summary>A module with its twin.</summary>
public sealed record StoredModule(DeviceIdentity Identity, TwinDocument Twin);

/// <summary>The modules of devices.</summary>
public interface IModuleStore
{
    /// <summary>The twins of all modules, as last committed, by device and module.</summary>
    IReadOnlyList<TwinDocument> ReadModuleTwins();
}
