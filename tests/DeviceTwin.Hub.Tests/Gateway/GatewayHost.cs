using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Certificates;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Gateway;
using DeviceTwin.Hub.Gateway.Messaging;
using DeviceTwin.Hub.Provisioning;
using DeviceTwin.Hub.Rest;
using DeviceTwin.Mqtt;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Sqlite;
using DeviceTwin.Tests.Hub.Rest;
using DeviceTwin.Twins;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>The gateway over the real fleet and a database of its own, on a free port, with real TLS.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("devicetwin-gateway-");
    private GatewayOptions options;
    private readonly LocalCertificates certificates;
    private readonly HubNames names = new(["hub.plant.example"]);
    private WebApplication application;
    private ListenOptions? https;

    private GatewayHost(GatewayOptions options, TimeProvider? time, bool overWebSocket, Action<IServiceCollection>[] services)
    {
        OverWebSocket = overWebSocket;
        Services = services;
        this.options = options;
        RealTime = time;
        certificates = LocalCertificates.Open(Path.Combine(folder.FullName, "certificates"), names, TimeProvider.System);
        application = Build();
    }

    /// <summary>The clock of gateway and fleet, where the test moves it.</summary>
    public ManualTime Time { get; } = new();

    public LogWatch Log { get; } = new();

    public string AuthorityFile => certificates.AuthorityFile;

    public int Port => application.Services.GetRequiredService<GatewayEndpoint>().Port;

    public IServiceProvider Provider => application.Services;

    public IFleet Fleet => application.Services.GetRequiredService<IFleet>();

    public DirectMethods Methods => application.Services.GetRequiredService<DirectMethods>();

    public FleetMethods FleetMethods => application.Services.GetRequiredService<FleetMethods>();

    public CloudToDeviceQueues Messages => application.Services.GetRequiredService<CloudToDeviceQueues>();

    public LocalCertificates Certificates => certificates;

    public TrustedAuthorities Authorities => application.Services.GetRequiredService<TrustedAuthorities>();

    public EnrollmentPlace Place => application.Services.GetRequiredService<EnrollmentPlace>();

    public ProvisioningService Provisioning => application.Services.GetRequiredService<ProvisioningService>();

    private Action<IServiceCollection>[] Services { get; }

    private TimeProvider? RealTime { get; }

    private bool OverWebSocket { get; }

    /// <param name="time">Null = <see cref="Time"/>.</param>
    /// <param name="services">What else the application has.</param>
    public static Task<GatewayHost> Start(GatewayOptions? options = null, TimeProvider? time = null, params Action<IServiceCollection>[] services) =>
        Start(options, time, false, services);

    /// <param name="overWebSocket">Whether <see cref="Dial()"/> goes through a WebSocket.</param>
    /// <inheritdoc cref="Start(GatewayOptions, TimeProvider, Action{IServiceCollection}[])"/>
    public static async Task<GatewayHost> Start(GatewayOptions? options, TimeProvider? time, bool overWebSocket, Action<IServiceCollection>[] services)
    {
        var host = new GatewayHost((options ?? new GatewayOptions()) with { Port = 0, Address = IPAddress.Loopback }, time, overWebSocket, services);
        await host.application.StartAsync();
        return host;
    }

    /// <summary>Ends the hub and starts it again on the same data and port.</summary>
    public async Task Restart()
    {
        options = options with { Port = Port };

        // As the process does it: without, every connection is cut, and Azure's Node client does not come back after that by itself.
        await application.StopAsync();
        await application.DisposeAsync();
        application = Build();
        await application.StartAsync();
    }

    public Task<DeviceIdentity> Register(string deviceId, bool enabled = true) =>
        Fleet.PutIdentity(new DeviceIdentity(deviceId, "", "", enabled, "", "", default), null, "test", CancellationToken.None);

    /// <summary>Registers a module of a device that is registered.</summary>
    public Task<DeviceIdentity> RegisterModule(string deviceId, string moduleId) => Fleet.PutIdentity(
        new DeviceIdentity(deviceId, "", "", true, "", "", default) { ModuleId = moduleId }, null, "test", CancellationToken.None);

    public Task<TwinDocument> Desire(string deviceId, string desired) =>
        Fleet.PatchTwin(
            deviceId, (JsonObject)JsonNode.Parse($$$"""{"properties":{"desired":{{{desired}}}}}""")!, null, "operator", CancellationToken.None);

    /// <summary>Calls a method with a payload given as JSON.</summary>
    public Task<MethodResult> Invoke(string deviceId, string name, string payload = "null", int response = 30, int connect = 0) =>
        Methods.Invoke(
            deviceId,
            new MethodCall(name, JsonNode.Parse(payload), TimeSpan.FromSeconds(response), TimeSpan.FromSeconds(connect)),
            "operator",
            CancellationToken.None);

    /// <summary>Queues a message; it is durable when the task completes.</summary>
    public Task Enqueue(string deviceId, string body, DateTimeOffset? expiresAt = null, params (string Key, string Value)[] properties) =>
        Messages.Enqueue(
            deviceId,
            new CloudToDeviceDraft(properties.ToDictionary(property => property.Key, property => (string?)property.Value), Encoding.UTF8.GetBytes(body), expiresAt),
            "operator");

    /// <summary>A token as the device libraries make it.</summary>
    /// <param name="scope">As it stands in the token; null = <c>localhost%2Fdevices%2F{id}</c>, and <c>%2Fmodules%2F{id}</c> of a module.</param>
    public string Token(DeviceIdentity identity, string? scope = null, TimeSpan? lifetime = null, string? key = null)
    {
        scope ??= "localhost%2Fdevices%2F" + Uri.EscapeDataString(identity.DeviceId) + (identity.ModuleId is { } module ? "%2Fmodules%2F" + Uri.EscapeDataString(module) : "");
        long expiry = ((RealTime ?? Time).GetUtcNow() + (lifetime ?? TimeSpan.FromHours(1))).ToUnixTimeSeconds();
        return $"SharedAccessSignature sr={scope}&sig={Uri.EscapeDataString(Sign(key ?? identity.PrimaryKey, scope, expiry))}&se={expiry}";
    }

    public static string Sign(string key, string scope, long expiry) =>
        Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(key), Encoding.UTF8.GetBytes($"{scope}\n{expiry}")));

    /// <summary>CONNECT as Azure's Node client writes it.</summary>
    public MqttConnect NodeConnect(DeviceIdentity identity, int keepAlive = 180) => new(
        identity.Address,
        false,
        keepAlive,
        $"localhost/{identity.Address}/?api-version=2021-04-12&model-id=dtmi:com:example:Thermostat;1"
            + "&DeviceClientType=azure-iot-device%2F1.18.4%20(node%20v20.20.2%3B%20Debian%2012%3B%20x64)",
        Encoding.UTF8.GetBytes(Token(identity)));

    /// <summary>CONNECT as nanoFramework's Azure client writes it.</summary>
    public MqttConnect NanoConnect(DeviceIdentity identity) => new(
        identity.Address,
        true,
        60,
        $"localhost/{identity.Address}/?api-version=2021-04-12&model-id=dtmi%3Acom%3Aexample%3AThermostat%3B1"
            + "&DeviceClientType=nano%3Bazrsdk1.2.0.0%3BESP32_REV3",
        Encoding.UTF8.GetBytes(Token(identity, "localhost%2Fdevices%2F" + Uri.EscapeDataString(identity.Address))));

    /// <summary>CONNECT as Azure's C# client writes it.</summary>
    public MqttConnect CSharpConnect(DeviceIdentity identity) => new(
        identity.Address,
        false,
        300,
        $"localhost/{identity.Address}/?api-version=2020-09-30&DeviceClientType=.NET%2F1.42.3%20%28.NET%2010.0.12%29"
            + "&model-id=dtmi%3Acom%3Aexample%3AThermostat%3B1",
        Encoding.UTF8.GetBytes(Token(identity)));

    /// <summary>CONNECT as Azure's Node client writes it beside a certificate.</summary>
    public static MqttConnect CertificateConnect(string deviceId) => new(
        deviceId, false, 180, $"localhost/{deviceId}/?api-version=2021-04-12&DeviceClientType=azure-iot-device%2F1.18.4%20(node%20v20.20.2%3B%20Debian%2012%3B%20x64)");

    /// <summary>A TLS connection on which nothing has been said yet.</summary>
    public Task<Wire> Dial() => OverWebSocket ? DialWebSocket() : Wire.Dial(Port, AuthorityFile);

    private async Task<Wire> DialWebSocket()
    {
        var socket = new ClientWebSocket();
        socket.Options.RemoteCertificateValidationCallback = HubFixture.Trusting(AuthorityFile);
        socket.Options.AddSubProtocol("mqtt");
        await socket.ConnectAsync(new Uri($"wss://localhost:{https!.IPEndPoint!.Port}{WebSocketGateway.Path}"), CancellationToken.None);
        return new Wire(WebSocketStream.Create(socket, WebSocketMessageType.Binary, ownsWebSocket: true));
    }

    /// <summary>The same with a certificate shown.</summary>
    public Task<Wire> Dial(X509Certificate2 certificate, params X509Certificate2[] intermediates) =>
        Wire.Dial(Port, AuthorityFile, certificate: certificate, intermediates: intermediates);

    /// <summary>Connects with a certificate and expects to be let in.</summary>
    public async Task<Wire> Connect(MqttConnect connect, X509Certificate2 certificate, params X509Certificate2[] intermediates)
    {
        Wire wire = await Dial(certificate, intermediates);
        await wire.Send(connect);
        await wire.Expect("20 02 00 00");
        return wire;
    }

    /// <summary>Connects with a certificate and returns the code of the answer.</summary>
    public async Task<MqttConnectReturnCode> ConnectCode(MqttConnect connect, X509Certificate2 certificate, params X509Certificate2[] intermediates)
    {
        await using Wire wire = await Dial(certificate, intermediates);
        await wire.Send(connect);
        return (await wire.Next<MqttConnAck>()).ReturnCode;
    }

    /// <summary>Connects and expects to be let in.</summary>
    public async Task<Wire> Connect(MqttConnect connect, bool sessionPresent = false)
    {
        Wire wire = await Dial();
        await wire.Send(connect);
        await wire.Expect(sessionPresent ? "20 02 01 00" : "20 02 00 00");
        return wire;
    }

    /// <summary>Connects and returns the code of the answer.</summary>
    public async Task<MqttConnectReturnCode> ConnectCode(MqttConnect connect)
    {
        await using Wire wire = await Dial();
        await wire.Send(connect);
        return (await wire.Next<MqttConnAck>()).ReturnCode;
    }

    /// <summary>Lets the time go by for which PUBACK to nanoFramework's client is held back.</summary>
    public async Task PassNanoDelay()
    {
        await Time.UntilTimerWithin(options.NanoPubAckDelay);
        Time.Advance(options.NanoPubAckDelay);
    }

    /// <summary>Moves the clock to the machine's: the hub's own certificates, which real clients look at too, are made by that.</summary>
    public void CatchUp()
    {
        TimeSpan behind = TimeProvider.System.GetUtcNow() - Time.GetUtcNow();
        if (behind > TimeSpan.Zero)
        {
            Time.Advance(behind);
        }
    }

    /// <summary>Until the result is disposed no registration can be stored.</summary>
    public IDisposable BlockStore()
    {
        Execute("CREATE TRIGGER blocked BEFORE INSERT ON registrations BEGIN SELECT RAISE(ABORT, 'blocked by the test'); END");
        return new Unblocking(() => Execute("DROP TRIGGER blocked"));
    }

    /// <summary>Until the result is disposed no commit comes to its end; for less than the five seconds that the store waits for.</summary>
    public IDisposable HoldCommits()
    {
        SqliteConnection connection = Open();
        SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        return new Unblocking(() =>
        {
            transaction.Dispose();
            connection.Dispose();
        });
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(folder.FullName, "hub.db")};Pooling=False");
        connection.Open();
        return connection;
    }

    private void Execute(string sql)
    {
        using SqliteConnection connection = Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public async ValueTask DisposeAsync()
    {
        await application.DisposeAsync();
        certificates.Dispose();
        folder.Delete(true);
    }

    private WebApplication Build()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.SetMinimumLevel(LogLevel.Debug);
        builder.Logging.AddProvider(Log);
        builder.Services.AddSingleton(RealTime ?? Time);
        foreach (Action<IServiceCollection> service in Services)
        {
            service(builder.Services);
        }

        builder.Services.AddFleet(new FleetOptions { Store = new SqliteStoreOptions { Path = Path.Combine(folder.FullName, "hub.db") } });
        builder.AddDeviceGateway(options, names, certificates);
        if (!OverWebSocket)
        {
            return builder.Build();
        }

        builder.Services.AddRest();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            https = listen;
            listen.Protocols = HttpProtocols.Http1;
            var tls = listen.ApplicationServices.GetRequiredService<GatewayTls>();
            listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(tls.CurrentHttps()) });
        }));
        WebApplication built = builder.Build();
        built.UseWebSocketGateway();
        return built;
    }

    private sealed class Unblocking(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
