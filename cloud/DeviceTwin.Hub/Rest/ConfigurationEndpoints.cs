using System.Text.Json.Nodes;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Rest;

/// <summary>Azure's automatic device configurations: <c>/configurations</c> and <c>/configurations/{id}</c>.</summary>
internal static class ConfigurationEndpoints
{
    private const int LargestPage = 1000;

    public static void MapConfigurations(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/configurations", (HttpRequest request, IFleet fleet) =>
        {
            var configurations = fleet.ListConfigurations().Take(request.Count("top", LargestPage, LargestPage))
                .Select(configuration => (JsonNode)ConfigurationJson.Write(configuration, fleet.FindConfigurationMetrics(configuration.Id)));
            return new JsonResult(new JsonArray([.. configurations]));
        }).Needs(Role.Viewer, Permission.RegistryRead);

        routes.MapGet("/configurations/{id}", (string id, IFleet fleet) => Answer(fleet, fleet.FindConfiguration(id)
            ?? throw FleetErrors.ConfigurationNotFound(id)))
            .Needs(Role.Viewer, Permission.RegistryRead);

        routes.MapPut("/configurations/{id}", async (string id, HttpRequest request, IFleet fleet) =>
        {
            var wanted = ConfigurationJson.Read(id, await RequestBody.ReadObject(request));
            return Answer(fleet, await fleet.PutConfiguration(wanted, request.IfMatch(), request.Author(), CancellationToken.None));
        }).Needs(Role.Engineer, Permission.RegistryWrite);

        routes.MapDelete("/configurations/{id}", async (string id, HttpRequest request, IFleet fleet) =>
        {
            await fleet.DeleteConfiguration(id, request.IfMatch(), request.Author(), CancellationToken.None);
            return Results.NoContent();
        }).Needs(Role.Engineer, Permission.RegistryWrite);
    }

    private static JsonResult Answer(IFleet fleet, Configuration configuration) =>
        new(ConfigurationJson.Write(configuration, fleet.FindConfigurationMetrics(configuration.Id)), etag: configuration.ETag);
}
