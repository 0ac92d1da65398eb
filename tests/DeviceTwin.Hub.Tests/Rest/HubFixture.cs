using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.Hub;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Options;
using DeviceTwin.Mqtt;
using DeviceTwin.Storage;
using DeviceTwin.Tests.Hub.Gateway;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>A whole hub on free ports over a folder that goes away with it, and a client that speaks to it.</summary>
internal sealed class HubFixture : IAsyncDisposable
{
    private readonly DirectoryInfo folder;
    private HubApplication hub;

    private HubFixture(DirectoryInfo folder, HubApplication hub, HttpClient http)
    {
        this.folder = folder;
        this.hub = hub;
        Http = http;
    }

    public HttpClient Http { get; private set; }

    public Uri Url => Http.BaseAddress!;

    public string Folder => folder.FullName;

    public HubApplication Application => hub;

    public IServiceProvider Services => hub.Services;

    /// <summary>What stands in connection strings.</summary>
    public string Name => hub.Options.HostName;

    public int MqttPort => hub.MqttPort;

    public string AuthorityFile => hub.AuthorityFile;

    public IFleet Fleet => hub.Services.GetRequiredService<IFleet>();

    public static async Task<HubFixture> Start(IPAddress? httpBind = null, string? hostName = null, int httpConnections = 1000, WaveformLimits? waveforms = null, IPEndPoint? https = null, string? bridge = null)
    {
        var folder = Directory.CreateTempSubdirectory("devicetwin-rest-");
        var options = Options(folder.FullName) with
        {
            HttpBind = httpBind ?? IPAddress.Loopback,
            HostNames = hostName is null ? [] : [hostName],
            HttpConnections = httpConnections,
            Waveforms = waveforms ?? new WaveformLimits(),
            BridgeFile = bridge,
            HttpsPort = https?.Port,
            HttpsBind = https?.Address ?? IPAddress.Loopback,
        };
        var hub = HubApplication.Create(options, Quick);
        try
        {
            await hub.Start(CancellationToken.None);
        }
        catch (StartException)
        {
            await hub.DisposeAsync();
            folder.Delete(recursive: true);
            throw;
        }

        // The hub's own authority and no other, as a node or a careful browser would have it.
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        handler.SslOptions.RemoteCertificateValidationCallback = Trusting(hub.AuthorityFile);
        return new HubFixture(folder, hub, new HttpClient(handler) { BaseAddress = new Uri(hub.HttpUrl) });
    }

    /// <summary>Trusts the hub's own authority and no other.</summary>
    public static System.Net.Security.RemoteCertificateValidationCallback Trusting(string authorityFile) => (_, certificate, _, _) =>
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(authorityFile);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return certificate is X509Certificate2 server && chain.Build(server);
    };

    /// <summary>Hashes passwords as real ones are, less often.</summary>
    private static AccessOptions Quick => new() { PasswordIterations = 1000 };

    /// <summary>Ends the hub and starts it again on the same folder (and other ports); <see cref="Http"/> speaks to the new one.</summary>
    public async Task Restart()
    {
        Http.Dispose();
        await hub.DisposeAsync();
        hub = HubApplication.Create(Options(folder.FullName), Quick);
        await hub.Start(CancellationToken.None);
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(hub.HttpUrl) };
    }

    /// <summary>Free ports on loopback, nothing logged.</summary>
    public static HubOptions Options(string folder) =>
        new(folder, 0, 0, IPAddress.Loopback, IPAddress.Loopback, [], false, LogFormat.Console, LogLevel.None);

    public async Task<(HttpResponseMessage Response, JsonNode? Body)> Send(HttpMethod method, string path, string? body = null, string? ifMatch = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        }

        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response, response.Content.Headers.ContentType?.MediaType == "application/json" ? JsonNode.Parse(text) : null);
    }

    public async Task<JsonNode> Get(string path)
    {
        var (response, body) = await Send(HttpMethod.Get, path);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), body?.ToJsonString());
        return body!;
    }

    public Task Register(string deviceId) => Send(HttpMethod.Put, $"/devices/{deviceId}", "{}");

    /// <summary>A registered device, connected as nobody's library in particular.</summary>
    public async Task<Wire> Connect(string deviceId)
    {
        DeviceIdentity identity = Fleet.FindIdentity(deviceId)
            ?? await Fleet.PutIdentity(new DeviceIdentity(deviceId, "", "", true, "", "", default), null, "test", CancellationToken.None);
        string scope = $"localhost%2Fdevices%2F{deviceId}";
        long expiry = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds();
        string token = $"SharedAccessSignature sr={scope}&sig={Uri.EscapeDataString(GatewayHost.Sign(identity.PrimaryKey, scope, expiry))}&se={expiry}";
        Wire wire = await Wire.Dial(hub.MqttPort, hub.AuthorityFile);
        await wire.Send(new MqttConnect(deviceId, true, 60, $"localhost/{deviceId}/?api-version=2021-04-12", Encoding.UTF8.GetBytes(token)));
        await wire.Expect("20 02 00 00");
        return wire;
    }

    public Task Tell(string deviceId, string kind, string body, DateTimeOffset? at = null) => Fleet.AppendTelemetry(
        new TelemetryMessage(deviceId, at ?? DateTimeOffset.UtcNow, new Dictionary<string, string?> { ["kind"] = kind }, Encoding.UTF8.GetBytes(body)),
        CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await hub.DisposeAsync();
        folder.Delete(recursive: true);
    }
}
