using System.Text.Json.Nodes;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Rest;

/// <summary>
/// Follows one twin from a snapshot on and says what each change changed. Every event has the same members: <c>section</c>,
/// <c>deviceId</c>, <c>time</c>, <c>version</c> (null outside desired and reported), <c>author</c>, and <c>diff</c>, a list of
/// <c>path</c>, <c>from</c>, <c>to</c>. Pure; one caller at a time.
/// </summary>
internal sealed class TwinWatch
{
    /// <summary>The section of an event after which none follows.</summary>
    public const string Deleted = "deleted";

    private const string Hub = "hub";
    private JsonObject desired;
    private JsonObject reported;
    private JsonObject tags;
    private long desiredVersion;
    private long reportedVersion;
    private bool connected;
    private string? state;

    public TwinWatch(TwinDocument start, ConvergenceState? state)
    {
        desired = start.Desired.Properties;
        reported = start.Reported.Properties;
        tags = start.Tags;
        desiredVersion = start.Desired.Version;
        reportedVersion = start.Reported.Version;
        connected = start.Connected;
        this.state = state?.ToString();
    }

    /// <summary>Where the stream begins: later events follow on exactly these versions.</summary>
    public JsonObject Snapshot(string deviceId, DateTimeOffset at)
    {
        var told = Event("snapshot", deviceId, at, null, Hub, []);
        told["desiredVersion"] = desiredVersion;
        told["reportedVersion"] = reportedVersion;
        told["connected"] = connected;
        told["state"] = state;
        return told;
    }

    /// <summary>What to tell about an event; null where the snapshot already holds it, or it is no change of the twin.</summary>
    public JsonObject? Take(FleetEvent happened)
    {
        switch (happened)
        {
            case FleetEvent.DesiredChanged change when change.Version > desiredVersion:
                desiredVersion = change.Version;
                return Changed("desired", change, change.Patch, change.Version, change.Author, ref desired);
            case FleetEvent.ReportedChanged change when change.Version > reportedVersion:
                reportedVersion = change.Version;
                return Changed("reported", change, change.Patch, change.Version, "device", ref reported);
            case FleetEvent.TagsChanged change:
                return Changed("tags", change, change.Patch, null, change.Author, ref tags);
            case FleetEvent.ConnectionChanged change when change.Connected != connected:
                (var wasConnected, connected) = (connected, change.Connected);
                return Event("connection", change.DeviceId, change.At, null, Hub, [Difference("connected", wasConnected, connected)]);
            case FleetEvent.ConvergenceChanged change when change.State.ToString() != state:
                (var before, state) = (state, change.State.ToString());
                return Event("convergence", change.DeviceId, change.At, null, Hub, [Difference("state", before, state)]);
            case FleetEvent.IdentityDeleted:
                return Event(Deleted, happened.DeviceId, happened.At, null, Hub, []);
            default:
                return null;
        }
    }

    private static JsonObject Changed(string section, FleetEvent change, JsonObject patch, long? version, string author, ref JsonObject document)
    {
        var diff = new JsonArray();
        Compare(patch, document, "", diff);
        document = TwinPatches.Apply(document, patch);
        return Event(section, change.DeviceId, change.At, version, author, diff);
    }

    private static JsonObject Event(string section, string deviceId, DateTimeOffset at, long? version, string author, JsonArray diff) => new()
    {
        ["section"] = section,
        ["deviceId"] = deviceId,
        ["time"] = Json.Timestamp(at),
        ["version"] = version,
        ["author"] = author,
        ["diff"] = diff,
    };

    private static JsonObject Difference(string path, JsonNode? from, JsonNode? to) =>
        new() { ["path"] = path, ["from"] = from?.DeepClone(), ["to"] = to?.DeepClone() };

    /// <summary>The leaves of a patch that differ from what was there.</summary>
    private static void Compare(JsonObject patch, JsonObject? before, string prefix, JsonArray diff)
    {
        foreach (var (key, value) in patch)
        {
            var old = before?[key];
            if (value is JsonObject inner && (old is null or JsonObject))
            {
                Compare(inner, old as JsonObject, $"{prefix}{key}.", diff);
            }
            else if (!Json.Same(old, value))
            {
                diff.Add((JsonNode)Difference(prefix + key, old, value));
            }
        }
    }
}
