using System.Text.Json.Nodes;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Rest;

/// <summary>One event of a device's stream.</summary>
/// <param name="Kind"><c>snapshot, desired, reported, tags, connection, convergence, deleted</c>.</param>
internal sealed record WatchEvent(string Kind, JsonObject Body);

/// <summary>
/// Follows one twin from a snapshot on and says what each change changed: author, version, and old beside new value per path.
/// Pure; one caller at a time.
/// </summary>
internal sealed class TwinWatch
{
    private JsonObject desired;
    private JsonObject reported;
    private JsonObject tags;
    private long desiredVersion;
    private long reportedVersion;

    public TwinWatch(TwinDocument start)
    {
        desired = start.Desired.Properties;
        reported = start.Reported.Properties;
        tags = start.Tags;
        desiredVersion = start.Desired.Version;
        reportedVersion = start.Reported.Version;
    }

    /// <summary>Where the stream begins: later events follow on exactly these versions.</summary>
    public static WatchEvent Snapshot(TwinDocument twin, ConvergenceState? state) => new("snapshot", new JsonObject
    {
        ["deviceId"] = twin.DeviceId,
        ["desiredVersion"] = twin.Desired.Version,
        ["reportedVersion"] = twin.Reported.Version,
        ["connected"] = twin.Connected,
        ["state"] = state?.ToString(),
    });

    /// <summary>What to tell about an event; null where the snapshot already holds it, or it is no change of the twin.</summary>
    public WatchEvent? Take(FleetEvent happened)
    {
        switch (happened)
        {
            case FleetEvent.DesiredChanged change when change.Version > desiredVersion:
                desiredVersion = change.Version;
                return Changed("desired", change, change.Patch, change.Version, change.Author, ref desired);
            case FleetEvent.ReportedChanged change when change.Version > reportedVersion:
                reportedVersion = change.Version;
                return Changed("reported", change, change.Patch, change.Version, $"device/{change.DeviceId}", ref reported);
            case FleetEvent.TagsChanged change:
                return Changed("tags", change, change.Patch, null, change.Author, ref tags);
            case FleetEvent.ConnectionChanged change:
                return new WatchEvent("connection", Head(change, new() { ["connected"] = change.Connected }));
            case FleetEvent.ConvergenceChanged change:
                return new WatchEvent("convergence", Head(change, new() { ["state"] = change.State.ToString() }));
            case FleetEvent.IdentityDeleted:
                return new WatchEvent("deleted", Head(happened, []));
            default:
                return null;
        }
    }

    private static WatchEvent Changed(string kind, FleetEvent change, JsonObject patch, long? version, string author, ref JsonObject section)
    {
        var diff = new JsonArray();
        Compare(patch, section, "", diff);
        section = TwinPatches.Apply(section, patch);
        return new WatchEvent(kind, Head(change, new() { ["author"] = author, ["version"] = version, ["patch"] = patch.DeepClone(), ["diff"] = diff }));
    }

    private static JsonObject Head(FleetEvent happened, JsonObject rest)
    {
        var body = new JsonObject { ["deviceId"] = happened.DeviceId, ["at"] = Json.Timestamp(happened.At) };
        foreach (var (name, value) in rest)
        {
            body[name] = value?.DeepClone();
        }

        return body;
    }

    /// <summary>The leaves of a patch that differ from what was there.</summary>
    private static void Compare(JsonObject patch, JsonObject? before, string prefix, JsonArray diff)
    {
        foreach (var (key, value) in patch)
        {
            var old = before?[key];
            if (value is JsonObject inner && old is null or JsonObject)
            {
                Compare(inner, old as JsonObject, $"{prefix}{key}.", diff);
            }
            else if (!Json.Same(old, value))
            {
                diff.Add((JsonNode)new JsonObject { ["path"] = prefix + key, ["from"] = old?.DeepClone(), ["to"] = value?.DeepClone() });
            }
        }
    }
}
