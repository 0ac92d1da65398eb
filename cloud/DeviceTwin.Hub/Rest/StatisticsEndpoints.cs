using System.Text.Json.Nodes;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Fleet;

namespace DeviceTwin.Hub.Rest;

/// <summary>Azure's counts.</summary>
internal static class StatisticsEndpoints
{
    public static void MapStatistics(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/statistics/devices", (IFleet fleet) => new JsonResult(new JsonObject
        {
            ["totalDeviceCount"] = fleet.Statistics.Total,
            ["enabledDeviceCount"] = fleet.Statistics.Enabled,
            ["disabledDeviceCount"] = fleet.Statistics.Disabled,
        })).Needs(Role.Viewer, Permission.RegistryRead);

        routes.MapGet("/statistics/service", (IFleet fleet) => new JsonResult(new JsonObject { ["connectedDeviceCount"] = fleet.Statistics.Connected }))
            .Needs(Role.Viewer, Permission.RegistryRead | Permission.ServiceConnect);
    }
}
