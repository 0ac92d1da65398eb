using System.Text.Json.Nodes;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Certificates;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Rest;
using DeviceTwin.Storage;

namespace DeviceTwin.Hub.Operation;

/// <summary>What an operator's tools ask: <c>/healthz</c>, <c>/readyz</c>, <c>/metrics</c>.</summary>
internal static class OperationHosting
{
    public static IServiceCollection AddOperation(this IServiceCollection services, OperationOptions options, LocalCertificates certificates, HubMetrics metrics)
    {
        services.AddSingleton(options);
        services.AddSingleton(_ => metrics);
        services.AddSingleton<HubPhase>();
        services.AddSingleton<ICertificateDates>(new CertificateDates(certificates));
        services.AddSingleton<IStoreWriter>(provider => provider.GetRequiredService<IHubStore>());
        services.AddSingleton<Readiness>();
        services.AddSingleton<HubGauges>();
        services.AddSingleton<MetricsCollector>();
        services.AddHostedService<DrainService>();
        services.AddSystemd();
        return services;
    }

    public static void MapOperation(this IEndpointRouteBuilder routes)
    {
        // That it answers is all it says. Whether the hub can work is the other one's to tell.
        routes.MapGet("/healthz", (IFleet fleet) => new JsonResult(new JsonObject
        {
            ["status"] = "ok",
            ["devices"] = fleet.Statistics.Total,
            ["connected"] = fleet.Statistics.Connected,
        })).Open();

        routes.MapGet("/readyz", async (Readiness readiness) =>
        {
            var checks = await readiness.Check();
            var ready = checks.All(check => check.Problem is null);
            return new JsonResult(
                new JsonObject
                {
                    ["status"] = ready ? "ready" : "notReady",
                    ["checks"] = new JsonObject(checks.Select(check => KeyValuePair.Create(check.Name, (JsonNode?)(check.Problem is null ? "ok" : "failed")))),
                    ["reasons"] = new JsonArray([.. checks.Select(check => check.Problem).OfType<string>().Select(problem => (JsonNode)problem)]),
                },
                ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        }).Open();

        routes.MapGet("/metrics", (MetricsCollector collector, HubGauges _, HttpContext context) =>
        {
            context.Response.Headers.CacheControl = "no-store";
            return Results.Text(collector.Collect(), MetricsCollector.ContentType);
        }).Needs(Role.Viewer, Permission.None);
    }
}
