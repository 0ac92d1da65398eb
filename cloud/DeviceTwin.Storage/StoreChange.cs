using DeviceTwin.Twins;

namespace DeviceTwin.Storage;

/// <summary>One thing to write. Here stand those of the fleet itself; every other subject keeps its own beside its records.</summary>
public abstract record StoreChange
{
    public sealed record PutIdentity(DeviceIdentity Identity) : StoreChange;

    /// <summary>Removes identity, twin, session and telemetry of a module.</summary>
    public sealed record DeleteModule(string DeviceId, string ModuleId) : StoreChange;

    /// <summary>Removes identity, twin, session and telemetry of a device; its modules are removed before, each by itself.</summary>
    public sealed record DeleteDevice(string DeviceId) : StoreChange;

    /// <param name="Twin">Its connection state is not stored: after a start nobody is connected.</param>
    public sealed record PutTwin(TwinDocument Twin) : StoreChange;

    public sealed record PutSession(DeviceSession Session) : StoreChange;

    public sealed record DeleteSession(string DeviceId) : StoreChange;

    /// <summary>A device or module came or went.</summary>
    public sealed record PutPresence(StoredPresence Presence) : StoreChange;

    public sealed record PutConfiguration(Configuration Configuration) : StoreChange;

    public sealed record DeleteConfiguration(string Id) : StoreChange;

    public sealed record AppendTelemetry(TelemetryMessage Message) : StoreChange;

    public sealed record AppendAudit(AuditRow Row) : StoreChange;

    /// <summary>Adds to a counter that outlives the process.</summary>
    public sealed record Count(string Name, long By) : StoreChange;
}
