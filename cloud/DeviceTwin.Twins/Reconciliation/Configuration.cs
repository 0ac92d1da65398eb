using System.Text.Json.Nodes;

namespace DeviceTwin.Twins;

/// <summary>An automatic configuration: content applied to every device, or every module, whose tags satisfy the target condition.</summary>
/// <param name="TargetCondition">
/// WHERE text over tags and deviceId; <c>*</c> = all, empty = none. Where <see cref="ForModules"/>: <c>FROM devices.modules WHERE …</c>, empty = none.
/// </param>
/// <param name="Priority">The highest wins per path; a tie goes to the most recently created.</param>
/// <param name="DeviceContent">Dotted path (<c>properties.desired.detection.velocityLimitUmPerSecond</c>) to value; of modules where <see cref="ForModules"/>.</param>
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
    /// <summary>Whether it is for modules, and never for a device.</summary>
    public bool ForModules { get; init; }

    /// <summary>Counts the versions of the configuration, from 1.</summary>
    public long Version { get; init; } = 1;

    /// <summary>Name to query (<c>SELECT … FROM devices WHERE …</c>): how many devices, or modules, it selects.</summary>
    public IReadOnlyDictionary<string, string> MetricQueries { get; init; } = new Dictionary<string, string>();
}
