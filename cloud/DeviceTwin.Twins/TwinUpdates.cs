using System.Text.Json.Nodes;

namespace DeviceTwin.Twins;

/// <summary>A twin after an update, and what the update did; a section it did not touch is null.</summary>
/// <param name="DesiredPatch">What the device must be sent: removed keys as null, without <c>$version</c>.</param>
public sealed record TwinChange(TwinDocument Twin, JsonObject? TagsPatch, JsonObject? DesiredPatch, JsonObject? ReportedPatch)
{
    /// <summary>Whether the update changed anything: an empty one makes no version.</summary>
    public bool Any => TagsPatch is not null || DesiredPatch is not null || ReportedPatch is not null;
}

/// <summary>
/// The updates of a twin. Each is all or nothing: it returns the new twin or throws a <see cref="TwinException"/> and leaves
/// everything as it was.
/// </summary>
public static class TwinUpdates
{
    private const string DesiredName = "properties.desired";
    private const string ReportedName = "properties.reported";

    /// <summary>What a client that reads, modifies and writes back sends along; none of it can be written through the twin.</summary>
    private static readonly HashSet<string> ReadOnlyKeys = new(StringComparer.Ordinal)
    {
        "deviceId", "moduleId", "modelId", "etag", "version", "deviceEtag", "status", "statusReason", "statusUpdateTime",
        "connectionState", "lastActivityTime", "cloudToDeviceMessageCount", "authenticationType", "x509Thumbprint", "capabilities",
        "configurations", "deviceScope", "parentScopes", "generationId",
    };

    /// <summary>Azure's PATCH: merges <c>tags</c> and <c>properties.desired</c>.</summary>
    public static TwinChange Patch(TwinDocument twin, JsonObject patch, DateTimeOffset at)
    {
        var (tags, desired) = Sections(patch);
        return Update(twin, tags, desired, replace: false, at);
    }

    /// <summary>Azure's PUT: replaces <c>tags</c> and <c>properties.desired</c>, each where it is present.</summary>
    public static TwinChange Replace(TwinDocument twin, JsonObject document, DateTimeOffset at)
    {
        var (tags, desired) = Sections(document);
        return Update(twin, tags, desired, replace: true, at);
    }

    /// <summary>Merges a patch into the desired properties alone.</summary>
    public static TwinChange PatchDesired(TwinDocument twin, JsonObject patch, DateTimeOffset at) =>
        Update(twin, null, patch, replace: false, at);

    /// <summary>Merges a device's patch into its reported properties. The ETag stays: it guards what operators write.</summary>
    /// <param name="expectedVersion">The version that the device insists on, or null.</param>
    public static TwinChange PatchReported(TwinDocument twin, JsonObject patch, long? expectedVersion, DateTimeOffset at)
    {
        if (expectedVersion is { } expected && expected != twin.Reported.Version)
        {
            throw new TwinException(
                TwinError.PreconditionFailed,
                $"The reported properties have version {twin.Reported.Version}, not {expected}. Read the twin and patch again.");
        }

        var accepted = TwinLimits.Accept(WithoutOwnKeys(patch), ReportedName);
        if (accepted.Count == 0)
        {
            return new TwinChange(twin, null, null, null);
        }

        var reported = Merge(twin.Reported, accepted, InOrder(twin, at), stamped: false, TwinLimits.MaximumReportedSize, ReportedName);
        return new TwinChange(twin with { Reported = reported, Version = twin.Version + 1 }, null, null, accepted);
    }

    private static TwinChange Update(TwinDocument twin, JsonObject? tags, JsonObject? desired, bool replace, DateTimeOffset at)
    {
        var result = twin;
        at = InOrder(twin, at);
        JsonObject? tagsPatch = null;
        JsonObject? desiredPatch = null;
        if (tags is not null)
        {
            var accepted = TwinLimits.Accept(tags, "tags");
            if (accepted.Count > 0 || (replace && twin.Tags.Count > 0))
            {
                var after = TwinPatches.Apply(replace ? [] : twin.Tags, accepted);
                TwinLimits.CheckSize(twin.Tags, after, TwinLimits.MaximumTagsSize, "tags");
                tagsPatch = replace ? TwinPatches.Replacement(twin.Tags, after) : accepted;
                result = result with { Tags = after };
            }
        }

        if (desired is not null)
        {
            var accepted = TwinLimits.Accept(WithoutOwnKeys(desired), DesiredName);
            if (accepted.Count > 0 || (replace && twin.Desired.Properties.Count > 0))
            {
                var section = replace
                    ? Replace(twin.Desired, accepted, new MetadataStamp(at, twin.Desired.Version + 1))
                    : Merge(twin.Desired, accepted, at, stamped: true, TwinLimits.MaximumDesiredSize, DesiredName);
                desiredPatch = replace ? TwinPatches.Replacement(twin.Desired.Properties, section.Properties) : accepted;
                result = result with { Desired = section };
            }
        }

        return ReferenceEquals(result, twin)
            ? new TwinChange(twin, null, null, null)
            : new TwinChange(
                result with { Version = twin.Version + 1, ETag = ETags.Next(twin.ETag) }, tagsPatch, desiredPatch, null);
    }

    /// <summary>
    /// A clock that was set back must not turn the order around in which a twin was written: after a restart the times say whether a plain value
    /// was reported after it was desired.
    /// </summary>
    private static DateTimeOffset InOrder(TwinDocument twin, DateTimeOffset at)
    {
        var last = twin.Desired.UpdatedAt > twin.Reported.UpdatedAt ? twin.Desired.UpdatedAt : twin.Reported.UpdatedAt;
        return at < last ? last.AddTicks(1) : at;
    }

    private static TwinSection Merge(TwinSection section, JsonObject patch, DateTimeOffset at, bool stamped, int maximum, string name)
    {
        var properties = TwinPatches.Apply(section.Properties, patch);
        TwinLimits.CheckSize(section.Properties, properties, maximum, name);
        return section.After(properties, patch, at, stamped);
    }

    private static TwinSection Replace(TwinSection section, JsonObject document, MetadataStamp stamp)
    {
        var properties = TwinPatches.Apply([], document);
        var metadata = new JsonObject();
        TwinPatches.Stamp(metadata, document, stamp);
        TwinLimits.CheckSize(section.Properties, properties, TwinLimits.MaximumDesiredSize, DesiredName);
        return new TwinSection(properties, section.Version + 1, metadata);
    }

    private static (JsonObject? Tags, JsonObject? Desired) Sections(JsonObject update)
    {
        try
        {
            JsonObject? tags = null;
            JsonObject? desired = null;
            foreach (var (key, value) in update)
            {
                if (key == "tags")
                {
                    tags = RequireObject(value, "tags");
                }
                else if (key == "properties")
                {
                    desired = DesiredOf(RequireObject(value, "properties"));
                }
                else if (!ReadOnlyKeys.Contains(key))
                {
                    throw new TwinException(
                        TwinError.Format,
                        $"\"{key}\" is not part of a twin. Write tags as {{\"tags\":{{…}}}} and settings as {{\"properties\":{{\"desired\":{{…}}}}}}.");
                }
            }

            return (tags, desired);
        }
        catch (ArgumentException e)
        {
            throw new TwinException(TwinError.Format, $"The twin is malformed: {e.Message} Give every key once.");
        }
    }

    /// <summary><c>reported</c> comes along in read-modify-write and is the device's to write: it is left aside.</summary>
    private static JsonObject? DesiredOf(JsonObject properties)
    {
        JsonObject? desired = null;
        foreach (var (key, value) in properties)
        {
            if (key == "desired")
            {
                desired = RequireObject(value, DesiredName);
            }
            else if (key != "reported")
            {
                throw new TwinException(
                    TwinError.Format, $"properties.{key} is not part of a twin. Put settings below properties.desired.");
            }
        }

        return desired;
    }

    private static JsonObject RequireObject(JsonNode? node, string name) => node as JsonObject ?? throw new TwinException(
        TwinError.Format,
        $"{name} must be an object. To remove everything in it, replace the twin (PUT) with {name} as an empty object.");

    /// <summary>The hub's own keys, which a client that writes back what it read sends along.</summary>
    private static JsonObject WithoutOwnKeys(JsonObject section)
    {
        try
        {
            if (!section.ContainsKey("$version") && !section.ContainsKey("$metadata"))
            {
                return section;
            }
        }
        catch (ArgumentException e)
        {
            throw new TwinException(TwinError.Format, $"The patch is malformed: {e.Message} Give every key once.");
        }

        var copy = (JsonObject)section.DeepClone();
        copy.Remove("$version");
        copy.Remove("$metadata");
        return copy;
    }
}
