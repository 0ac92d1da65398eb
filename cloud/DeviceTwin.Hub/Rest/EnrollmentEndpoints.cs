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
            Answer(provisioning.FindRegistration(id) ?? throw RegistrationNotFound(id), provisioning, hub)).Needs(Role.Viewer, Permission.RegistryRead);
        service.MapDelete("/registrations/{id}", async (string id, HttpRequest request, ProvisioningService provisioning) =>
        {
            await provisioning.DeleteRegistration(id, request.IfMatch(), request.Author());
            return Results.NoContent();
        }).Needs(Role.Engineer, Permission.RegistryWrite);
        service.MapPost("/registrations/{id}/query", (string id, ProvisioningService provisioning, AssignedHub hub, HttpContext context) =>
        {
            context.Response.Headers["x-ms-item-type"] = "DeviceRegistrationState";
            var group = provisioning.Find(group: true, id) ?? throw ProvisioningErrors.EnrollmentNotFound(id, group: true);
            return new JsonResult(new JsonArray([.. provisioning.ListRegistrations(group: true, id).Select(one => (JsonNode)RegistrationJson.Write(one, hub.Name, group.Payload))]));
        }).Needs(Role.Viewer, Permission.RegistryRead);

        routes.MapPost("/api/v1/provisioning/bundles", async (HttpRequest request, BundleImport bundles) =>
            new JsonResult(await bundles.Import(await RequestBody.ReadObject(request), request.Author()))).Needs(Role.Engineer, Permission.RegistryWrite);

        routes.MapGet("/api/v1/provisioning", (ProvisioningService provisioning, AssignedHub hub) => new JsonResult(new JsonObject
        {
            ["idScope"] = provisioning.IdScope,
            ["assignedHub"] = hub.Name,
            ["mqttPort"] = hub.Port,
            ["enrollments"] = provisioning.List(group: false).Count,
            ["enrollmentGroups"] = provisioning.List(group: true).Count,
        })).Needs(Role.Viewer, Permission.RegistryRead);
    }

    private static void MapKind(this IEndpointRouteBuilder routes, string path, bool group)
    {
        routes.MapGet($"{path}/{{id}}", (string id, ProvisioningService provisioning, AssignedHub hub) => Answer(Existing(provisioning, group, id), hub))
            .Needs(Role.Engineer, Permission.RegistryWrite);

        routes.MapPut($"{path}/{{id}}", async (string id, HttpRequest request, ProvisioningService provisioning, TrustedAuthorities authorities, AssignedHub hub) =>
        {
            var wanted = EnrollmentJson.Read(group, id, await RequestBody.ReadObject(request), authorities);
            return Answer(await provisioning.Put(wanted, request.IfMatch(), request.Author()), hub);
        }).Needs(Role.Engineer, Permission.RegistryWrite);

        routes.MapDelete($"{path}/{{id}}", async (string id, HttpRequest request, ProvisioningService provisioning) =>
        {
            await provisioning.Delete(group, id, request.IfMatch(), request.Author());
            return Results.NoContent();
        }).Needs(Role.Engineer, Permission.RegistryWrite);

        routes.MapPost($"{path}/{{id}}/attestationmechanism", (string id, ProvisioningService provisioning) =>
            new JsonResult(EnrollmentJson.WriteAttestation(Existing(provisioning, group, id)))).Needs(Role.Engineer, Permission.RegistryWrite);

        routes.MapPost($"{path}/query", async (HttpContext context, ProvisioningService provisioning, AssignedHub hub) =>
        {
            var query = RequestBody.Text(await RequestBody.ReadObject(context.Request), "query") ?? "*";
            if (!Everything().IsMatch(query))
            {
                throw new HubException(HubError.ArgumentInvalid, "The query must read: SELECT * FROM enrollments. Conditions are not offered.");
            }

            var size = QueryEndpoints.PageSize(context.Request.Headers["x-ms-max-item-count"].ToString());
            var after = ReadContinuation(context.Request.Headers["x-ms-continuation"].ToString());
            var page = provisioning.List(group).Where(enrollment => after is null || string.CompareOrdinal(enrollment.Id, after) > 0).Take(size + 1).ToArray();
            if (page.Length > size)
            {
                context.Response.Headers["x-ms-continuation"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(page[size - 1].Id));
            }

            context.Response.Headers["x-ms-item-type"] = group ? "EnrollmentGroup" : "Enrollment";
            return new JsonResult(new JsonArray([.. page.Take(size).Select(enrollment => (JsonNode)EnrollmentJson.Write(enrollment, hub.Name))]));
        }).Needs(Role.Engineer, Permission.RegistryWrite);
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

    private static JsonResult Answer(Enrollment enrollment, AssignedHub hub) => new(EnrollmentJson.Write(enrollment, hub.Name), etag: enrollment.ETag);

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

    [GeneratedRegex(@"^\s*(\*|SELECT\s+\*(\s+FROM\s+enrollments?(Groups)?)?)\s*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Everything();
}
