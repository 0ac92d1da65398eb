using System.Text.Json.Nodes;

namespace DeviceTwin.Cli.Hub;

/// <summary>Configurations, and who wins the paths of a device.</summary>
internal sealed partial class HubClient
{
    public async Task<JsonArray> ListConfigurations(CancellationToken cancellation) =>
        (JsonArray)await Send(HttpMethod.Get, $"configurations?{ApiVersion}", null, cancellation);

    public async Task<JsonObject> GetConfiguration(string id, CancellationToken cancellation) =>
        (JsonObject)await Send(HttpMethod.Get, $"configurations/{Escape(id)}?{ApiVersion}", null, cancellation);

    /// <summary>Creates a configuration, or replaces the one with this ETag.</summary>
    /// <param name="etag">Null = there must be none yet; "*" = whichever there is.</param>
    public async Task<JsonObject> PutConfiguration(string id, JsonObject configuration, string? etag, CancellationToken cancellation)
    {
        using var response = await SendRaw(HttpMethod.Put, $"configurations/{Escape(id)}?{ApiVersion}", configuration, cancellation, etag);
        return (JsonObject)await Read(response, cancellation);
    }

    /// <param name="etag">Null = whichever there is.</param>
    public async Task<JsonObject> DeleteConfiguration(string id, string? etag, CancellationToken cancellation)
    {
        using var response = await SendRaw(HttpMethod.Delete, $"configurations/{Escape(id)}?{ApiVersion}", null, cancellation, etag);
        return (JsonObject)await Read(response, cancellation);
    }

    public async Task<JsonArray> GetWinners(string deviceId, CancellationToken cancellation) =>
        (JsonArray)await Send(HttpMethod.Get, $"api/v1/devices/{Escape(deviceId)}/winners", null, cancellation);
}
