using System.Text.Json.Nodes;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Rest;

/// <summary>Azure's automatic configurations of devices and modules: <c>/configurations</c>, <c>/configurations/{id}</c>, and the same once and for one device.</summary>
internal static class ConfigurationEndpoints
{
    private const int LargestPage = 1000;

    /// <summary>How long the list evaluates metric queries; of the rest it shows the last results.</summary>
    private static readonly TimeSpan LongestEvaluation = TimeSpan.FromSeconds(2);

    public static void MapConfigurations(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/configurations", (HttpRequest request, IFleet fleet, TimeProvider time) =>
        {
            var began = time.GetTimestamp();
            var configurations = fleet.ListConfigurations().Take(request.Count("top", LargestPage, LargestPage))
                .Select(configuration => (JsonNode)ConfigurationJson.Write(
                    configuration, fleet.FindConfigurationMetrics(configuration.Id, evaluate: time.GetElapsedTime(began) < LongestEvaluation)));
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

        routes.MapPost("/configurations/testQueries", async (HttpRequest request) => new JsonResult(ConfigurationJson.Test(await RequestBody.ReadObject(request))))
            .Needs(Role.Viewer, Permission.RegistryRead);

        routes.MapPost("/devices/{id}/applyConfigurationContent", async (string id, HttpRequest request, IFleet fleet) =>
        {
            await fleet.ApplyContent(id, ConfigurationJson.ReadContent(await RequestBody.ReadObject(request)), request.Author(), CancellationToken.None);
            return Results.NoContent();
        }).Needs(Role.Engineer, Permission.RegistryWrite);
    }

    private static JsonResult Answer(IFleet fleet, Configuration configuration) =>
        new(ConfigurationJson.Write(configuration, fleet.FindConfigurationMetrics(configuration.Id)), etag: configuration.ETag);
}
