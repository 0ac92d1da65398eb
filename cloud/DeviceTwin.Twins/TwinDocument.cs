using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace DeviceTwin.Twins;

/// <summary>A device twin at one moment. Immutable: the JSON inside must not be changed by anyone.</summary>
/// <param name="ETag">Changes with tags and desired properties only, so that busy devices do not starve an operator's If-Match.</param>
/// <param name="Version">Counts every change of any section, from 1.</param>
public sealed record TwinDocument(
    string DeviceId,
    string ETag,
    long Version,
    JsonObject Tags,
    TwinSection Desired,
    TwinSection Reported,
    string? ModelId,
    bool Connected,
    DateTimeOffset? LastActivityAt)
{
    /// <summary>What configurations have set in the desired properties: dotted path to the setting. See <see cref="AppliedSetting"/>.</summary>
    public ImmutableSortedDictionary<string, AppliedSetting> Applied { get; init; } = AppliedSetting.None;

    /// <summary>How many messages wait for the device. A fact of the moment, like the connection.</summary>
    public int CloudToDeviceMessageCount { get; init; }

    /// <summary>The twin of a device that has just been registered.</summary>
    public static TwinDocument Create(string deviceId, DateTimeOffset at) => new(
        deviceId,
        ETags.First,
        1,
        [],
        TwinSection.Create(at, withVersion: true),
        TwinSection.Create(at, withVersion: false),
        null,
        false,
        null);
}

/// <summary>Desired or reported properties with their version and metadata.</summary>
/// <param name="Properties">Without <c>$version</c> and <c>$metadata</c>.</param>
/// <param name="Version">From 1; one more with each accepted update of the section.</param>
/// <param name="Metadata">Azure's <c>$metadata</c>: <c>$lastUpdated</c> (and <c>$lastUpdatedVersion</c> in desired) at every level.</param>
public sealed record TwinSection(JsonObject Properties, long Version, JsonObject Metadata)
{
    internal static TwinSection Create(DateTimeOffset at, bool withVersion)
    {
        var metadata = new JsonObject();
        new MetadataStamp(at, withVersion ? 1 : null).Mark(metadata);
        return new TwinSection([], 1, metadata);
    }

    /// <summary>The section as Azure shows it: the properties, then <c>$metadata</c> if wanted, then <c>$version</c>.</summary>
    public JsonObject ToJson(bool withMetadata)
    {
        var json = (JsonObject)Properties.DeepClone();
        if (withMetadata)
        {
            json["$metadata"] = Metadata.DeepClone();
        }

        json["$version"] = Version;
        return json;
    }
}

/// <summary>A desired property that a configuration set: which one, and to what.</summary>
public sealed record AppliedSetting(string ConfigurationId, JsonNode Value)
{
    /// <summary>No settings.</summary>
    public static readonly ImmutableSortedDictionary<string, AppliedSetting> None =
        ImmutableSortedDictionary.Create<string, AppliedSetting>(StringComparer.Ordinal);
}
