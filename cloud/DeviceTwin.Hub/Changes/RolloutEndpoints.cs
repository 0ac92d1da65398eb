using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using DeviceTwin.Analytics.Reports;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Rest;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Rollouts;

namespace DeviceTwin.Hub.Changes;

/// <summary><c>/api/v1/rollouts</c>: changes of configurations, from the proposal to the report. (<c>/api/v1/changes</c> is the feed of twin changes.)</summary>
internal static class RolloutEndpoints
{
    private const string Html = "text/html; charset=utf-8";
    private const string Csv = "text/csv; charset=utf-8";

    /// <summary>Ids that have just changed; one is as good as many.</summary>
    private const int Capacity = 64;

    public static void MapRollouts(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1/rollouts");
        api.MapGet("", async (HttpRequest request, IChanges changes) =>
        {
            var state = request.Text("state");
            var all = await changes.List(request.HttpContext.RequestAborted);
            return new JsonResult(new JsonObject
            {
                ["changes"] = new JsonArray([.. all.Where(change => state is null || (string?)change["state"] == state || ((string?)change["state"])?.Split(' ')[0] == state)]),
            });
        }).Needs(Role.Viewer, Permission.RegistryRead | Permission.ServiceConnect);

        api.MapPost("", async (HttpRequest request, IChanges changes) =>
        {
            var body = await RequestBody.ReadObject(request);
            var proposal = new ChangeProposal(
                RequestBody.Text(body, "id"),
                RequestBody.Text(body, "title") ?? "",
                RequestBody.Text(body, "configurationId") ?? throw new HubException(HubError.ArgumentInvalid, "configurationId is missing: which configuration is to change."),
                RequestBody.Object(body, "content"),
                RequestBody.Object(body, "settings"),
                Plan(body) ?? RolloutPlan.Default,
                Version(body));
            return new JsonResult(await changes.Create(proposal, request.Author(), CancellationToken.None), StatusCodes.Status201Created);
        }).Needs(Role.Engineer, Permission.RegistryWrite);

        api.MapGet("{id}", async (string id, HttpContext context, IChanges changes) => new JsonResult(await changes.Find(id, context.RequestAborted)))
            .Needs(Role.Viewer, Permission.RegistryRead | Permission.ServiceConnect);

        api.MapPatch("{id}", async (string id, HttpRequest request, IChanges changes) =>
        {
            var body = await RequestBody.ReadObject(request);
            var edit = new ChangeEdit(RequestBody.Object(body, "content"), RequestBody.Object(body, "settings"), Plan(body), Version(body));
            return new JsonResult(await changes.Edit(id, edit, request.Author(), RequestBody.Text(body, "reason") ?? "", CancellationToken.None));
        }).Needs(Role.Engineer, Permission.RegistryWrite);

        api.MapDelete("{id}", async (string id, HttpRequest request, IChanges changes) =>
        {
            await changes.Delete(id, request.Author(), CancellationToken.None);
            return Results.NoContent();
        }).Needs(Role.Engineer, Permission.RegistryWrite);

        api.MapPost("{id}/replay", async (string id, HttpRequest request, IChanges changes) =>
        {
            var body = await RequestBody.ReadObjectOrNothing(request);
            var from = RequestBody.Text(body, "from") is { } text ? Instants.Parse("from", text) : (DateTimeOffset?)null;
            return new JsonResult(await changes.Replay(id, from, request.Author(), CancellationToken.None), StatusCodes.Status202Accepted);
        }).Needs(Role.Engineer, Permission.RegistryWrite);

        // A program is nobody who could have read it.
        Step(api, "approve", static (changes, id, author, why) => changes.Approve(id, author, why, CancellationToken.None)).Needs(Role.Engineer, Permission.None);
        Step(api, "start", static (changes, id, author, why) => changes.Start(id, author, why, CancellationToken.None)).Needs(Role.Engineer, Permission.RegistryWrite);
        Step(api, "pass", static (changes, id, author, why) => changes.Pass(id, author, why, CancellationToken.None)).Needs(Role.Engineer, Permission.None);

        // Whoever stands at the machine stops it.
        Step(api, "abort", static (changes, id, author, why) => changes.Abort(id, author, why, CancellationToken.None)).Needs(Role.Technician, Permission.RegistryWrite);

        api.MapGet("{id}/report", async (string id, HttpRequest request, IChanges changes) =>
        {
            var report = await changes.Report(id, request.HttpContext.RequestAborted);
            return Format(request, "json", "html") == "html" ? Results.Content(ChangeReportHtml.Write(report), Html, Encoding.UTF8) : new JsonResult(report);
        }).Needs(Role.Viewer, Permission.RegistryRead | Permission.ServiceConnect);

        api.MapGet("{id}/replay", async (string id, HttpRequest request, IChanges changes) =>
        {
            var report = await changes.ReplayReport(id, request.HttpContext.RequestAborted);
            return Format(request, "json", "html", "csv", "text") switch
            {
                "html" => Results.Content(ReplayHtml.Write(report), Html, Encoding.UTF8),
                "csv" => Results.Content(Table(request, report), Csv, Encoding.UTF8),
                "text" => Results.Content(ReplayText.Write(report), "text/plain; charset=utf-8", Encoding.UTF8),
                _ => Results.Bytes(report.ToJson(), JsonResult.ContentType),
            };
        }).Needs(Role.Viewer, Permission.RegistryRead | Permission.ServiceConnect);

        api.MapGet("{id}/events", Follow).Needs(Role.Viewer, Permission.RegistryRead | Permission.ServiceConnect);
    }

    private static RouteHandlerBuilder Step(IEndpointRouteBuilder api, string name, Func<IChanges, string, string, string, Task<JsonObject>> act) =>
        api.MapPost($"{{id}}/{name}", async (string id, HttpRequest request, IChanges changes) =>
        {
            var body = await RequestBody.ReadObjectOrNothing(request);
            return new JsonResult(await act(changes, id, request.Author(), RequestBody.Text(body, "reason") ?? ""));
        });

    private static RolloutPlan? Plan(JsonObject body)
    {
        try
        {
            return RequestBody.Object(body, "plan") is { } plan ? RolloutJson.ReadPlan(plan) : null;
        }
        catch (RolloutException refusal)
        {
            throw Fleet.FleetErrors.Translate(refusal);
        }
    }

    private static long? Version(JsonObject body) => body["baseVersion"] is not { } node ? null
        : Json.Integer(node) is { } version and > 0 ? version
        : throw new HubException(HubError.ArgumentInvalid, "baseVersion takes the version of the configuration that was read, from 1.");

    private static string Format(HttpRequest request, params string[] known) => request.Text("format") is not { } format ? known[0]
        : known.Contains(format) ? format
        : throw new HubException(HubError.ArgumentInvalid, $"format takes {string.Join(", ", known)}, not \"{format}\".");

    private static string Table(HttpRequest request, ReplayReport report) => request.Text("table") switch
    {
        null or "machines" => ReplayCsv.Machines(report),
        "alarms" => ReplayCsv.Alarms(report),
        "differences" => ReplayCsv.Differences(report),
        { } other => throw new HubException(HubError.ArgumentInvalid, $"table takes machines, alarms or differences, not \"{other}\"."),
    };

    /// <summary>A <c>change</c> event with how it stands, at once and whenever something is new; after <c>deleted</c> there is no more.</summary>
    private static async Task Follow(string id, HttpContext context, IChanges changes, TimeProvider time, IHostApplicationLifetime lifetime)
    {
        var news = Channel.CreateBounded<string>(new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });
        using var subscription = changes.Subscribe(changed =>
        {
            if (changed == id)
            {
                news.Writer.TryWrite(changed);
            }
        });
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        var status = await changes.Find(id, end.Token);
        try
        {
            EventStream.Begin(context.Response);
            await EventStream.Send(context.Response, "change", status, end.Token);
            while (await EventStream.WaitForEvent(context.Response, time, news.Reader, end.Token))
            {
                // Of what came together only how it stands now counts.
                while (news.Reader.TryRead(out _))
                {
                }

                await EventStream.Send(context.Response, "change", await changes.Find(id, end.Token), end.Token);
            }
        }
        catch (HubException)
        {
            await EventStream.Send(context.Response, "deleted", new JsonObject { ["id"] = id }, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The reader has gone, or the hub is stopping.
        }
    }
}
