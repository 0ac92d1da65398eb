using System.Text.Json.Nodes;
using DeviceTwin.Hub.Fleet;

namespace DeviceTwin.Hub.Rest;

/// <summary>Azure's counts, and whether the hub works at all.</summary>
internal static class StatisticsEndpoints
{
    public static void MapStatistics(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/statistics/devices", (IFleet fleet) => new JsonResult(new JsonObject
        {
            ["totalDeviceCount"] = fleet.Statistics.Total,
            ["enabledDeviceCount"] = fleet.Statistics.Enabled,
            ["disabledDeviceCount"] = fleet.Statistics.Disabled,
        }));

        routes.MapGet("/statistics/service", (IFleet fleet) => new JsonResult(new JsonObject { ["connectedDeviceCount"] = fleet.Statistics.Connected }));

        routes.MapGet("/healthz", (IFleet fleet) => new JsonResult(new JsonObject
        {
            ["status"] = "ok",
            ["devices"] = fleet.Statistics.Total,
            ["connected"] = fleet.Statistics.Connected,
        }));
    }
}
