using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Twins;
using Microsoft.AspNetCore.Http.Features;

namespace DeviceTwin.Hub.Rest;

/// <summary>Reads a request's JSON, strictly: what a reader could take in two ways is refused.</summary>
internal static class RequestBody
{
    /// <summary>More than any twin can be (tags 8 KB and desired 32 KB by Azure's count, which leaves out punctuation), with room.</summary>
    public const int Limit = 512 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    /// <exception cref="HubException">The body is too large, no JSON, or no object.</exception>
    public static async Task<JsonObject> ReadObject(HttpRequest request) =>
        (JsonObject)(await Read(request, JsonValueKind.Object, "one JSON object", Limit))!;

    /// <param name="limit">Bytes, where more than <see cref="Limit"/> are allowed.</param>
    /// <exception cref="HubException">The body is too large, no JSON, or no array.</exception>
    public static async Task<JsonArray> ReadArray(HttpRequest request, int limit)
    {
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = limit;
        }

        return (JsonArray)(await Read(request, JsonValueKind.Array, "a JSON array", limit))!;
    }

    /// <summary>Any value; null where there is no body.</summary>
    /// <exception cref="HubException">The body is too large or no JSON.</exception>
    public static async Task<JsonNode?> ReadValueOrNothing(HttpRequest request) => HasNone(request) ? null : await Read(request, null, "one JSON value", Limit);

    private static async Task<JsonNode?> Read(HttpRequest request, JsonValueKind? kind, string wanted, int limit)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(request.Body, Strict, request.HttpContext.RequestAborted);
            return kind is null || document.RootElement.ValueKind == kind
                ? Json.Parse(document.RootElement.GetRawText())
                : throw Malformed(wanted, $"it is {Name(document.RootElement.ValueKind)}");
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            // The second: bytes that are no UTF-8, or half a surrogate pair. The parser finds out only when it is asked for the text.
            throw Malformed(wanted, problem.Message);
        }
        catch (BadHttpRequestException problem) when (problem.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw new HubException(HubError.RequestEntityTooLarge, $"The request has more than {limit / 1024} KB. Send less at a time.");
        }
    }

    /// <summary>As <see cref="ReadObject"/>, where everything may be left out: no body is an empty object.</summary>
    public static Task<JsonObject> ReadObjectOrNothing(HttpRequest request) =>
        HasNone(request) ? Task.FromResult(new JsonObject()) : ReadObject(request);

    /// <summary>A member that must be a string where it is there.</summary>
    public static string? Text(JsonObject body, string name) => body[name] switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        _ => throw new HubException(HubError.ArgumentInvalid, $"{name} must be a string."),
    };

    /// <summary>A member that must be an object where it is there.</summary>
    public static JsonObject? Object(JsonObject body, string name) => body[name] switch
    {
        null => null,
        JsonObject child => child,
        _ => throw new HubException(HubError.ArgumentInvalid, $"{name} must be an object."),
    };

    private static bool HasNone(HttpRequest request) =>
        request.ContentLength is 0 || request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false };

    private static HubException Malformed(string wanted, string why) =>
        new(HubError.IotHubFormatError, $"The body must be {wanted} in UTF-8: {why}");

    private static string Name(JsonValueKind kind) => $"a JSON {kind.ToString().ToLowerInvariant()}";
}
