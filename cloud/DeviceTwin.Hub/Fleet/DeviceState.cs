using System.Collections.Immutable;
using DeviceTwin.Storage;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Reconciliation;

namespace DeviceTwin.Hub.Fleet;

/// <summary>All that is known of a device and survives a restart, with what follows from it. Immutable.</summary>
internal sealed record DeviceState(
    DeviceIdentity Identity,
    TwinDocument Twin,
    NodeReconciliation Reconciliation,
    DeviceSession? Session,
    DevicePresence Presence)
{
    /// <summary>What the desired properties had once; see <see cref="RemovedPaths"/>.</summary>
    public ImmutableSortedDictionary<string, long> Removed { get; init; } = RemovedPaths.None;

    /// <summary>Settings of this device alone, by path.</summary>
    public ImmutableSortedDictionary<string, SettingOverride> Overrides { get; init; } = NoOverrides;

    /// <summary>Versions that are being rolled out and that the device has, by configuration. Those whose stage is no more count for nothing.</summary>
    public ImmutableSortedDictionary<string, AdmittedDevice> Admissions { get; init; } = NoAdmissions;

    /// <summary>The newest desired change that the node is not in sync with; null where there is none, or none since the hub began.</summary>
    public DateTimeOffset? Awaited { get; init; }

    /// <summary>How long the last desired change took until the node was in sync; null where none was seen.</summary>
    public TimeSpan? InSyncAfter { get; init; }

    public static ImmutableSortedDictionary<string, SettingOverride> NoOverrides { get; } = ImmutableSortedDictionary.Create<string, SettingOverride>(StringComparer.Ordinal);

    private static ImmutableSortedDictionary<string, AdmittedDevice> NoAdmissions { get; } = ImmutableSortedDictionary.Create<string, AdmittedDevice>(StringComparer.Ordinal);

    /// <summary>The twin with the facts of the moment.</summary>
    public TwinDocument Seen => Twin with
    {
        Connected = Presence.Connected,
        ConnectionUpdatedAt = Presence.UpdatedAt,
        LastActivityAt = Presence.LastActivityAt,
        CloudToDeviceMessageCount = Presence.QueuedMessages,
    };
}

/// <summary>Whether a device is there. After a start nobody is connected.</summary>
internal sealed class DevicePresence(DateTimeOffset? lastActivityAt, DateTimeOffset? updatedAt)
{
    private long activityTicks = lastActivityAt?.UtcTicks ?? 0;
    private long updatedTicks = updatedAt?.UtcTicks ?? 0;
    private volatile bool connected;
    private volatile int queuedMessages;

    /// <summary>The connection that holds, for the writers' side; guarded by the fleet's lock.</summary>
    public string? ConnectionId { get; set; }

    /// <summary>Whether the device is connected, for readers: changes in order with the device's other events.</summary>
    public bool Connected
    {
        get => connected;
        set => connected = value;
    }

    /// <summary>When <see cref="Connected"/> last became another; null = never.</summary>
    public DateTimeOffset? UpdatedAt
    {
        get => Interlocked.Read(ref updatedTicks) is var ticks and not 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;
        set => Interlocked.Exchange(ref updatedTicks, value?.UtcTicks ?? 0);
    }

    /// <summary>How many messages wait for the device.</summary>
    public int QueuedMessages
    {
        get => queuedMessages;
        set => queuedMessages = value;
    }

    /// <summary>When the device last connected, sent or was heard to leave.</summary>
    public DateTimeOffset? LastActivityAt =>
        Interlocked.Read(ref activityTicks) is var ticks and not 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    public void Touch(DateTimeOffset at) => Interlocked.Exchange(ref activityTicks, at.UtcTicks);
}
