using System.Text.Json.Nodes;

namespace DeviceTwin.Twins;

/// <summary>An automatic device configuration: content applied to every device whose tags satisfy the target condition.</summary>
/// <param name="TargetCondition">WHERE text over tags and deviceId; <c>*</c> = all, empty = none.</param>
/// <param name="Priority">The highest wins per path; a tie goes to the most recently created.</param>
/// <param name="DeviceContent">Dotted path (<c>properties.desired.detection.velocityLimitUmPerSecond</c>) to value.</param>
public sealed record Configuration(
    string Id,
    string TargetCondition,
    int Priority,
    IReadOnlyDictionary<string, JsonNode?> DeviceContent,
    IReadOnlyDictionary<string, string> Labels,
    string ETag,
    DateTimeOffset CreatedAt,
    DateTimeOffset LastUpdatedAt)
{
    /// <summary>Counts the versions of the configuration, from 1.</summary>
    public long Version { get; init; } = 1;

    /// <summary>Name to query (<c>SELECT … FROM devices WHERE …</c>): how many devices satisfy it, of those targeted.</summary>
    public IReadOnlyDictionary<string, string> MetricQueries { get; init; } = new Dictionary<string, string>();
}
