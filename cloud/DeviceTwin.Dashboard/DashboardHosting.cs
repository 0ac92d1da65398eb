using DeviceTwin.Dashboard.Circuit;
using DeviceTwin.Dashboard.Components;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Radzen;

namespace DeviceTwin.Dashboard;

/// <summary>How a host takes the pages in. The host registers an <see cref="View.IFleetView"/>.</summary>
public static class DashboardHosting
{
    /// <summary>What the pages need besides the view.</summary>
    public static IServiceCollection AddDashboard(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddRazorComponents().AddInteractiveServerComponents(options =>
        {
            // A wall screen that loses its link for a moment finds its page again; a fleet's worth of forgotten tabs does not pile up.
            options.DisconnectedCircuitMaxRetained = 20;
            options.DisconnectedCircuitRetentionPeriod = TimeSpan.FromMinutes(1);
        });
        services.AddRadzenComponents();
        return services;
    }

    /// <summary>The pages at <c>/</c> and <c>/nodes/{id}</c>, and the script that connects them.</summary>
    public static void MapDashboard(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/_framework/blazor.web.js", (HttpContext context) =>
        {
            context.Response.Headers.CacheControl = "no-cache";
            return Results.Bytes(BlazorScript.Bytes, "text/javascript; charset=utf-8", entityTag: new(BlazorScript.ETag));
        });
        endpoints.MapRazorComponents<App>().AddInteractiveServerRenderMode();
    }
}
