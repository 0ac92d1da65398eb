using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace DeviceTwin.Cli.Hub;

/// <summary>How the hub does, what it keeps, and how it is backed up.</summary>
internal sealed partial class HubClient
{
    /// <summary>Whether it can do its work: <c>status</c>, <c>checks</c>, <c>reasons</c>.</summary>
    public async Task<JsonObject> GetReadiness(CancellationToken cancellation)
    {
        using var response = await SendRaw(HttpMethod.Get, "readyz", null, cancellation);

        // A hub that is not ready says why with 503.
        return response.StatusCode == HttpStatusCode.ServiceUnavailable && await response.Content.ReadFromJsonAsync<JsonObject>(cancellation) is { } reasons
            ? reasons
            : (JsonObject)await Read(response, cancellation);
    }

    /// <summary>That it answers, and its own clock as the answer's head says it; null where it does not.</summary>
    public async Task<(JsonObject Health, DateTimeOffset? Clock)> GetHealth(CancellationToken cancellation)
    {
        using var response = await SendRaw(HttpMethod.Get, "healthz", null, cancellation);
        return ((JsonObject)await Read(response, cancellation), response.Headers.Date);
    }

    public async Task<JsonArray> ListCertificates(CancellationToken cancellation) => (JsonArray)await Send(HttpMethod.Get, "api/v1/certificates", null, cancellation);

    public async Task<JsonObject> CreateBackup(bool keys, CancellationToken cancellation) =>
        (JsonObject)await Send(HttpMethod.Post, $"api/v1/backup?keys={(keys ? "true" : "false")}", new JsonObject(), cancellation);

    public async Task<JsonArray> ListBackups(CancellationToken cancellation) => (JsonArray)await Send(HttpMethod.Get, "api/v1/backup", null, cancellation);

    /// <param name="level">A level of the plant: <c>machines</c>, <c>points</c>.</param>
    public async Task<JsonArray> ListPlant(string level, CancellationToken cancellation) => (JsonArray)await Send(HttpMethod.Get, $"api/v1/plant/{level}", null, cancellation);

    public async Task<JsonObject> GetMachine(string id, CancellationToken cancellation) =>
        (JsonObject)await Send(HttpMethod.Get, $"api/v1/plant/machines/{Escape(id)}", null, cancellation);

    /// <param name="after">Only lines with a higher number; 0 = all that the hub still has.</param>
    public async Task<JsonObject> GetLogs(long after, string? level, int limit, CancellationToken cancellation) => (JsonObject)await Send(
        HttpMethod.Get, $"api/v1/logs?after={after}&limit={limit}" + (level is null ? "" : $"&level={level}"), null, cancellation);

    /// <summary>What the hub answers, copied as it comes, however long it is.</summary>
    public async Task Copy(string path, Stream target, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = await Reach(() => http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation));
        if (!response.IsSuccessStatusCode)
        {
            await Read(response, cancellation);
        }

        try
        {
            await response.Content.CopyToAsync(target, cancellation);
        }
        catch (HttpRequestException error)
        {
            throw new CommandFailedException(ExitCode.HubNotReachable, $"The answer of {http.BaseAddress} broke off ({error.Message.TrimEnd('.')}).");
        }
    }
}
