using System.Text.Json.Nodes;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Rest;
using DeviceTwin.Storage.Sequence;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Sequence;

/// <summary>Registers message numbers with the container, and shows what is missing.</summary>
internal static class SequenceEndpoints
{
    /// <summary>To be called before any other subject of telemetry: what was here before must not reach them again.</summary>
    public static IServiceCollection AddSequence(this IServiceCollection services) => services
        .AddSingleton<SequenceSubject>()
        .AddSingleton<ITelemetrySubject>(provider => provider.GetRequiredService<SequenceSubject>());

    public static void MapSequence(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/devices/{id}/sequence", (string id, IFleet fleet, SequenceSubject sequence) =>
        {
            _ = fleet.FindIdentity(id) ?? throw FleetErrors.DeviceNotFound(id);
            return new JsonResult(new JsonObject
            {
                ["deviceId"] = id,
                ["boots"] = new JsonArray([.. sequence.Find(id).Reverse().Select(window => (JsonNode)Write(window))]),
            });
        }).Needs(Role.Viewer, Permission.RegistryRead);

        routes.MapGet("/api/v1/sequence", (SequenceSubject sequence) =>
        {
            var totals = sequence.Totals;
            return new JsonResult(new JsonObject
            {
                ["repeats"] = totals.Repeats,
                ["missed"] = totals.Missed,
                ["filled"] = totals.Filled,
                ["givenUp"] = totals.GivenUp,
                ["unsure"] = totals.Unsure,
                ["malformed"] = totals.Malformed,
            });
        }).Needs(Role.Viewer, Permission.RegistryRead);
    }

    private static JsonObject Write(SequenceWindow window) => new()
    {
        ["bootId"] = window.BootId,
        ["firstAt"] = Json.Timestamp(window.FirstAt),
        ["lastAt"] = Json.Timestamp(window.LastAt),
        ["newest"] = window.Top.Last,
        ["received"] = window.Received,
        ["repeats"] = window.Repeats,
        ["missing"] = window.Missing,
        ["filled"] = window.Filled,
        ["givenUp"] = window.GivenUp,
        ["unsure"] = window.Unsure,
        ["gaps"] = new JsonArray([.. window.Gaps().Select(gap => (JsonNode)new JsonObject
        {
            ["first"] = gap.First,
            ["last"] = gap.Last,
            ["count"] = gap.Count,
            ["since"] = Json.Timestamp(gap.Since),
        })]),
    };
}
