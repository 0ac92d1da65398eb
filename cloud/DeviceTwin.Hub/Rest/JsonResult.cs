using System.Text.Json.Nodes;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Rest;

/// <summary>JSON with the content type that Azure's clients insist on: without it Node hands back an empty string.</summary>
/// <param name="etag">Unquoted; null = no ETag header.</param>
internal sealed class JsonResult(JsonNode body, int status = StatusCodes.Status200OK, string? etag = null) : IResult
{
    public const string ContentType = "application/json; charset=utf-8";

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        if (etag is not null)
        {
            response.Headers.ETag = $"\"{etag}\"";
        }

        await response.WriteAsync(body.ToJsonString(Json.Relaxed), httpContext.RequestAborted);
    }
}
