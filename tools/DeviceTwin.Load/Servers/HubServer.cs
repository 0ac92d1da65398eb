using System.Net.Http.Json;
using System.Reflection;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Load.Client;

namespace DeviceTwin.Load.Servers;

/// <summary>The hub, started as anybody would start it.</summary>
internal sealed class HubServer : ServerProcess
{
    private const int RegistrationsAtOnce = 128;

    private readonly string folder;
    private readonly string key;
    private Ready? ready;

    private HubServer(string folder, string key)
        : base("DeviceTwin.Hub")
    {
        this.folder = folder;
        this.key = key;
    }

    public override string Version => "DeviceTwin.Hub " + Ask("dotnet", Assembly, "--version");

    public override int Port => ready!.MqttPort;

    public HttpClient Http { get; private set; } = new();

    public X509Certificate2 Authority { get; private set; } = null!;

    public string DatabaseFile => Path.Combine(folder, "hub.db");

    protected override bool Stops => true;

    private static string Assembly
    {
        get
        {
            var beside = Path.Combine(AppContext.BaseDirectory, "hub", "DeviceTwin.Hub.dll");
            var built = typeof(HubServer).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(item => item.Key == "HubAssembly").Value!;
            return File.Exists(beside) ? beside
                : File.Exists(built) ? built
                : throw new LoadException("hubNotFound", $"The hub's program was found neither at {beside} nor at {built}. Build it first.");
        }
    }

    /// <param name="key">Of all its devices, in base64.</param>
    /// <param name="within">How long it may take until it is ready; null for a minute. A hub that knows many devices loads them first.</param>
    public static async Task<HubServer> Start(string folder, string key, CancellationToken cancellation, TimeSpan? within = null)
    {
        var hub = new HubServer(folder, key);
        var process = hub.Start(
            "dotnet", Assembly, "--data", folder, "--mqtt-port", "0", "--http-port", "0", "--log-level", "warning", "--exit-with-stdin");
        hub.Process = process;
        try
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            timeout.CancelAfter(within ?? TimeSpan.FromSeconds(60));
            var line = await process.StandardOutput.ReadLineAsync(timeout.Token) ?? throw hub.NotStarted("it ended before it was ready.");
            hub.ready = JsonSerializer.Deserialize<Ready>(line, JsonSerializerOptions.Web)!;
            hub.Authority = X509CertificateLoader.LoadCertificateFromFile(hub.ready.CaFile);
            hub.Http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = RegistrationsAtOnce })
            {
                BaseAddress = hub.ready.HttpUrl,
                Timeout = TimeSpan.FromMinutes(2),
            };
            return hub;
        }
        catch (Exception error) when (error is JsonException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            await hub.DisposeAsync();
            throw hub.NotStarted("its first line did not come, or was not understood.");
        }
        catch
        {
            await hub.DisposeAsync();
            throw;
        }
    }

    /// <summary>Names of devices have one length: so have all topics.</summary>
    public static string DeviceId(int number) => $"load-{number:D5}";

    /// <summary>Registers devices 0 to <paramref name="count"/> − 1.</summary>
    public Task Register(int count, CancellationToken cancellation) => Parallel.ForAsync(
        0,
        count,
        new ParallelOptions { MaxDegreeOfParallelism = RegistrationsAtOnce, CancellationToken = cancellation },
        async (number, token) =>
        {
            var id = DeviceId(number);
            var body = new JsonObject
            {
                ["deviceId"] = id,
                ["status"] = "enabled",
                ["authentication"] = new JsonObject
                {
                    ["type"] = "sas",
                    ["symmetricKey"] = new JsonObject { ["primaryKey"] = key, ["secondaryKey"] = key },
                },
            };
            using var answer = await Http.PutAsJsonAsync($"devices/{id}?api-version=2021-04-12", body, token);
            if (!answer.IsSuccessStatusCode && answer.StatusCode != System.Net.HttpStatusCode.Conflict)
            {
                throw new LoadException("notRegistered", $"The hub did not register {id}: {await answer.Content.ReadAsStringAsync(token)}");
            }
        });

    /// <summary>Commits since the start.</summary>
    public async Task<long> Commits(CancellationToken cancellation)
    {
        const string Counter = "devicetwin_commit_changes_count ";
        var metrics = await Http.GetStringAsync("metrics", cancellation);
        var line = metrics.Split('\n').First(line => line.StartsWith(Counter, StringComparison.Ordinal));
        return long.Parse(line[Counter.Length..], System.Globalization.CultureInfo.InvariantCulture);
    }

    public override Credentials Credentials(int number) =>
        Client.Credentials.OfDevice(ready!.HostName, DeviceId(number), key, TimeProvider.System.GetUtcNow());

    private sealed record Ready(int MqttPort, Uri HttpUrl, string CaFile, string HostName);
}
