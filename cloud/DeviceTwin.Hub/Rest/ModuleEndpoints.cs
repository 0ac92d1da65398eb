using System.Text.Json.Nodes;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Gateway.Messaging;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Rest;

/// <summary>Azure's modules: identities under <c>/devices/{id}/modules</c>, twins and methods under <c>/twins/{id}/modules</c>; and what we have of devices.</summary>
internal static class ModuleEndpoints
{
    private const int StandardLimit = 100;
    private const int LargestLimit = 1000;

    public static void MapModules(this IEndpointRouteBuilder routes)
    {
        MapIdentities(routes);
        routes.MapGet("/twins/{id}/modules/{module}", (string id, string module, IFleet fleet) =>
            TwinEndpoints.Answer(fleet, fleet.FindTwin(TwinAddress.Of(id, module)) ?? throw Unknown(fleet, id, module)))
            .Needs(Role.Viewer, Permission.ServiceConnect);

        routes.MapPatch("/twins/{id}/modules/{module}", async (string id, string module, HttpRequest request, IFleet fleet) =>
            TwinEndpoints.Answer(fleet, await fleet.PatchTwin(
                Known(fleet, id, module), await RequestBody.ReadObject(request), request.IfMatch(), request.Author(), CancellationToken.None)))
            .Needs(Role.Engineer, Permission.ServiceConnect);

        routes.MapPut("/twins/{id}/modules/{module}", async (string id, string module, HttpRequest request, IFleet fleet) =>
            TwinEndpoints.Answer(fleet, await fleet.ReplaceTwin(
                Known(fleet, id, module), await RequestBody.ReadObject(request), request.IfMatch(), request.Author(), CancellationToken.None)))
            .Needs(Role.Engineer, Permission.ServiceConnect);

        routes.MapPost("/twins/{id}/modules/{module}/methods", async (string id, string module, HttpRequest request, IFleet fleet, DirectMethods methods) =>
        {
            MethodCall call = MessagingEndpoints.ReadCall(await RequestBody.ReadObject(request));
            MethodResult result = await methods.Invoke(Known(fleet, id, module), call, request.Author(), request.HttpContext.RequestAborted);
            return new JsonResult(new JsonObject { ["status"] = result.Status, ["payload"] = result.Payload });
        }).Needs(Role.Technician);

        routes.MapPost("/devices/{id}/modules/{module}/messages/deviceBound", async (string id, string module, HttpRequest request, IFleet fleet, CloudToDeviceQueues messages) =>
        {
            return MessagingEndpoints.Queued(request, await messages.Enqueue(Known(fleet, id, module), await MessagingEndpoints.ReadMessage(request), request.Author()));
        }).Needs(Role.Technician);

        routes.MapGet("/api/v1/devices/{id}/modules/{module}/telemetry", (string id, string module, HttpRequest request, IFleet fleet) =>
        {
            var messages = fleet.ReadTelemetry(Known(fleet, id, module), request.Text("kind"), request.Count("limit", StandardLimit, LargestLimit));
            return new JsonResult(new JsonArray([.. messages.Select(message => (JsonNode)FleetEndpoints.Write(message))]));
        }).Needs(Role.Viewer, Permission.ServiceConnect);
    }

    private static void MapIdentities(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/devices/{id}/modules", (string id, HttpRequest request, IFleet fleet) =>
        {
            var modules = fleet.ListModules(id) ?? throw FleetErrors.DeviceNotFound(id);
            return new JsonResult(new JsonArray([.. modules.Select(module => (JsonNode)DeviceJson.WriteModule(module, fleet.FindTwin(module.Address), request.SeesKeys()))]));
        }).Needs(Role.Viewer, Permission.RegistryRead);

        routes.MapGet("/devices/{id}/modules/{module}", (string id, string module, HttpRequest request, IFleet fleet) =>
        {
            var identity = fleet.FindIdentity(TwinAddress.Of(id, module)) ?? throw Unknown(fleet, id, module);
            return new JsonResult(DeviceJson.WriteModule(identity, fleet.FindTwin(identity.Address), request.SeesKeys()), etag: identity.ETag);
        }).Needs(Role.Viewer, Permission.RegistryRead);

        routes.MapPut("/devices/{id}/modules/{module}", async (string id, string module, HttpRequest request, IFleet fleet) =>
        {
            var wanted = DeviceJson.ReadModule(id, module, await RequestBody.ReadObject(request));
            var identity = await fleet.PutIdentity(wanted, request.IfMatch(), request.Author(), CancellationToken.None);
            return new JsonResult(DeviceJson.WriteModule(identity, fleet.FindTwin(identity.Address), request.SeesKeys()), etag: identity.ETag);
        }).Needs(Role.Engineer, Permission.RegistryWrite);

        routes.MapDelete("/devices/{id}/modules/{module}", async (string id, string module, HttpRequest request, IFleet fleet) =>
        {
            await fleet.DeleteIdentity(Known(fleet, id, module), request.IfMatch(), request.Author(), CancellationToken.None);
            return Results.NoContent();
        }).Needs(Role.Engineer, Permission.RegistryWrite);
    }

    /// <summary>The address of a module that there is.</summary>
    /// <exception cref="HubException">There is no such device, or no such module.</exception>
    private static string Known(IFleet fleet, string id, string module) => (fleet.FindIdentity(TwinAddress.Of(id, module)) ?? throw Unknown(fleet, id, module)).Address;

    /// <summary>Of what is missing the device is named before the module.</summary>
    private static HubException Unknown(IFleet fleet, string id, string module) =>
        fleet.FindIdentity(id) is null ? FleetErrors.DeviceNotFound(id) : FleetErrors.ModuleNotFound(new TwinAddress(id, module));
}
