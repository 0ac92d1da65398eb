using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Fleet;

namespace DeviceTwin.Hub.Rest;

/// <summary>Azure's device registry: <c>/devices</c> and <c>/devices/{id}</c>.</summary>
internal static class DeviceEndpoints
{
    private const int LargestPage = 1000;

    public static void MapDevices(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/devices", (HttpContext context, IFleet fleet) =>
        {
            var (request, keys) = (context.Request, context.Request.SeesKeys());
            var top = request.Count("top", LargestPage, LargestPage);

            // Azure ends here; ours goes on where the caller wants more than a thousand.
            var token = ContinuationToken.Read(request.Headers[QueryEndpoints.ContinuationHeader].ToString(), "GET /devices", null);
            var found = fleet.ListIdentities(token.After, top + 1);
            if (found.Count > top)
            {
                context.Response.Headers[QueryEndpoints.ContinuationHeader] = token.Next(found[top - 1].DeviceId, top).Write();
            }

            return new JsonTextResult(writer =>
            {
                writer.WriteStartArray();
                foreach (var identity in found.Take(top))
                {
                    DeviceJson.Write(writer, identity, fleet.FindTwin(identity.DeviceId), keys);
                }

                writer.WriteEndArray();
            });
        }).Needs(Role.Viewer, Permission.RegistryRead);

        routes.MapPost("/devices", async (HttpRequest request, BulkRegistry bulk) =>
        {
            var items = BulkJson.Read(await RequestBody.ReadArray(request, BulkRegistry.LargestBody));
            var failures = await bulk.Apply(items, request.Author(), CancellationToken.None);
            return BulkJson.Answer(items.Count, failures, request.HttpContext);
        }).Needs(Role.Engineer, Permission.RegistryWrite);

        routes.MapGet("/devices/{id}", (string id, HttpRequest request, IFleet fleet) =>
        {
            var identity = fleet.FindIdentity(id) ?? throw FleetErrors.DeviceNotFound(id);
            return new JsonResult(DeviceJson.Write(identity, fleet.FindTwin(id), request.SeesKeys()), etag: identity.ETag);
        }).Needs(Role.Viewer, Permission.RegistryRead);

        routes.MapPut("/devices/{id}", async (string id, HttpRequest request, IFleet fleet) =>
        {
            var wanted = DeviceJson.Read(id, await RequestBody.ReadObject(request));
            var identity = await fleet.PutIdentity(wanted, request.IfMatch(), request.Author(), CancellationToken.None);
            return new JsonResult(DeviceJson.Write(identity, fleet.FindTwin(id), request.SeesKeys()), etag: identity.ETag);
        }).Needs(Role.Engineer, Permission.RegistryWrite);

        routes.MapDelete("/devices/{id}", async (string id, HttpRequest request, IFleet fleet) =>
        {
            await fleet.DeleteIdentity(id, request.IfMatch(), request.Author(), CancellationToken.None);
            return Results.NoContent();
        }).Needs(Role.Engineer, Permission.RegistryWrite);
    }
}
