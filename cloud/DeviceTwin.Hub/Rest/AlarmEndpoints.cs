using System.Globalization;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Alarms;
using DeviceTwin.Storage.Alarms;

namespace DeviceTwin.Hub.Rest;

/// <summary><c>/api/v1/alarms</c>: what nodes raised, who has seen it, and what was found.</summary>
internal static class AlarmEndpoints
{
    private const int StandardLimit = 100;
    private const int LargestLimit = 1000;

    public static void MapAlarms(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1");
        api.MapGet("alarms", (HttpRequest request, IAlarms alarms) =>
        {
            var query = Query(request);

            // One more than asked for: whether there is a next page.
            var rows = alarms.Read(query with { Limit = query.Limit + 1 });
            var page = rows.Take(query.Limit).ToArray();
            return new JsonResult(new JsonObject
            {
                ["alarms"] = new JsonArray([.. page.Select(row => (JsonNode)AlarmJson.Write(row))]),
                ["continuation"] = rows.Count > query.Limit ? page[^1].Number.ToString(CultureInfo.InvariantCulture) : null,
                ["counts"] = AlarmJson.Write(alarms.Counts),
            });
        }).Needs(Role.Viewer);

        api.MapGet("alarms/counts", (IAlarms alarms) => new JsonResult(AlarmJson.Write(alarms.Counts))).Needs(Role.Viewer);
        api.MapGet("alarms/events", AlarmEvents.Follow).Needs(Role.Viewer);
        api.MapGet("alarms/{id}", (string id, IAlarms alarms) =>
        {
            var json = AlarmJson.Write(alarms.Find(id));
            json["findings"] = AlarmJson.Write(alarms.Findings(new FindingQuery(LargestLimit) { AlarmId = id }));
            return new JsonResult(json);
        }).Needs(Role.Viewer);

        api.MapPost("alarms/{id}/acknowledge", async (string id, HttpRequest request, IAlarms alarms) =>
        {
            var body = await RequestBody.ReadObjectOrNothing(request);
            return new JsonResult(AlarmJson.Write(
                await alarms.Acknowledge(id, RequestBody.Text(body, "note"), request.Author(), CancellationToken.None)));
        }).Needs(Role.Technician);

        api.MapGet("alarms/{id}/findings", (string id, IAlarms alarms) =>
        {
            _ = alarms.Find(id);
            return new JsonResult(AlarmJson.Write(alarms.Findings(new FindingQuery(LargestLimit) { AlarmId = id })));
        }).Needs(Role.Viewer);

        api.MapPost("alarms/{id}/findings", async (string id, HttpRequest request, IAlarms alarms) =>
        {
            var draft = AlarmJson.ReadFinding(await RequestBody.ReadObject(request));
            return new JsonResult(AlarmJson.Write(await alarms.Find(id, draft, request.Author(), CancellationToken.None)), StatusCodes.Status201Created);
        }).Needs(Role.Technician);

        api.MapGet("findings", (HttpRequest request, IAlarms alarms) =>
        {
            var query = new FindingQuery(request.Count("limit", StandardLimit, LargestLimit), request.Number("continuation", "what the page before gave as continuation") ?? 0)
            {
                Machine = request.Text("machine"),
                Point = request.Text("point"),
                From = request.Instant("from"),
                To = request.Instant("to"),
            };
            var findings = alarms.Findings(query with { Limit = query.Limit + 1 });
            var page = findings.Take(query.Limit).ToArray();
            return new JsonResult(new JsonObject
            {
                ["findings"] = AlarmJson.Write(page),
                ["continuation"] = findings.Count > query.Limit ? page[^1].Number.ToString(CultureInfo.InvariantCulture) : null,
            });
        }).Needs(Role.Viewer);
    }

    private static AlarmQuery Query(HttpRequest request) => new(request.Count("limit", StandardLimit, LargestLimit))
    {
        States = [.. request.Query["state"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).SelectMany(States)],
        DeviceId = request.Text("device"),
        Machine = request.Text("machine"),
        Alarm = request.Text("alarm"),
        From = request.Instant("from"),
        To = request.Instant("to"),
        Before = request.Number("continuation", "what the page before gave as continuation"),
    };

    private static AlarmState[] States(string word) => word switch
    {
        "raised" => [AlarmState.Raised],
        "acknowledged" => [AlarmState.Acknowledged],
        "cleared" => [AlarmState.Cleared],
        "active" => [AlarmState.Raised, AlarmState.Acknowledged],
        _ => throw new HubException(HubError.ArgumentInvalid, $"state takes raised, acknowledged, cleared or active, not \"{word}\"."),
    };
}
