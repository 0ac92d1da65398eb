using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

namespace DeviceTwin.Twins;

/// <summary>The twin of a device, or of a module of one, at one moment. Immutable: the JSON inside must not be changed by anyone.</summary>
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
    /// <summary>Which module of the device; null = the device's own twin.</summary>
    public string? ModuleId { get; init; }

    /// <summary>See <see cref="TwinAddress"/>.</summary>
    public string Address => TwinAddress.Of(DeviceId, ModuleId);

    /// <summary>What configurations have set in the desired properties: dotted path to the setting. See <see cref="AppliedSetting"/>.</summary>
    public ImmutableSortedDictionary<string, AppliedSetting> Applied { get; init; } = AppliedSetting.None;

    /// <summary>When it last came or went; null = never. A fact of the moment, like the connection itself.</summary>
    public DateTimeOffset? ConnectionUpdatedAt { get; init; }

    /// <summary>How many messages wait for the device. A fact of the moment, like the connection.</summary>
    public int CloudToDeviceMessageCount { get; init; }

    /// <summary>The twin of a device, or of a module, that has just been registered.</summary>
    public static TwinDocument Create(string deviceId, DateTimeOffset at, string? moduleId = null) => new(
        deviceId,
        ETags.First,
        1,
        [],
        TwinSection.Create(at, withVersion: true),
        TwinSection.Create(at, withVersion: false),
        null,
        false,
        null)
    {
        ModuleId = moduleId,
    };
}

/// <summary>Desired or reported properties with their version and metadata.</summary>
public sealed record TwinSection
{
    /// <summary>Updates that may wait to be written into the metadata: what they hold on to is bounded.</summary>
    private const int MostWaiting = 64;

    private JsonObject? metadata;
    private Update? waiting;
    private long updatedTicks;

    /// <summary>A section as it was stored.</summary>
    public TwinSection(JsonObject properties, long version, JsonObject metadata)
    {
        Properties = properties;
        Version = version;
        this.metadata = metadata;
    }

    private TwinSection(JsonObject properties, long version, Update waiting)
    {
        Properties = properties;
        Version = version;
        this.waiting = waiting;
        updatedTicks = waiting.At.UtcTicks;
        if (waiting.Depth > MostWaiting)
        {
            _ = Metadata;
        }
    }

    /// <summary>What <c>with</c> copies: made first, for another thread may be making it.</summary>
    private TwinSection(TwinSection original)
    {
        Properties = original.Properties;
        Version = original.Version;
        metadata = original.Metadata;
        updatedTicks = original.updatedTicks;
    }

    /// <summary>Without <c>$version</c> and <c>$metadata</c>.</summary>
    public JsonObject Properties { get; init; }

    /// <summary>From 1; one more with each accepted update of the section.</summary>
    public long Version { get; init; }

    /// <summary>
    /// Azure's <c>$metadata</c>: <c>$lastUpdated</c> (and <c>$lastUpdatedVersion</c> in desired) at every level. Made when somebody looks: of a device
    /// that reports often only the last state of a commit is ever seen.
    /// </summary>
    public JsonObject Metadata => Volatile.Read(ref metadata) ?? Make();

    /// <summary>When the section was last written, as its metadata says.</summary>
    internal DateTimeOffset UpdatedAt
    {
        get
        {
            if (updatedTicks == 0)
            {
                updatedTicks = Metadata[TwinMetadata.LastUpdated] is JsonValue value && value.TryGetValue(out string? text)
                    && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
                        ? at.UtcTicks
                        : 1;
            }

            return new DateTimeOffset(updatedTicks, TimeSpan.Zero);
        }
    }

    internal static TwinSection Create(DateTimeOffset at, bool withVersion)
    {
        var metadata = new JsonObject();
        new MetadataStamp(at, withVersion ? 1 : null).Mark(metadata);
        return new TwinSection([], 1, metadata);
    }

    /// <summary>The section after a patch was merged into its properties.</summary>
    /// <param name="patch">Not to be changed by anyone.</param>
    /// <param name="stamped">Whether its metadata has versions: desired.</param>
    internal TwinSection After(JsonObject properties, JsonObject patch, DateTimeOffset at, bool stamped) => new(
        properties,
        Version + 1,
        new Update(this, patch, at, stamped ? Version + 1 : null, (Volatile.Read(ref waiting)?.Depth ?? 0) + 1));

    private JsonObject Make()
    {
        // What is made stays: whoever comes second finds it, or makes the same.
        var updates = new Stack<Update>();
        var section = this;
        JsonObject? from;
        while ((from = Volatile.Read(ref section.metadata)) is null)
        {
            if (Volatile.Read(ref section.waiting) is { } update)
            {
                updates.Push(update);
                section = update.Before;
            }
        }

        var made = (JsonObject)from.DeepClone();
        foreach (var update in updates)
        {
            TwinPatches.Stamp(made, update.Patch, new MetadataStamp(update.At, update.Version));
        }

        made = Interlocked.CompareExchange(ref metadata, made, null) ?? made;
        Volatile.Write(ref waiting, null);
        return made;
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

    /// <summary>An update that the metadata does not have yet.</summary>
    private sealed record Update(TwinSection Before, JsonObject Patch, DateTimeOffset At, long? Version, int Depth);
}

/// <summary>A desired property that a configuration set: which one, and to what.</summary>
public sealed record AppliedSetting(string ConfigurationId, JsonNode Value)
{
    /// <summary>No settings.</summary>
    public static readonly ImmutableSortedDictionary<string, AppliedSetting> None =
        ImmutableSortedDictionary.Create<string, AppliedSetting>(StringComparer.Ordinal);
}
