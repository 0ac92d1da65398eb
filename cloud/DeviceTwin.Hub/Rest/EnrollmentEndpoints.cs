using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Certificates;
using DeviceTwin.Hub.Provisioning;
using DeviceTwin.Storage;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Rest;

/// <summary>Azure's provisioning service: <c>/enrollments</c>, <c>/enrollmentGroups</c>, <c>/registrations</c>. Its errors have their own shape.</summary>
internal static partial class EnrollmentEndpoints
{
    public static void MapEnrollments(this IEndpointRouteBuilder routes)
    {
        var service = routes.MapGroup("").AddEndpointFilter(RefuseInItsShape);
        service.MapKind("/enrollments", group: false);
        service.MapKind("/enrollmentGroups", group: true);

        service.MapGet("/registrations/{id}", (string id, ProvisioningService provisioning, AssignedHub hub) =>
            Answer(provisioning.FindRegistration(id) ?? throw RegistrationNotFound(id), provisioning, hub)).Needs(Role.Viewer, Permission.RegistryRead | Permission.EnrollmentRead);
        service.MapDelete("/registrations/{id}", async (string id, HttpRequest request, ProvisioningService provisioning) =>
        {
            await provisioning.DeleteRegistration(id, request.IfMatch(), request.Author());
            return Results.NoContent();
        }).Needs(Role.Engineer, Permission.RegistryWrite | Permission.EnrollmentWrite);
        service.MapPost("/registrations/{id}/query", async (string id, ProvisioningService provisioning, AssignedHub hub, HttpContext context) =>
        {
            await CheckQuery(context.Request);
            var group = Existing(provisioning, group: true, id);
            return Page(
                context,
                "DeviceRegistration",
                provisioning.ListRegistrations(group: true, id),
                registration => registration.Id,
                registration => RegistrationJson.Write(registration, hub.Name, group.Payload));
        }).Needs(Role.Viewer, Permission.RegistryRead | Permission.EnrollmentRead);

        service.MapPost("/enrollments", async (HttpRequest request, EnrollmentBulk bulk, EnrollmentPlace place) =>
        {
            var operation = EnrollmentBulkJson.Read(await RequestBody.ReadObject(request));
            return EnrollmentBulkJson.Answer(await bulk.Apply(operation, item => EnrollmentJson.Read(group: false, item.Id, item.Body, place), request.Author()));
        }).Needs(Role.Engineer, Permission.RegistryWrite | Permission.EnrollmentWrite);

        routes.MapPost("/api/v1/provisioning/bundles", async (HttpRequest request, BundleImport bundles) =>
            new JsonResult(await bundles.Import(await RequestBody.ReadObject(request), request.Author()))).Needs(Role.Engineer, Permission.RegistryWrite);

        routes.MapGet("/api/v1/provisioning", (ProvisioningService provisioning, AssignedHub hub) => new JsonResult(new JsonObject
        {
            ["idScope"] = provisioning.IdScope,
            ["assignedHub"] = hub.Name,
            ["mqttPort"] = hub.Port,
            ["enrollments"] = provisioning.List(group: false).Count,
            ["enrollmentGroups"] = provisioning.List(group: true).Count,
        })).Needs(Role.Viewer, Permission.RegistryRead | Permission.EnrollmentRead);
    }

    private static void MapKind(this IEndpointRouteBuilder routes, string path, bool group)
    {
        routes.MapGet($"{path}/{{id}}", (string id, ProvisioningService provisioning, AssignedHub hub) => Answer(Existing(provisioning, group, id), provisioning, hub))
            .Needs(Role.Engineer, Permission.RegistryWrite | Permission.EnrollmentRead);

        routes.MapPut($"{path}/{{id}}", async (string id, HttpRequest request, ProvisioningService provisioning, EnrollmentPlace place) =>
        {
            var wanted = EnrollmentJson.Read(group, id, await RequestBody.ReadObject(request), place);
            return Answer(await provisioning.Put(wanted, request.IfMatch(), request.Author()), provisioning, place.Hub);
        }).Needs(Role.Engineer, Permission.RegistryWrite | Permission.EnrollmentWrite);

        routes.MapDelete($"{path}/{{id}}", async (string id, HttpRequest request, ProvisioningService provisioning) =>
        {
            await provisioning.Delete(group, id, request.IfMatch(), request.Author());
            return Results.NoContent();
        }).Needs(Role.Engineer, Permission.RegistryWrite | Permission.EnrollmentWrite);

        routes.MapPost($"{path}/{{id}}/attestationmechanism", (string id, ProvisioningService provisioning) =>
            new JsonResult(EnrollmentJson.WriteAttestation(Existing(provisioning, group, id)))).Needs(Role.Engineer, Permission.RegistryWrite | Permission.EnrollmentWrite);

        routes.MapPost($"{path}/query", async (HttpContext context, ProvisioningService provisioning, AssignedHub hub) =>
        {
            await CheckQuery(context.Request);
            return Page(
                context,
                group ? "EnrollmentGroup" : "Enrollment",
                provisioning.List(group),
                enrollment => enrollment.Id,
                enrollment => EnrollmentJson.Write(enrollment, hub.Name, provisioning.FindRegistration(enrollment)));
        }).Needs(Role.Engineer, Permission.RegistryWrite | Permission.EnrollmentRead);
    }

    /// <exception cref="HubException">The query asks for less than everything.</exception>
    private static async Task CheckQuery(HttpRequest request)
    {
        var query = RequestBody.Text(await RequestBody.ReadObjectOrNothing(request), "query") ?? "*";
        if (!Everything().IsMatch(query))
        {
            throw new HubException(HubError.ArgumentInvalid, "The query must read: SELECT * FROM enrollments (or enrollmentGroups, registrations). Conditions are not offered.");
        }
    }

    /// <param name="rows">In the ordinal order of their ids.</param>
    private static JsonResult Page<T>(HttpContext context, string type, IReadOnlyList<T> rows, Func<T, string> id, Func<T, JsonNode> write)
    {
        var size = QueryEndpoints.PageSize(context.Request.Headers["x-ms-max-item-count"].ToString());
        var after = ReadContinuation(context.Request.Headers["x-ms-continuation"].ToString());
        var page = rows.Where(row => after is null || string.CompareOrdinal(id(row), after) > 0).Take(size + 1).ToArray();

        // Clients ask for pages as long as the header is there, so it must be absent from the last.
        if (page.Length > size)
        {
            context.Response.Headers["x-ms-continuation"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(id(page[size - 1])));
        }

        context.Response.Headers["x-ms-item-type"] = type;
        return new JsonResult(new JsonArray([.. page.Take(size).Select(write)]));
    }

    /// <summary>The id to continue after; null at the first page.</summary>
    /// <exception cref="HubException">Not a token that this hub gave out.</exception>
    private static string? ReadContinuation(string token)
    {
        var bytes = new byte[token.Length];
        return token.Length == 0 ? null
            : Convert.TryFromBase64String(token, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length)
            : throw new HubException(HubError.ArgumentInvalid, "x-ms-continuation is not a token that this hub gave out.");
    }

    private static Enrollment Existing(ProvisioningService provisioning, bool group, string id) =>
        provisioning.Find(group, id) ?? throw ProvisioningErrors.EnrollmentNotFound(id, group);

    private static JsonResult Answer(Enrollment enrollment, ProvisioningService provisioning, AssignedHub hub) =>
        new(EnrollmentJson.Write(enrollment, hub.Name, provisioning.FindRegistration(enrollment)), etag: enrollment.ETag);

    private static JsonResult Answer(Registration registration, ProvisioningService provisioning, AssignedHub hub) => new(
        RegistrationJson.Write(registration, hub.Name, provisioning.Find(registration.Group, registration.Enrollment)?.Payload), etag: registration.ETag);

    private static HubException RegistrationNotFound(string id) =>
        new(ProvisioningErrors.RegistrationNotFound, $"There is no registration \"{id}\": the device has not registered yet, or its registration was deleted.");

    private static async ValueTask<object?> RefuseInItsShape(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (HubException refusal)
        {
            context.HttpContext.RequestServices.GetRequiredService<RestRefusals>().Log(context.HttpContext, refusal.Error, refusal.Message);
            context.HttpContext.Response.Headers["iothub-errorcode"] = refusal.Error.Name;
            return new JsonResult(
                new JsonObject
                {
                    ["errorCode"] = refusal.Error.Code,
                    ["trackingId"] = context.HttpContext.TraceIdentifier,
                    ["message"] = refusal.Message,
                    ["timestampUtc"] = Json.Timestamp(context.HttpContext.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow()),
                },
                refusal.Error.HttpStatus);
        }
    }

    [GeneratedRegex(@"^\s*(\*|SELECT\s+\*(\s+FROM\s+(enrollments?(Groups)?|registrations|deviceRegistrations))?)\s*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Everything();
}
