using System.Net;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Provisioning.Identities;

namespace DeviceTwin.Cli.Hub;

/// <summary>A node as the hub's fleet list shows it.</summary>
internal sealed record FleetNode(
    string DeviceId,
    string? Machine,
    string? Line,
    string? Verdict,
    string? Zone,
    IReadOnlyList<string>? Alarms,
    string State,
    bool Connected,
    long DesiredVersion,
    long ReportedVersion);

/// <summary>How many messages the hub has taken and sent.</summary>
internal sealed record HubTotals(long Telemetry, long ReportedPatches, long DesiredPatches);

/// <summary>The hub's REST interface, as far as the tool uses it. Every refusal is a <see cref="CommandFailedException"/>.</summary>
internal sealed partial class HubClient : IDisposable
{
    /// <summary>How the tool signs, where nobody says otherwise.</summary>
    public const string DefaultAuthor = "dtwin";

    private const string ApiVersion = "api-version=2021-04-12";

    private readonly HttpClient http;

    /// <param name="token">The access token; null on loopback.</param>
    /// <param name="authority">The only certificate authority to trust; null = the machine's own.</param>
    /// <param name="author">How changes are signed where the hub has no users.</param>
    /// <param name="timeout">How long an answer may take; null = 100 s.</param>
    public HubClient(Uri hub, string? token, X509Certificate2? authority = null, string author = DefaultAuthor, TimeSpan? timeout = null)
    {
        var handler = new SocketsHttpHandler();
        if (authority is not null)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { authority },
                RevocationMode = X509RevocationMode.NoCheck,
            };
        }

        http = new HttpClient(handler) { BaseAddress = hub, Timeout = timeout ?? TimeSpan.FromSeconds(100) };
        http.DefaultRequestHeaders.Add("X-DeviceTwin-Author", author);
        if (token is not null)
        {
            http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        }
    }

    /// <summary>Gives answers so much time at least, where the hub itself waits for somebody; before the first request.</summary>
    public void Allow(TimeSpan time) => http.Timeout = http.Timeout < time ? time : http.Timeout;

    /// <summary>The way to the hub, for what has words of its own for its answers.</summary>
    public HttpClient Http => http;

    public void Dispose() => http.Dispose();

    public async Task<JsonArray> ListDevices(CancellationToken cancellation) =>
        (JsonArray)await Send(HttpMethod.Get, $"devices?{ApiVersion}", null, cancellation);

    public async Task<JsonObject> CreateDevice(string deviceId, CancellationToken cancellation)
    {
        var identity = new JsonObject
        {
            ["deviceId"] = deviceId,
            ["status"] = "enabled",
            ["authentication"] = new JsonObject
            {
                ["type"] = "sas",
                ["symmetricKey"] = new JsonObject { ["primaryKey"] = "", ["secondaryKey"] = "" },
            },
        };
        return (JsonObject)await Send(HttpMethod.Put, $"devices/{Escape(deviceId)}?{ApiVersion}", identity, cancellation);
    }

    public async Task<JsonObject?> FindDevice(string deviceId, CancellationToken cancellation)
    {
        using var response = await SendRaw(HttpMethod.Get, $"devices/{Escape(deviceId)}?{ApiVersion}", null, cancellation);
        return response.StatusCode == HttpStatusCode.NotFound ? null : (JsonObject)await Read(response, cancellation);
    }

    public async Task<JsonObject> GetTwin(string deviceId, CancellationToken cancellation) =>
        (JsonObject)await Send(HttpMethod.Get, $"twins/{Escape(deviceId)}?{ApiVersion}", null, cancellation);

    public async Task<JsonObject> PatchTwin(string deviceId, JsonObject patch, CancellationToken cancellation) =>
        (JsonObject)await Send(HttpMethod.Patch, $"twins/{Escape(deviceId)}?{ApiVersion}", patch, cancellation);

    public async Task PutConfiguration(JsonObject configuration, CancellationToken cancellation) =>
        await Send(HttpMethod.Put, $"configurations/{Escape((string)configuration["id"]!)}?{ApiVersion}", configuration, cancellation);

    public async Task<IReadOnlyList<FleetNode>> GetFleet(CancellationToken cancellation) =>
        (await Send(HttpMethod.Get, "api/v1/fleet", null, cancellation)).Deserialize<List<FleetNode>>(JsonSerializerOptions.Web)!;

    public async Task<JsonObject> GetConvergence(string deviceId, CancellationToken cancellation) =>
        (JsonObject)await Send(HttpMethod.Get, $"api/v1/devices/{Escape(deviceId)}/convergence", null, cancellation);

    public async Task<HubTotals> GetTotals(CancellationToken cancellation) =>
        (await Send(HttpMethod.Get, "api/v1/totals", null, cancellation)).Deserialize<HubTotals>(JsonSerializerOptions.Web)!;

    /// <summary>What the hub finds when it proves its audit log.</summary>
    /// <param name="head">A head that was kept; null = none.</param>
    public async Task<JsonObject> VerifyAudit((long Id, string Hash)? head, CancellationToken cancellation) =>
        (JsonObject)await Send(HttpMethod.Get, "api/v1/audit/verify" + (head is var (id, hash) ? $"?id={id}&hash={hash}" : ""), null, cancellation);

    public async Task<JsonObject> GetAuditHead(CancellationToken cancellation) =>
        (JsonObject)await Send(HttpMethod.Get, "api/v1/audit/head", null, cancellation);

    /// <summary>The samples of a waveform as 16 bit little-endian; null where the hub does not have it.</summary>
    public async Task<byte[]?> GetWaveform(string sha256, CancellationToken cancellation)
    {
        using var response = await SendRaw(HttpMethod.Get, $"api/v1/waveforms/{Escape(sha256)}?format=raw", null, cancellation);
        if (response.StatusCode != HttpStatusCode.NotFound && !response.IsSuccessStatusCode)
        {
            await Read(response, cancellation);
        }

        return response.IsSuccessStatusCode ? await response.Content.ReadAsByteArrayAsync(cancellation) : null;
    }

    /// <summary>Twin changes as they happen, until cancelled or the device is deleted.</summary>
    /// <exception cref="CommandFailedException">The hub refused, or ended the stream.</exception>
    public async IAsyncEnumerable<JsonObject> WatchTwin(string deviceId, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var (_, change) in Follow($"api/v1/devices/{Escape(deviceId)}/events", cancellation))
        {
            yield return change;
            if ((string?)change["section"] == "deleted")
            {
                yield break;
            }
        }
    }

    /// <summary>Server-sent events, whose end is a failure: who has seen enough stops reading.</summary>
    private async IAsyncEnumerable<(string Name, JsonObject Data)> Follow(string path, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = await Reach(() => http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation));
        if (!response.IsSuccessStatusCode)
        {
            await Read(response, cancellation);
        }

        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation), Encoding.UTF8);
        var name = "message";
        while (await NextLine(reader, cancellation) is { } line)
        {
            if (line.StartsWith("event:", StringComparison.Ordinal))
            {
                name = line[6..].Trim();
            }
            else if (line.StartsWith("data:", StringComparison.Ordinal) && Parse(line[5..]) is JsonObject data)
            {
                yield return (name, data);
            }
        }

        throw StreamEnded();
    }

    private async Task<string?> NextLine(StreamReader reader, CancellationToken cancellation)
    {
        try
        {
            return await reader.ReadLineAsync(cancellation);
        }
        catch (IOException)
        {
            throw StreamEnded();
        }
    }

    private CommandFailedException StreamEnded() =>
        new(ExitCode.HubNotReachable, $"The hub at {http.BaseAddress} has ended the stream of changes.");

    private static string Escape(string id) => Uri.EscapeDataString(id);

    private async Task<JsonNode> Send(HttpMethod method, string path, JsonNode? body, CancellationToken cancellation)
    {
        using var response = await SendRaw(method, path, body, cancellation);
        return await Read(response, cancellation);
    }

    private Task<HttpResponseMessage> SendRaw(HttpMethod method, string path, JsonNode? body, CancellationToken cancellation, string? etag = null, IEnumerable<(string Name, string Value)>? headers = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (etag is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", etag.StartsWith('"') || etag == "*" ? etag : $"\"{etag}\"");
        }

        foreach (var (name, value) in headers ?? [])
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        Talk.Detail($"{method} {http.BaseAddress}{path}");
        return Reach(() => http.SendAsync(request, cancellation));
    }

    private async Task<HttpResponseMessage> Reach(Func<Task<HttpResponseMessage>> send)
    {
        try
        {
            return await send();
        }
        catch (HttpRequestException error) when (error.InnerException is AuthenticationException)
        {
            throw new CommandFailedException(
                ExitCode.HubNotReachable,
                $"The certificate of {http.BaseAddress} is not one that this machine trusts, or is of another name.",
                "Give the plant's authority, `ca.pem` of the hub's data folder: --ca-file FILE, or a profile that has it; and the name that the hub was started with (--host-name).");
        }
        catch (HttpRequestException error)
        {
            throw new CommandFailedException(ExitCode.HubNotReachable, $"No hub answers at {http.BaseAddress} ({error.Message.TrimEnd('.')}).");
        }
        catch (TaskCanceledException error) when (error.InnerException is TimeoutException)
        {
            throw new CommandFailedException(ExitCode.HubNotReachable, $"{http.BaseAddress} took the request but did not answer it in {http.Timeout.TotalSeconds:0} s.", "Is the hub under load, or the way to it slow? --timeout SECONDS waits longer.");
        }
    }

    private async Task<JsonNode> Read(HttpResponseMessage response, CancellationToken cancellation)
    {
        var text = await response.Content.ReadAsStringAsync(cancellation);
        if (response.IsSuccessStatusCode)
        {
            return Parse(text.Length == 0 ? "{}" : text);
        }

        throw Parse(text) is JsonObject answer && (string?)answer["Message"] is { } message && HubRefusal.Parse(message) is var refusal
            ? new CommandFailedException(
                IsSilence(refusal) ? ExitCode.DeviceSilent : ExitCode.HubRefused, $"The hub answered {refusal.Sentence((int)response.StatusCode)}", Advice(response.StatusCode))
            : NoHub();
    }

    /// <summary>Whether it is the device that does not answer: it is not there, or took too long.</summary>
    private static bool IsSilence(HubRefusal refusal) => refusal.Name is "DeviceNotOnline" or "GatewayTimeout";

    private static string? Advice(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized => "Give a token: --token-file FILE, or a profile that has one (`dtwin profile add`).",
        _ => null,
    };

    private JsonNode Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text) ?? throw NoHub();
        }
        catch (JsonException)
        {
            throw NoHub();
        }
    }

    private CommandFailedException NoHub() => new(ExitCode.HubNotReachable, $"What answers at {http.BaseAddress} is no DeviceTwin hub.");
}
