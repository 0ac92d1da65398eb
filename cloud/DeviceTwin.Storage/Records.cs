namespace DeviceTwin.Storage;

/// <summary>A device as the registry knows it. Keys are base64.</summary>
public sealed record DeviceIdentity(
    string DeviceId,
    string GenerationId,
    string ETag,
    bool Enabled,
    string PrimaryKey,
    string SecondaryKey,
    DateTimeOffset CreatedAt);

/// <summary>The filters of a persistent MQTT session, with the granted QoS, and the topic filter text as subscribed.</summary>
public sealed record DeviceSession(string DeviceId, IReadOnlyDictionary<string, int> Subscriptions);

/// <summary>One device-to-cloud message.</summary>
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
