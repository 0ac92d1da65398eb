using System.Text.Json.Nodes;

namespace DeviceTwin.Twins;

/// <summary>A device twin at one moment. Immutable: the JSON inside must not be changed by anyone.</summary>
public sealed record TwinDocument(
    string DeviceId,
    string ETag,
    long Version,
    JsonObject Tags,
    TwinSection Desired,
    TwinSection Reported,
    string? ModelId,
    bool Connected,
    DateTimeOffset? LastActivityAt);

/// <summary>Desired or reported properties with their version and metadata.</summary>
/// <param name="Properties">Without <c>$version</c> and <c>$metadata</c>.</param>
/// <param name="Metadata">Azure's <c>$metadata</c>: <c>$lastUpdated</c> (and <c>$lastUpdatedVersion</c> in desired) at every level.</param>
public sealed record TwinSection(JsonObject Properties, long Version, JsonObject Metadata);
