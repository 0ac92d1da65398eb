using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Backup;
using DeviceTwin.Hub.Bridge;
using DeviceTwin.Hub.Changes;
using DeviceTwin.Hub.Gateway;
using DeviceTwin.Hub.History;
using DeviceTwin.Hub.Operation;
using DeviceTwin.Hub.Queries;
using DeviceTwin.Hub.Rest.OpenApi;
using DeviceTwin.Hub.Sequence;
using DeviceTwin.Hub.Waveforms;

namespace DeviceTwin.Hub.Rest;

/// <summary>Puts the HTTP surface together.</summary>
internal static class RestHosting
{
    public static IServiceCollection AddRest(this IServiceCollection services) => services.AddSingleton<RestRefusals>().AddSingleton<IQueryRows, ModuleRows>();

    /// <summary>What every request passes before it reaches a page or an endpoint.</summary>
    public static void UseRest(this WebApplication app)
    {
        app.UseMiddleware<ErrorHandling>();
        app.UseMiddleware<RequestGuard>();
        app.UseWebSocketGateway();
        app.UseMiddleware<AccessGate>();
        app.UseStatusCodePages(context => Uncoded(context.HttpContext));
    }

    /// <summary>Azure's endpoints and ours.</summary>
    public static void MapRest(this IEndpointRouteBuilder routes)
    {
        routes.MapDevices();
        routes.MapTwins();
        routes.MapModules();
        routes.MapDigitalTwins();
        routes.MapQuery();
        routes.MapConfigurations();
        routes.MapJobs();
        routes.MapStatistics();
        routes.MapLogs();
        routes.MapFleetApi();
        routes.MapOverrides();
        routes.MapAccess();
        routes.MapAudit();
        routes.MapOperation();
        routes.MapMessaging();
        routes.MapFeedback();
        routes.MapFleetMethods();
        routes.MapWaveforms();
        routes.MapBackup();
        routes.MapSequence();
        routes.MapHistory();
        routes.MapEnrollments();
        routes.MapCertificates();
        routes.MapChanges();
        routes.MapRollouts();
        routes.MapAlarms();
        routes.MapEvidence();
        routes.MapPlant();
        routes.MapBridge();
        routes.MapOpenApi();
    }

    /// <summary>What routing refuses has no body yet; programs get the same shape as from every other refusal.</summary>
    private static Task Uncoded(HttpContext context)
    {
        var wantsPage = context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal);
        var refusals = context.RequestServices.GetRequiredService<RestRefusals>();
        return (context.Response.StatusCode, wantsPage) switch
        {
            (StatusCodes.Status404NotFound, false) => refusals.Answer(context, RestErrors.ResourceNotFound, $"There is nothing at {context.Request.Path}."),
            (StatusCodes.Status405MethodNotAllowed, _) => refusals.Answer(context, RestErrors.MethodNotAllowed, $"{context.Request.Path} does not take {context.Request.Method}."),
            _ => Task.CompletedTask,
        };
    }
}
