using System.Text.Json.Nodes;
using DeviceTwin.Hub.Fleet;

namespace DeviceTwin.Hub.Rest;

/// <summary>Azure's device registry: <c>/devices</c> and <c>/devices/{id}</c>.</summary>
internal static class DeviceEndpoints
{
    private const int LargestPage = 1000;

    public static void MapDevices(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/devices", (HttpRequest request, IFleet fleet) =>
        {
            var devices = fleet.ListIdentities().Take(request.Count("top", LargestPage, LargestPage))
                .Select(identity => (JsonNode)DeviceJson.Write(identity, fleet.FindTwin(identity.DeviceId)));
            return new JsonResult(new JsonArray([.. devices]));
        });

        routes.MapGet("/devices/{id}", (string id, IFleet fleet) =>
        {
            var identity = fleet.FindIdentity(id) ?? throw FleetErrors.DeviceNotFound(id);
            return new JsonResult(DeviceJson.Write(identity, fleet.FindTwin(id)), etag: identity.ETag);
        });

        routes.MapPut("/devices/{id}", async (string id, HttpRequest request, IFleet fleet) =>
        {
            var wanted = DeviceJson.Read(id, await RequestBody.ReadObject(request));
            var identity = await fleet.PutIdentity(wanted, request.IfMatch(), request.Author(), CancellationToken.None);
            return new JsonResult(DeviceJson.Write(identity, fleet.FindTwin(id)), etag: identity.ETag);
        });

        routes.MapDelete("/devices/{id}", async (string id, HttpRequest request, IFleet fleet) =>
        {
            await fleet.DeleteIdentity(id, request.IfMatch(), request.Author(), CancellationToken.None);
            return Results.NoContent();
        });
    }
}
