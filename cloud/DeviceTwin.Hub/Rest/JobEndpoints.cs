using System.Globalization;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Jobs;
using DeviceTwin.Storage.Jobs;
using DeviceTwin.Twins.Jobs;

namespace DeviceTwin.Hub.Rest;

/// <summary>Azure's jobs on many devices, <c>/jobs/v2</c>; and its import and export, which there is not.</summary>
internal static class JobEndpoints
{
    public static void MapJobs(this IEndpointRouteBuilder routes)
    {
        routes.MapPut("/jobs/v2/{id}", async (string id, HttpRequest request, JobService jobs, TimeProvider time) =>
            Answer(await jobs.Create(JobJson.Read(id, await RequestBody.ReadObject(request), request.Author(), time.GetUtcNow()))))
            .Needs(Role.Engineer, Permission.ServiceConnect);

        routes.MapGet("/jobs/v2/{id}", (string id, JobService jobs) => Answer(jobs.Find(id))).Needs(Role.Viewer, Permission.RegistryRead | Permission.ServiceConnect);

        routes.MapPost("/jobs/v2/{id}/cancel", async (string id, HttpRequest request, JobService jobs) => Answer(await jobs.Cancel(id, request.Author())))
            .Needs(Role.Technician, Permission.ServiceConnect);

        routes.MapGet("/jobs/v2/query", List).Needs(Role.Viewer, Permission.RegistryRead | Permission.ServiceConnect);

        routes.MapPost("/jobs/create", NotHere).Needs(Role.Engineer, Permission.RegistryWrite);
        routes.MapGet("/jobs", NotHere).Needs(Role.Viewer, Permission.RegistryRead);
        routes.MapGet("/jobs/{id}", NotHere).Needs(Role.Viewer, Permission.RegistryRead);
        routes.MapDelete("/jobs/{id}", NotHere).Needs(Role.Engineer, Permission.RegistryWrite);
    }

    private static JsonResult Answer(Job job) => new(JobJson.Write(job));

    private static JsonResult List(HttpContext context, JobService jobs)
    {
        var request = context.Request;
        var (type, status) = JobWords.Filter(request.Text("jobType"), request.Text("jobStatus"), out var isKnown);
        var size = QueryEndpoints.PageSize(request.Headers[QueryEndpoints.PageSizeHeader].ToString());
        var token = ContinuationToken.Read(request.Headers[QueryEndpoints.ContinuationHeader].ToString(), $"jobs/v2/query {type} {status}", null);
        context.Response.Headers["x-ms-item-type"] = "JobResponse";
        if (!isKnown)
        {
            return new JsonResult(new JsonArray());
        }

        var page = jobs.Find(new JobSearch(type, status, token.After is null ? null : Position(token.After), size + 1)).ToList();
        if (page.Count > size)
        {
            page.RemoveAt(size);
            context.Response.Headers[QueryEndpoints.ContinuationHeader] = token.Next(Position(page[^1]), size).Write();
        }

        return new JsonResult(new JsonArray([.. page.Select(job => (JsonNode)JobJson.Write(job))]));
    }

    private static string Position(Job job) => string.Create(CultureInfo.InvariantCulture, $"{job.Order.CreatedAt.UtcTicks} {job.Id}");

    private static (DateTimeOffset CreatedAt, string Id) Position(string text) =>
        text.Split(' ') is [var ticks, var id] && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at <= DateTime.MaxValue.Ticks
            ? (new DateTimeOffset(at, TimeSpan.Zero), id)
            : throw ContinuationToken.Unknown();

    private static IResult NotHere() => throw new HubException(
        RestErrors.NotImplemented,
        "This hub imports and exports no blobs. Write many identities at once with POST /devices, read them with GET /devices, and take everything along with POST /api/v1/backup. Jobs on devices are at /jobs/v2.");
}
