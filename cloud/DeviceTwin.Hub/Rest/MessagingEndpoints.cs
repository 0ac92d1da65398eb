using System.Globalization;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Gateway.Messaging;
using DeviceTwin.Storage;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Rest;

/// <summary>
/// What is said to devices: Azure's direct methods and purge; and cloud-to-device messages, which Azure's service takes over AMQP only, in
/// the words of its HTTPS messages.
/// </summary>
internal static class MessagingEndpoints
{
    private const int StandardResponseSeconds = 30;
    private const int ShortestResponseSeconds = 5;
    private const int LongestSeconds = 300;

    /// <summary>Before the name of an application property.</summary>
    private const string PropertyPrefix = "iothub-app-";

    private const string MessageIdHeader = "iothub-messageid";

    private static readonly (string Header, string Property)[] SystemHeaders =
    [
        (MessageIdHeader, SystemProperties.MessageId),
        ("iothub-correlationid", SystemProperties.CorrelationId),
        ("iothub-userid", SystemProperties.UserId),
        ("content-type", SystemProperties.ContentType),
        ("content-encoding", SystemProperties.ContentEncoding),
        (CloudToDeviceMessage.AcknowledgeProperty, CloudToDeviceMessage.AcknowledgeProperty),
    ];

    public static void MapMessaging(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/twins/{id}/methods", async (string id, HttpRequest request, DirectMethods methods) =>
        {
            MethodCall call = ReadCall(await RequestBody.ReadObject(request));
            MethodResult result = await methods.Invoke(id, call, request.Author(), request.HttpContext.RequestAborted);
            return new JsonResult(new JsonObject { ["status"] = result.Status, ["payload"] = result.Payload });
        }).Needs(Role.Technician);

        routes.MapPost("/devices/{id}/messages/deviceBound", async (string id, HttpRequest request, CloudToDeviceQueues messages) =>
        {
            return Queued(request, await messages.Enqueue(id, await ReadMessage(request), request.Author()));
        }).Needs(Role.Technician);

        routes.MapDelete("/devices/{id}/commands", async (string id, HttpRequest request, CloudToDeviceQueues messages) =>
        {
            int purged = await messages.Purge(id, request.Author());
            return new JsonResult(new JsonObject { ["totalMessagesPurged"] = purged, ["deviceId"] = id, ["moduleId"] = null });
        }).Needs(Role.Technician);
    }

    internal static MethodCall ReadCall(JsonObject body) => new(
        RequestBody.Text(body, "methodName") ?? throw new HubException(HubError.ArgumentInvalid, "methodName is missing: say which method the device is to carry out."),
        body["payload"],
        Seconds(body, "responseTimeoutInSeconds", StandardResponseSeconds, ShortestResponseSeconds),
        Seconds(body, "connectTimeoutInSeconds", 0, 0));

    /// <summary>A call whose time limits stand in the query string, as those of a digital twin's command.</summary>
    internal static MethodCall ReadCall(string name, JsonNode? payload, HttpRequest request) => new(
        name, payload, Seconds(request, "responseTimeoutInSeconds", StandardResponseSeconds, ShortestResponseSeconds), Seconds(request, "connectTimeoutInSeconds", 0, 0));

    private static TimeSpan Seconds(JsonObject body, string name, int standard, int shortest) =>
        Seconds(name, body[name] is { } value ? Json.Integer(value) ?? -1 : standard, shortest);

    private static TimeSpan Seconds(HttpRequest request, string name, int standard, int shortest) => Seconds(
        name, request.Text(name) is { } text ? int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : -1 : standard, shortest);

    private static TimeSpan Seconds(string name, long seconds, int shortest) => seconds >= shortest && seconds <= LongestSeconds
        ? TimeSpan.FromSeconds(seconds)
        : throw new HubException(HubError.ArgumentInvalid, $"{name} takes a whole number from {shortest} to {LongestSeconds}.");

    /// <summary>The body as it is; what is said about it stands in headers, as in Azure's HTTPS messages.</summary>
    internal static async Task<CloudToDeviceDraft> ReadMessage(HttpRequest request)
    {
        var properties = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (header, property) in SystemHeaders)
        {
            if (request.Headers.TryGetValue(header, out var value) && value.ToString().Length > 0)
            {
                properties[property] = value.ToString();
            }
        }

        foreach (var (header, value) in request.Headers)
        {
            if (header.Length > PropertyPrefix.Length && header.StartsWith(PropertyPrefix, StringComparison.OrdinalIgnoreCase))
            {
                properties[header[PropertyPrefix.Length..]] = value.ToString();
            }
        }

        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        return new CloudToDeviceDraft(properties, body.ToArray(), Expiry(request.Headers["iothub-expiry"].ToString()));
    }

    /// <summary>Says by which identifier the message goes: feedback names it.</summary>
    internal static IResult Queued(HttpRequest request, string messageId)
    {
        // A header holds plain text alone; who chose another name knows it.
        if (messageId.All(character => character is > ' ' and <= '~'))
        {
            request.HttpContext.Response.Headers[MessageIdHeader] = messageId;
        }

        return Results.NoContent();
    }

    private static DateTimeOffset? Expiry(string text) =>
        text.Length == 0 ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at
        : throw new HubException(HubError.ArgumentInvalid, $"iothub-expiry takes a time in UTC, e.g. 2030-01-31T12:00:00Z, not \"{text}\".");
}
