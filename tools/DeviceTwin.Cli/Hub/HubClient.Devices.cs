using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace DeviceTwin.Cli.Hub;

/// <summary>Devices: queries, methods, waveforms, alarms.</summary>
internal sealed partial class HubClient
{
    private const string PageSize = "x-ms-max-item-count";
    private const string Continuation = "x-ms-continuation";

    /// <summary>One page of twins.</summary>
    /// <param name="page">Twins of a page, 1 to 1000.</param>
    /// <param name="continuation">What the page before gave; null = the first.</param>
    public async Task<(JsonArray Rows, string Items, string? Continuation)> Query(string query, int page, string? continuation, CancellationToken cancellation)
    {
        using var response = await SendRaw(
            HttpMethod.Post, $"devices/query?{ApiVersion}", new JsonObject { ["query"] = query }, cancellation,
            headers: [(PageSize, page.ToString(CultureInfo.InvariantCulture)), .. continuation is null ? [] : new[] { (Continuation, continuation) }]);
        var rows = (JsonArray)await Read(response, cancellation);
        var items = response.Headers.TryGetValues(HubItems.Header, out var kind) ? kind.First() : HubItems.Twin;
        return (rows, items, response.Headers.TryGetValues(Continuation, out var next) ? next.First() : null);
    }

    /// <summary>Creates or updates identities, up to 100 in a request.</summary>
    /// <returns>Those that failed, with <c>deviceId</c>, <c>errorCode</c>, <c>errorStatus</c>; the others are done.</returns>
    public async Task<JsonArray> ImportDevices(JsonArray identities, CancellationToken cancellation)
    {
        using var response = await SendRaw(HttpMethod.Post, $"devices?{ApiVersion}", identities, cancellation);
        return response.StatusCode == HttpStatusCode.BadRequest && Parse(await response.Content.ReadAsStringAsync(cancellation))["errors"] is JsonArray errors
            ? errors
            : (JsonArray)(await Read(response, cancellation))["errors"]!;
    }

    public async Task DeleteDevice(string deviceId, CancellationToken cancellation) =>
        await Send(HttpMethod.Delete, $"devices/{Escape(deviceId)}?{ApiVersion}", null, cancellation);

    /// <summary>Calls a method and waits for the device's answer: <c>status</c> and <c>payload</c>.</summary>
    /// <param name="response">Seconds that the device may take.</param>
    /// <param name="connect">Seconds to wait for a device that is away.</param>
    public async Task<JsonObject> CallMethod(string deviceId, string method, JsonNode? payload, int response, int connect, CancellationToken cancellation) =>
        (JsonObject)await Send(
            HttpMethod.Post,
            $"twins/{Escape(deviceId)}/methods?{ApiVersion}",
            new JsonObject { ["methodName"] = method, ["payload"] = payload?.DeepClone(), ["responseTimeoutInSeconds"] = response, ["connectTimeoutInSeconds"] = connect },
            cancellation);

    /// <summary>Waveforms of a device, the newest first.</summary>
    public async Task<JsonArray> ListWaveforms(string deviceId, int limit, CancellationToken cancellation) =>
        (JsonArray)await Send(HttpMethod.Get, $"api/v1/waveforms?device={Escape(deviceId)}&limit={limit}", null, cancellation);

    /// <param name="filters">Of the hub's own names: state, device, machine, alarm, from, to, limit, continuation; those that are null are left out.</param>
    public async Task<JsonObject> ListAlarms(IEnumerable<(string Name, string? Value)> filters, CancellationToken cancellation) =>
        (JsonObject)await Send(HttpMethod.Get, "api/v1/alarms" + QueryText(filters), null, cancellation);

    public async Task<JsonObject> GetAlarm(string id, CancellationToken cancellation) => (JsonObject)await Send(HttpMethod.Get, $"api/v1/alarms/{Escape(id)}", null, cancellation);

    public async Task<JsonObject> AcknowledgeAlarm(string id, string? note, CancellationToken cancellation) => (JsonObject)await Send(
        HttpMethod.Post, $"api/v1/alarms/{Escape(id)}/acknowledge", note is null ? new JsonObject() : new JsonObject { ["note"] = note }, cancellation);

    /// <summary>What maintenance found.</summary>
    public async Task<JsonObject> LabelAlarm(string id, JsonObject finding, CancellationToken cancellation) =>
        (JsonObject)await Send(HttpMethod.Post, $"api/v1/alarms/{Escape(id)}/findings", finding, cancellation);

    /// <summary>Names and values of an address, without those that have none.</summary>
    public static string QueryText(IEnumerable<(string Name, string? Value)> parts)
    {
        var given = parts.Where(part => part.Value is not null).Select(part => $"{part.Name}={Escape(part.Value!)}").ToArray();
        return given.Length == 0 ? "" : "?" + string.Join('&', given);
    }
}
