using System.Text.Json;
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

        await JsonTextResult.Write(response, writer => body.WriteTo(writer, Json.Relaxed), httpContext.RequestAborted);
    }
}

/// <summary>The same for who writes the JSON itself.</summary>
internal sealed class JsonTextResult(Action<Utf8JsonWriter> write) : IResult
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = Json.Relaxed.Encoder, SkipValidation = true };

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = JsonResult.ContentType;
        httpContext.Response.Headers.CacheControl = "no-store";
        return Write(httpContext.Response, write, httpContext.RequestAborted);
    }

    /// <summary>Into the response's own buffers: no text of the whole is made before.</summary>
    public static async Task Write(HttpResponse response, Action<Utf8JsonWriter> write, CancellationToken cancellation)
    {
        await using (var writer = new Utf8JsonWriter(response.BodyWriter, Writing))
        {
            write(writer);
        }

        await response.BodyWriter.FlushAsync(cancellation);
    }
}
