using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Gateway.Messaging;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Rest;

/// <summary>
/// <c>POST /api/v1/fleet/methods</c>: one method on many devices, answered as lines of JSON, one per device as its answer comes, and a last one with
/// their numbers: where it is missing, the answer is not whole.
/// </summary>
internal static class FleetMethodEndpoints
{
    public static void MapFleetMethods(this IEndpointRouteBuilder routes) => routes.MapPost(
        "/api/v1/fleet/methods",
        async (HttpContext context, FleetMethods methods) =>
        {
            var body = await RequestBody.ReadObject(context.Request);
            using var lines = new Lines(context.Response);
            var summary = await methods.Invoke(
                Target(body), MessagingEndpoints.ReadCall(body), context.Request.Author(), lines, context.RequestAborted);
            await lines.End(summary, context.RequestAborted);
        }).Needs(Role.Technician);

    private static FleetTarget Target(JsonObject body)
    {
        var query = RequestBody.Text(body, "query");
        if (query is null == body["deviceIds"] is null)
        {
            throw new HubException(HubError.ArgumentInvalid, "Say which devices: either deviceIds, an array, or query, as in SELECT * FROM devices WHERE tags.line = 'press'.");
        }

        return query is not null ? new FleetTarget(null, query) : new FleetTarget(DeviceIds(body["deviceIds"]!), null);
    }

    private static string[] DeviceIds(JsonNode node) => node is JsonArray array && array.All(item => item is JsonValue && item.GetValueKind() == JsonValueKind.String)
        ? [.. array.Select(item => item!.GetValue<string>())]
        : throw new HubException(HubError.ArgumentInvalid, "deviceIds must be an array of strings.");

    /// <summary>Writes the lines as they come; many that come together are sent together.</summary>
    private sealed class Lines(HttpResponse response) : IMethodOutcomes, IDisposable
    {
        private readonly Utf8JsonWriter json = new(response.BodyWriter, new JsonWriterOptions { Encoder = Json.Relaxed.Encoder });
        private bool begun;

        public void Take(MethodOutcome outcome)
        {
            Begin();
            json.WriteStartObject();
            json.WriteString("deviceId", outcome.DeviceId);
            if (outcome.Status is { } status)
            {
                json.WriteNumber("status", status);
            }

            if (outcome.Refusal is { } refusal)
            {
                json.WriteNumber("code", refusal.Error.Code);
                json.WriteString("error", refusal.Error.Name);
                json.WriteString("message", refusal.Message);
            }
            else
            {
                json.WritePropertyName("payload");
                Write(outcome.Payload);
            }

            json.WriteEndObject();
            EndLine();
        }

        public async ValueTask Flush(CancellationToken cancellation) => await response.BodyWriter.FlushAsync(cancellation);

        public async Task End(FleetMethodSummary summary, CancellationToken cancellation)
        {
            Begin();
            json.WriteStartObject();
            json.WritePropertyName("summary");
            Write(summary.ToJson());
            json.WriteEndObject();
            EndLine();
            await response.BodyWriter.FlushAsync(cancellation);
        }

        public void Dispose() => json.Dispose();

        private void Begin()
        {
            if (!begun)
            {
                begun = true;
                response.ContentType = "application/x-ndjson; charset=utf-8";
                response.Headers.CacheControl = "no-store";
            }
        }

        private void Write(JsonNode? node)
        {
            if (node is null)
            {
                json.WriteNullValue();
            }
            else
            {
                node.WriteTo(json, Json.Relaxed);
            }
        }

        private void EndLine()
        {
            json.Flush();
            json.Reset();
            "\n"u8.CopyTo(response.BodyWriter.GetSpan(1));
            response.BodyWriter.Advance(1);
        }
    }
}
