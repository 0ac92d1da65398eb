using System.Globalization;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Gateway.Messaging;
using DeviceTwin.Twins;
using DeviceTwin.Twins.DigitalTwins;

namespace DeviceTwin.Hub.Rest;

/// <summary>
/// Azure's digital twins: <c>/digitaltwins/{id}</c> and their commands, which reach the device as direct methods named <c>command</c> or
/// <c>component*command</c>.
/// </summary>
internal static class DigitalTwinEndpoints
{
    private const string StatusHeader = "x-ms-command-statuscode";
    private const string RequestIdHeader = "x-ms-request-id";

    public static void MapDigitalTwins(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/digitaltwins/{id}", (string id, HttpResponse response, IFleet fleet) =>
        {
            var twin = fleet.FindTwin(id) ?? throw FleetErrors.DeviceNotFound(id);
            Mark(response, twin);
            return new JsonResult(DigitalTwin.Read(twin));
        }).Needs(Role.Viewer, Permission.ServiceConnect);

        routes.MapPatch("/digitaltwins/{id}", async (string id, HttpRequest request, HttpResponse response, IFleet fleet) =>
        {
            var operations = await RequestBody.ReadArray(request, RequestBody.Limit);
            var twin = await fleet.PatchDigitalTwin(id, operations, request.IfMatch(), request.Author(), CancellationToken.None);
            Mark(response, twin);
            response.Headers.Location = $"/digitaltwins/{Uri.EscapeDataString(id)}";
            return Results.StatusCode(StatusCodes.Status202Accepted);
        }).Needs(Role.Engineer, Permission.ServiceConnect);

        routes.MapPost("/digitaltwins/{id}/commands/{command}", (string id, string command, HttpRequest request, DirectMethods methods) =>
            Invoke(id, command, request, methods)).Needs(Role.Technician);

        routes.MapPost("/digitaltwins/{id}/components/{component}/commands/{command}", (string id, string component, string command, HttpRequest request, DirectMethods methods) =>
            Invoke(id, $"{component}*{command}", request, methods)).Needs(Role.Technician);
    }

    /// <summary>The device's answer is the body; its status and ours of the request are headers.</summary>
    private static async Task<IResult> Invoke(string id, string method, HttpRequest request, DirectMethods methods)
    {
        var call = MessagingEndpoints.ReadCall(method, await RequestBody.ReadValueOrNothing(request), request);
        var result = await methods.Invoke(id, call, request.Author(), request.HttpContext.RequestAborted);
        var headers = request.HttpContext.Response.Headers;
        headers[StatusHeader] = result.Status.ToString(CultureInfo.InvariantCulture);
        headers[RequestIdHeader] = Guid.NewGuid().ToString();
        return new JsonTextResult(writer =>
        {
            if (result.Payload is { } payload)
            {
                payload.WriteTo(writer, Json.Relaxed);
            }
            else
            {
                writer.WriteNullValue();
            }
        });
    }

    /// <summary>Weak, as Azure's is: reports of the device change the document and not its tag.</summary>
    private static void Mark(HttpResponse response, TwinDocument twin) => response.Headers.ETag = $"W/\"{twin.ETag}\"";
}
