using System.Text.Json.Nodes;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Reconciliation;

namespace DeviceTwin.Hub.Rest;

/// <summary>Who wins a path and why, overrides of single devices, and how long changes take.</summary>
internal static class OverrideEndpoints
{
    public static void MapOverrides(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1");
        api.MapGet("devices/{id}/winners", (string id, IFleet fleet) =>
            new JsonResult(new JsonArray([.. (fleet.FindWinners(id) ?? throw FleetErrors.DeviceNotFound(id)).Select(winner => (JsonNode)Write(winner))])))
            .Needs(Role.Viewer, Permission.ServiceConnect);

        api.MapGet("devices/{id}/overrides", (string id, IFleet fleet) =>
            new JsonResult(new JsonArray([.. Overrides(fleet, id).Select(setting => (JsonNode)Write(setting))])))
            .Needs(Role.Viewer, Permission.ServiceConnect);

        api.MapGet("devices/{id}/overrides/{path}", (string id, string path, IFleet fleet) =>
            new JsonResult(Write(Overrides(fleet, id).FirstOrDefault(setting => setting.Path == path) ?? throw FleetErrors.OverrideNotFound(id, path))))
            .Needs(Role.Viewer, Permission.ServiceConnect);

        api.MapPut("devices/{id}/overrides/{path}", async (string id, string path, HttpRequest request, IFleet fleet) =>
        {
            var body = await RequestBody.ReadObject(request);
            var value = body["value"] ?? throw new HubException(HubError.ArgumentInvalid, "value is missing: what the path is to be. To take a setting away, change the configuration.");
            var reason = RequestBody.Text(body, "reason") ?? "";
            var expiresAt = RequestBody.Text(body, "expiresAt")
                ?? throw new HubException(HubError.ArgumentInvalid, "expiresAt is missing: when the override ends by itself, e.g. 2026-12-24T18:00:00Z.");
            return new JsonResult(Write(await fleet.PutOverride(
                id, path, value, RequestBody.Text(body, "owner") ?? request.Author(), reason, Instants.Parse("expiresAt", expiresAt), CancellationToken.None)));
        }).Needs(Role.Engineer, Permission.ServiceConnect);

        api.MapDelete("devices/{id}/overrides/{path}", async (string id, string path, HttpRequest request, IFleet fleet) =>
        {
            await fleet.DeleteOverride(id, path, request.Author(), CancellationToken.None);
            return Results.NoContent();
        }).Needs(Role.Engineer, Permission.ServiceConnect);

        api.MapGet("convergence", (IFleet fleet) =>
        {
            var figures = fleet.ConvergenceTimes;
            return new JsonResult(new JsonObject
            {
                ["changes"] = figures.Count,
                ["recent"] = figures.Recent,
                ["p50Ms"] = Milliseconds(figures.Half),
                ["p90Ms"] = Milliseconds(figures.Ninety),
                ["p99Ms"] = Milliseconds(figures.NinetyNine),
                ["longestMs"] = Milliseconds(figures.Longest),
            });
        }).Needs(Role.Viewer, Permission.ServiceConnect);
    }

    public static double? Milliseconds(TimeSpan? took) => took is { } time ? Math.Round(time.TotalMilliseconds, 3) : null;

    private static IReadOnlyList<SettingOverride> Overrides(IFleet fleet, string id) => fleet.ListOverrides(id) ?? throw FleetErrors.DeviceNotFound(id);

    private static JsonObject Write(SettingOverride setting) => new()
    {
        ["deviceId"] = setting.DeviceId,
        ["path"] = setting.Path,
        ["value"] = setting.Value.DeepClone(),
        ["owner"] = setting.Owner,
        ["reason"] = setting.Reason,
        ["setAt"] = Json.Timestamp(setting.SetAt),
        ["expiresAt"] = Json.Timestamp(setting.ExpiresAt),
    };

    private static JsonObject Write(PathWinner path) => new()
    {
        ["path"] = path.Path,
        ["desired"] = path.Desired?.DeepClone(),
        ["stands"] = path.Stands,
        ["winner"] = Write(path.Winner),
        ["lost"] = new JsonArray([.. path.Lost.Select(lost =>
        {
            var json = Write(lost.Contender);
            json["why"] = lost.Why switch { LostBy.Override => "override", LostBy.Priority => "priority", LostBy.Age => "age", _ => "id" };
            json["parentConflict"] = lost.ParentConflict;
            return (JsonNode)json;
        })]),
    };

    private static JsonObject Write(Contender contender)
    {
        var json = new JsonObject { ["source"] = contender.Source, ["path"] = contender.Path, ["value"] = contender.Value.DeepClone() };
        if (contender.Priority is { } priority)
        {
            json["priority"] = priority;
            json["version"] = contender.Version;
            json["staged"] = contender.Staged;
            json["createdTimeUtc"] = Json.Timestamp(contender.CreatedAt);
        }
        else
        {
            json["owner"] = contender.Owner;
            json["reason"] = contender.Reason;
            json["setAt"] = Json.Timestamp(contender.CreatedAt);
            json["expiresAt"] = contender.ExpiresAt is { } at ? Json.Timestamp(at) : null;
        }

        return json;
    }
}
