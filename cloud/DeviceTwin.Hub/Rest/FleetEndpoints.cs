using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Dashboard.View;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Storage;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Rest;

/// <summary>What Azure has no shape for: <c>/api/v1</c>.</summary>
internal static class FleetEndpoints
{
    private const int StandardLimit = 100;
    private const int LargestLimit = 1000;

    public static void MapFleetApi(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1");
        api.MapGet("fleet", (IFleetView view) => new JsonResult(new JsonArray([.. view.List().Select(node => (JsonNode)Write(node))])))
            .Needs(Role.Viewer, Permission.ServiceConnect);

        api.MapGet("devices/{id}/convergence", (string id, IFleet fleet) =>
            new JsonResult(Write(fleet.FindConvergence(id) ?? throw FleetErrors.DeviceNotFound(id), fleet.FindConvergenceTime(id))))
            .Needs(Role.Viewer, Permission.ServiceConnect);

        api.MapGet("devices/{id}/telemetry", (string id, HttpRequest request, IFleet fleet) =>
        {
            _ = fleet.FindIdentity(id) ?? throw FleetErrors.DeviceNotFound(id);
            var kind = request.Query["kind"].ToString();
            var messages = fleet.ReadTelemetry(id, kind.Length == 0 ? null : kind, request.Count("limit", StandardLimit, LargestLimit));
            return new JsonResult(new JsonArray([.. messages.Select(message => (JsonNode)Write(message))]));
        }).Needs(Role.Viewer, Permission.ServiceConnect);

        api.MapGet("totals", (IFleet fleet) =>
        {
            var totals = fleet.Totals;
            return new JsonResult(new JsonObject
            {
                ["telemetry"] = totals.Telemetry,
                ["reportedPatches"] = totals.ReportedPatches,
                ["desiredPatches"] = totals.DesiredPatches,
            });
        }).Needs(Role.Viewer, Permission.ServiceConnect);
        api.MapEvents();
    }

    private static JsonObject Write(NodeSummary node) => new()
    {
        ["deviceId"] = node.DeviceId,
        ["machine"] = node.Machine,
        ["line"] = node.Line,
        ["kind"] = node.Kind,
        ["verdict"] = node.Verdict,
        ["zone"] = node.Zone,
        ["alarms"] = new JsonArray([.. node.Alarms.Select(alarm => (JsonNode)alarm)]),
        ["state"] = node.State.ToString(),
        ["connected"] = node.Connected,
        ["desiredVersion"] = node.DesiredVersion,
        ["reportedVersion"] = node.ReportedVersion,
        ["lastTelemetryAt"] = node.LastTelemetryAt is { } at ? Json.Timestamp(at) : null,
        ["velocityUmPerSecond"] = node.VelocityUmPerSecond,
        ["temperatureCentiCelsius"] = node.TemperatureCentiCelsius,
    };

    private static JsonObject Write(NodeConvergence convergence, ConvergenceTime? took) => new()
    {
        ["deviceId"] = convergence.DeviceId,
        ["state"] = convergence.State.ToString(),
        ["inSyncAfterMs"] = OverrideEndpoints.Milliseconds(took?.Last),
        ["waitingSince"] = took?.WaitingSince is { } since ? Json.Timestamp(since) : null,
        ["paths"] = new JsonArray([.. convergence.Paths.Select(path => (JsonNode)new JsonObject
        {
            ["path"] = path.Path,
            ["desired"] = path.Desired?.DeepClone(),
            ["reported"] = path.Reported?.DeepClone(),
            ["state"] = path.State.ToString(),
            ["reason"] = path.Reason,
            ["code"] = path.AcknowledgementCode,
            ["desiredVersion"] = path.DesiredVersion,
            ["acknowledgedVersion"] = path.AcknowledgedVersion,
        })]),
    };

    public static JsonObject Write(TelemetryMessage message)
    {
        var json = new JsonObject
        {
            ["enqueuedAt"] = Json.Timestamp(message.EnqueuedAt),
            ["kind"] = message.Kind,
            ["properties"] = new JsonObject(message.Properties.Select(property => KeyValuePair.Create(property.Key, (JsonNode?)property.Value))),
        };
        try
        {
            using var document = JsonDocument.Parse(message.Body);
            json["body"] = Json.Parse(document.RootElement.GetRawText());
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            // A device may send any bytes. (The second: bytes that are no UTF-8, or half a surrogate pair.)
            json["bodyBase64"] = Convert.ToBase64String(message.Body.Span);
        }

        return json;
    }
}
