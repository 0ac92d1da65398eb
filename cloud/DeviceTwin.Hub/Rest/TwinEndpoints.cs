using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Rest;

/// <summary>Azure's twins: <c>/twins/{id}</c>.</summary>
internal static class TwinEndpoints
{
    public static void MapTwins(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/twins/{id}", (string id, IFleet fleet) => Answer(fleet, fleet.FindTwin(id) ?? throw FleetErrors.DeviceNotFound(id)))
            .Needs(Role.Viewer, Permission.ServiceConnect);

        // A write that the hub has begun is finished even if the caller hangs up: half a change is never seen, an unheard one may be.
        routes.MapPatch("/twins/{id}", async (string id, HttpRequest request, IFleet fleet) =>
            Answer(fleet, await fleet.PatchTwin(id, await RequestBody.ReadObject(request), request.IfMatch(), request.Author(), CancellationToken.None)))
            .Needs(Role.Engineer, Permission.ServiceConnect);

        routes.MapPut("/twins/{id}", async (string id, HttpRequest request, IFleet fleet) =>
            Answer(fleet, await fleet.ReplaceTwin(id, await RequestBody.ReadObject(request), request.IfMatch(), request.Author(), CancellationToken.None)))
            .Needs(Role.Engineer, Permission.ServiceConnect);
    }

    public static JsonResult Answer(IFleet fleet, TwinDocument twin)
    {
        var identity = fleet.FindIdentity(twin.Address) ?? throw FleetErrors.NotFound(twin.Address);
        return new JsonResult(TwinJson.Write(twin, identity), etag: twin.ETag);
    }
}
