using System.Text.Json.Nodes;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Fleet;

namespace DeviceTwin.Hub.Rest;

/// <summary>Azure's counts.</summary>
internal static class StatisticsEndpoints
{
    public static void MapStatistics(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/statistics/devices", (IFleet fleet) =>
        {
            var counts = fleet.Statistics;
            return new JsonResult(new JsonObject
            {
                ["totalDeviceCount"] = counts.Total,
                ["enabledDeviceCount"] = counts.Enabled,
                ["disabledDeviceCount"] = counts.Disabled,
            });
        }).Needs(Role.Viewer, Permission.RegistryRead);

        routes.MapGet("/statistics/service", (IFleet fleet) => new JsonResult(new JsonObject { ["connectedDeviceCount"] = fleet.Statistics.Connected }))
            .Needs(Role.Viewer, Permission.RegistryRead | Permission.ServiceConnect);
    }
}
