using System.Text.Json.Nodes;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Storage;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Rest;

/// <summary>
/// <c>GET /api/v1/changes</c>: who changed what in which twin, as a table; <c>GET /api/v1/changes/events</c>: the same as it happens.
/// Both read the table that was written in the commit of the change.
/// </summary>
internal static class ChangeEndpoints
{
    /// <summary>What numbers of the feed are, where one is refused.</summary>
    public const string What = "the number of a change";

    private const int StandardLimit = 100;
    private const int LargestLimit = 1000;

    private static readonly Dictionary<string, TwinPart> Parts = new(StringComparer.Ordinal)
    {
        ["tags"] = TwinPart.Tags,
        ["desired"] = TwinPart.Desired,
        ["reported"] = TwinPart.Reported,
    };

    public static void MapChanges(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1/changes");
        api.MapGet("", (HttpRequest request, IFleet fleet) =>
        {
            var page = fleet.ReadChanges(Search(request, request.Number("after", What) ?? 0, request.Count("limit", StandardLimit, LargestLimit)));
            return new JsonResult(new JsonObject
            {
                ["oldest"] = page.Oldest,
                ["newest"] = page.Newest,
                ["changes"] = new JsonArray([.. page.Changes.Select(change => (JsonNode)Write(change))]),
            });
        }).Needs(Role.Viewer, Permission.RegistryRead | Permission.ServiceConnect);
        api.MapGet("events", ChangeStream.Follow).Needs(Role.Viewer, Permission.RegistryRead | Permission.ServiceConnect);
    }

    /// <summary>What the query string asks for: <c>device=ID</c>, with <c>module=ID</c> that module of it, <c>section=tags,desired</c>.</summary>
    public static TwinChangeSearch Search(HttpRequest request, long after, int limit)
    {
        var device = request.Query["device"].ToString();
        var sections = string.Join(',', request.Query["section"].ToArray()).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new TwinChangeSearch(
            device.Length == 0 ? null : TwinAddress.Of(device, request.Text("module")),
            [.. sections.Select(name => Parts.TryGetValue(name, out var part) ? part
                : throw new HubException(HubError.ArgumentInvalid, $"section takes tags, desired and reported, separated by commas, not \"{name}\"."))],
            after,
            limit);
    }

    /// <summary>A change; that of a module has <c>moduleId</c>.</summary>
    public static JsonObject Write(NumberedTwinChange change)
    {
        var (deviceId, moduleId) = TwinAddress.Parse(change.Row.DeviceId);
        var json = new JsonObject { ["sequence"] = change.Sequence, ["time"] = Json.Timestamp(change.Row.At), ["deviceId"] = deviceId };
        if (moduleId is not null)
        {
            json["moduleId"] = moduleId;
        }

        json["opType"] = change.Row.Operation == TwinOperation.ReplaceTwin ? "replaceTwin" : "updateTwin";
        json["section"] = NameOf(change.Row.Part);
        json["version"] = change.Row.Version;
        json["author"] = change.Row.Author;
        json["diff"] = TwinDiff.Read(change.Row.Diff);
        return json;
    }

    public static string NameOf(TwinPart part) => Parts.First(entry => entry.Value == part).Key;
}
