using DeviceTwin.Twins;

namespace DeviceTwin.Storage;

/// <summary>A device, or a module of one, as the registry knows it. Keys are base64.</summary>
/// <param name="Enabled">A module is let in where it and its device are.</param>
public sealed record DeviceIdentity(
    string DeviceId,
    string GenerationId,
    string ETag,
    bool Enabled,
    string PrimaryKey,
    string SecondaryKey,
    DateTimeOffset CreatedAt)
{
    /// <summary>Which module of the device; null = the device itself.</summary>
    public string? ModuleId { get; init; }

    /// <summary>Who keeps the module, in its owner's words; empty for a device.</summary>
    public string ManagedBy { get; init; } = "";

    /// <summary>See <see cref="TwinAddress"/>.</summary>
    public string Address => TwinAddress.Of(DeviceId, ModuleId);

    /// <summary>Where the audit log says that something of this identity was changed; null = the device as a whole.</summary>
    public string? AuditPath(string? path) => ModuleId is null ? path : path is null ? $"modules/{ModuleId}" : $"modules/{ModuleId}/{path}";

    public AuthenticationType Authentication { get; init; }

    /// <summary>Of a certificate, SHA-1 or SHA-256, upper-case hexadecimal; empty where there is none.</summary>
    public string PrimaryThumbprint { get; init; } = "";

    /// <inheritdoc cref="PrimaryThumbprint"/>
    public string SecondaryThumbprint { get; init; } = "";

    /// <summary>Why <see cref="Enabled"/> is as it is, in somebody's words; null where nobody said.</summary>
    public string? StatusReason { get; init; }

    /// <summary>When <see cref="Enabled"/> last became another; null = never since the identity was made.</summary>
    public DateTimeOffset? StatusUpdatedAt { get; init; }
}

/// <summary>What is known of a connection when nobody is there any more.</summary>
/// <param name="Address">A <see cref="TwinAddress"/>.</param>
/// <param name="ChangedAt">When it last came or went.</param>
public sealed record StoredPresence(string Address, bool Connected, DateTimeOffset ChangedAt);

/// <summary>The filters of a persistent MQTT session, with the granted QoS, and the topic filter text as subscribed.</summary>
/// <param name="DeviceId">A <see cref="TwinAddress"/>: modules have sessions of their own.</param>
public sealed record DeviceSession(string DeviceId, IReadOnlyDictionary<string, int> Subscriptions);

/// <summary>One device-to-cloud message.</summary>
/// <param name="DeviceId">A <see cref="TwinAddress"/>: who sent it, a device or a module of one.</param>
/// <param name="Properties">System (<c>$.ct</c>, …) and application properties, decoded.</param>
public sealed record TelemetryMessage(
    string DeviceId,
    DateTimeOffset EnqueuedAt,
    IReadOnlyDictionary<string, string?> Properties,
    ReadOnlyMemory<byte> Body)
{
    /// <summary>Application property <c>kind</c>: <c>features</c>, <c>spectrum</c> or null.</summary>
    public string? Kind => Properties.GetValueOrDefault("kind");
}

/// <summary>One change made by somebody.</summary>
/// <param name="Author">Who: an operator, or <c>configuration/ID</c>.</param>
/// <param name="DeviceId">The device concerned, or null for a change of a configuration.</param>
/// <param name="Action">What was done: <c>identity.create</c>, <c>identity.update</c>, <c>identity.delete</c>, <c>twin.patch</c>,
/// <c>twin.replace</c>, <c>configuration.create</c>, <c>configuration.update</c>, <c>configuration.delete</c>,
/// <c>module.create</c>, <c>module.update</c>, <c>module.delete</c>, <c>method.invoke</c>, <c>message.send</c>, <c>message.purge</c>, and those of the other subjects.</param>
/// <param name="Path">The path written (<c>tags.line</c>, <c>properties.desired.detection.…</c>) or the configuration's id or the method's name; null where the
/// whole thing is meant. What belongs to a module begins with <c>modules/ID</c>.</param>
/// <param name="Value">The new value as JSON text; null for a removal or where there is none.</param>
/// <param name="Version">The version of the desired section the change made, where it made one.</param>
public sealed record AuditRow(
    DateTimeOffset At, string Author, string? DeviceId, string Action, string? Path, string? Value, long? Version);
