using System.Text.Json.Nodes;

namespace DeviceTwin.Twins;

/// <summary>What one update writes into the <c>$metadata</c> of everything it touches.</summary>
/// <param name="Version">The new version of the desired section; null in reported, where Azure has no <c>$lastUpdatedVersion</c>.</param>
internal readonly record struct MetadataStamp(DateTimeOffset At, long? Version)
{
    /// <summary>Made once: one update marks much.</summary>
    private readonly string time = Json.Timestamp(At);

    /// <summary>Whether an entry has nothing but such a mark: it is that of a value.</summary>
    public bool IsAllOf(JsonObject metadata) =>
        metadata.Count == (Version is null ? 1 : 2) && metadata.ContainsKey(TwinMetadata.LastUpdated) && (Version is null || metadata.ContainsKey(TwinMetadata.LastUpdatedVersion));

    public void Mark(JsonObject metadata)
    {
        metadata[TwinMetadata.LastUpdated] = time;
        if (Version is { } version)
        {
            metadata[TwinMetadata.LastUpdatedVersion] = version;
        }
    }
}

/// <summary>Reading <c>$metadata</c>.</summary>
public static class TwinMetadata
{
    /// <summary>When the property, or something in it, was last written: UTC, seven digits, <c>Z</c>.</summary>
    public const string LastUpdated = "$lastUpdated";

    /// <summary>The version of the desired section in which the property, or something in it, was last written.</summary>
    public const string LastUpdatedVersion = "$lastUpdatedVersion";

    /// <summary>The version in which the property at a dotted path was last written; 0 where the metadata does not know.</summary>
    public static long VersionAt(TwinSection section, string path) =>
        Json.At(section.Metadata, path) is JsonObject entry && entry.TryGetPropertyValue(LastUpdatedVersion, out var version)
            ? Json.Integer(version) ?? 0
            : 0;

    /// <summary>When the property at a dotted path was last written, as text that sorts by time; null where the metadata does not know.</summary>
    public static string? TimeAt(TwinSection section, string path) =>
        Json.At(section.Metadata, path) is JsonObject entry && entry.TryGetPropertyValue(LastUpdated, out var time)
            ? time?.GetValue<string>()
            : null;
}
