using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Alarms;

namespace DeviceTwin.Hub.Rest;

/// <summary><c>/api/v1/alarms/{id}/evidence</c>: the sealed bytes, and the same computed anew.</summary>
internal static class EvidenceEndpoints
{
    public static void MapEvidence(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1/alarms/{id}/evidence");
        api.MapGet("", (string id, HttpRequest request, EvidenceService evidence) =>
        {
            var (found, document) = evidence.Find(id, Version(request));
            var response = request.HttpContext.Response;
            response.Headers.ETag = $"\"{found.Sha256}\"";
            response.Headers.CacheControl = "no-store";
            response.Headers["Evidence-Version"] = document.Version.ToString(System.Globalization.CultureInfo.InvariantCulture);
            return Results.Bytes(found.Content, JsonResult.ContentType);
        }).Needs(Role.Viewer);
        api.MapPost("verify", async (string id, HttpRequest request, EvidenceService evidence) =>
            new JsonResult((await evidence.Verify(id, Version(request), request.Author())).ToJson())).Needs(Role.Technician);
    }

    private static int? Version(HttpRequest request) => request.Number("version", "the version of the evidence, from 1") is { } version
        ? version is >= 1 and <= int.MaxValue ? (int)version : throw new HubException(HubError.ArgumentInvalid, "version begins with 1.")
        : null;
}
