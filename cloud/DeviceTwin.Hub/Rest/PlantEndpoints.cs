using System.Text.Json.Nodes;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Alarms;
using DeviceTwin.Hub.Plant;
using DeviceTwin.Storage.Alarms;
using DeviceTwin.Storage.Plant;

namespace DeviceTwin.Hub.Rest;

/// <summary><c>/api/v1/plant</c>: the machine tree with the state of its parts, and the nodes at its points.</summary>
internal static class PlantEndpoints
{
    public static void MapPlant(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1/plant");
        api.MapGet("", (PlantState state) => new JsonResult(PlantJson.Write(state.Look()))).Needs(Role.Viewer, Permission.RegistryRead);
        api.MapGet("export", (PlantState state) => new JsonResult(PlantJson.Export(state.Look()))).Needs(Role.Viewer, Permission.RegistryRead);
        api.MapPost("import", Import).Needs(Role.Engineer, Permission.RegistryWrite);
        foreach (var level in PlantWords.Levels)
        {
            api.MapItems(level);
        }

        api.MapAssignments(PlantLevel.Machine);
        api.MapAssignments(PlantLevel.Point);
        api.MapNodes();
        api.MapTasks();
        api.MapFindings(PlantLevel.Machine);
        api.MapFindings(PlantLevel.Point);
    }

    private static void MapItems(this RouteGroupBuilder api, PlantLevel level)
    {
        var path = PlantWords.Plural(level) + "/{id}";
        api.MapGet(PlantWords.Plural(level), (PlantState state) =>
        {
            var look = state.Look();
            return new JsonResult(new JsonArray([.. look.Tree.Items.Where(item => item.Level == level)
                .Select(item => (JsonNode)PlantJson.Write(item, look.Of(item), level == PlantLevel.Point ? look.Tree.NodeAt(item.Id) : null))]));
        }).Needs(Role.Viewer, Permission.RegistryRead);

        api.MapGet(path, (string id, PlantState state, PlantMemory memory) => Answer(memory.Current.Get(level, id), state, memory))
            .Needs(Role.Viewer, Permission.RegistryRead);

        api.MapPut(path, async (string id, HttpRequest request, IPlant plant, PlantState state, PlantMemory memory) =>
        {
            var problems = new List<string>();
            var wanted = PlantJson.Read(level, id, null, await RequestBody.ReadObject(request), (_, problem) => problems.Add(problem));
            if (wanted is null)
            {
                throw new HubException(HubError.ArgumentInvalid, string.Join(' ', problems));
            }

            return Answer(await plant.Put(wanted, request.IfMatch(), request.Author(), CancellationToken.None), state, memory);
        }).Needs(Role.Engineer, Permission.RegistryWrite);

        api.MapDelete(path, async (string id, HttpRequest request, IPlant plant) =>
        {
            await plant.Delete(level, id, request.IfMatch(), request.Author(), CancellationToken.None);
            return Results.NoContent();
        }).Needs(Role.Engineer, Permission.RegistryWrite);
    }

    private static void MapAssignments(this RouteGroupBuilder api, PlantLevel level) =>
        api.MapGet(PlantWords.Plural(level) + "/{id}/assignments", (string id, HttpRequest request, IPlant plant) => new JsonResult(new JsonArray(
            [.. plant.Assignments(level, id, request.Instant("from"), request.Instant("to")).Select(assignment => (JsonNode)PlantJson.Write(assignment))])))
            .Needs(Role.Viewer, Permission.RegistryRead);

    private static void MapNodes(this RouteGroupBuilder api)
    {
        api.MapPut("points/{id}/node", async (string id, HttpRequest request, IPlant plant) =>
        {
            var body = await RequestBody.ReadObject(request);
            return new JsonResult(PlantJson.Write(
                await plant.Assign(id, Needed(body, "deviceId"), RequestBody.Text(body, "reason"), request.Author(), CancellationToken.None)));
        }).Needs(Role.Technician, Permission.RegistryWrite);

        api.MapDelete("points/{id}/node", async (string id, HttpRequest request, IPlant plant) => new JsonResult(PlantJson.Write(
            await plant.Unassign(id, request.Query["reason"].ToString() is { Length: > 0 } reason ? reason : null, request.Author(), CancellationToken.None))))
            .Needs(Role.Technician, Permission.RegistryWrite);

        api.MapPost("points/{id}/replace", async (string id, HttpRequest request, IPlant plant) =>
        {
            var body = await RequestBody.ReadObject(request);
            var disable = body["disableOld"] switch
            {
                null => false,
                JsonValue value when value.TryGetValue(out bool flag) => flag,
                _ => throw new HubException(HubError.ArgumentInvalid, "disableOld takes true or false."),
            };
            var by = RequestBody.Text(body, "by");
            var reason = RequestBody.Text(body, "reason");
            return new JsonResult(PlantJson.Write(await plant.Replace(
                id,
                Needed(body, "newDeviceId"),
                disable,
                by is null ? reason : $"{reason} ({by})".TrimStart(),
                request.Author(),
                CancellationToken.None)));
        }).Needs(Role.Technician, Permission.RegistryWrite);
    }

    private static void MapTasks(this RouteGroupBuilder api)
    {
        api.MapGet("tasks", (IPlant plant) => new JsonResult(new JsonArray([.. plant.Refused().Select(task => (JsonNode)PlantJson.Write(task))])))
            .Needs(Role.Viewer, Permission.RegistryRead);
        api.MapPost("tasks/{number}/retry", async (string number, IPlant plant) =>
            await plant.Retry(TaskNumber(number), CancellationToken.None) is { Refusal: { } refusal }
                ? throw new HubException(PlantErrors.TaskRefused, $"The twin refused it again: {refusal} Mend that and try again, or DELETE /api/v1/plant/tasks/{number}.")
                : Results.NoContent()).Needs(Role.Technician, Permission.RegistryWrite);
        api.MapDelete("tasks/{number}", async (string number, HttpRequest request, IPlant plant) =>
        {
            await plant.Dismiss(TaskNumber(number), request.Author(), CancellationToken.None);
            return Results.NoContent();
        }).Needs(Role.Engineer, Permission.RegistryWrite);
    }

    private static long TaskNumber(string text) => RestRequests.Number(text, "The address", "the number of a task") ?? 0;

    private static void MapFindings(this RouteGroupBuilder api, PlantLevel level) =>
        api.MapPost(PlantWords.Plural(level) + "/{id}/findings", async (string id, HttpRequest request, IAlarms alarms, PlantMemory memory) =>
        {
            var item = memory.Current.Get(level, id);
            var draft = AlarmJson.ReadFinding(await RequestBody.ReadObject(request));
            var (machine, point) = level == PlantLevel.Point ? (item.Parent, item.Id) : (item.Id, null);
            return new JsonResult(AlarmJson.Write(await alarms.Find(machine, point, draft, request.Author(), CancellationToken.None)), StatusCodes.Status201Created);
        }).Needs(Role.Technician);

    private static async Task<JsonResult> Import(HttpRequest request, IPlant plant, PlantMemory memory)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        var import = PlantImport.Read(body.ToArray(), memory.Current);
        var dryRun = request.Query["dryRun"].ToString() is "true" or "1";
        var answer = new JsonObject
        {
            ["dryRun"] = dryRun,
            ["created"] = import.Created,
            ["updated"] = import.Updated,
            ["unchanged"] = import.Unchanged,
            ["errors"] = new JsonArray([.. import.Errors.Select(error => (JsonNode)new JsonObject { ["line"] = error.Line, ["message"] = error.Message })]),
        };
        if (import.Errors.Count > 0 && !dryRun)
        {
            var first = import.Errors[0];
            throw new HubException(
                PlantErrors.ImportRefused,
                $"Nothing was imported: {import.Errors.Count} errors, the first in line {first.Line}: {first.Message} A dry run (?dryRun=true) lists all.");
        }

        if (!dryRun && import.Items.Count > 0)
        {
            await plant.Import(import.Items, request.Author(), CancellationToken.None);
        }

        return new JsonResult(answer);
    }

    private static JsonResult Answer(PlantItem item, PlantState state, PlantMemory memory) => new(
        PlantJson.Write(item, state.Of(item.Level, item.Id), item.Level == PlantLevel.Point ? memory.Current.NodeAt(item.Id) : null), etag: item.ETag);

    private static string Needed(JsonObject body, string name) =>
        RequestBody.Text(body, name) ?? throw new HubException(HubError.ArgumentInvalid, $"{name} is needed.");
}
