using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DeviceTwin.Tests.EndToEnd.World;

/// <summary>A hub in its own process on free ports and a data folder of its own; can be killed and started again on the same ports.</summary>
internal sealed class HubUnderTest : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string data = Directory.CreateTempSubdirectory("devicetwin-test-").FullName;
    private readonly List<string> log = [];
    private readonly string[] options;
    private Process? process;
    private int mqttPort;
    private int httpPort;

    public int MqttPort => mqttPort;

    public Uri HttpUrl { get; private set; } = null!;

    public string CaFile { get; private set; } = null!;

    public string HostName { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    private HubUnderTest(string[] options) => this.options = options;

    /// <param name="options">Of its command line, beside those that every test needs.</param>
    public static async Task<HubUnderTest> Start(params string[] options)
    {
        var hub = new HubUnderTest(options);
        await hub.Launch();
        return hub;
    }

    /// <summary>SIGKILL: nothing is flushed, nobody says goodbye.</summary>
    public async Task Kill()
    {
        process!.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Starts the hub again on the same data and the same ports.</summary>
    public Task Restart() => Launch();

    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
        {
            await Kill();
        }

        process?.Dispose();
        Http?.Dispose();
        Directory.Delete(data, recursive: true);
    }

    /// <summary>Creates a device and gives back its primary key.</summary>
    public async Task<string> CreateDevice(string deviceId)
    {
        var identity = new JsonObject
        {
            ["deviceId"] = deviceId,
            ["authentication"] = new JsonObject { ["type"] = "sas", ["symmetricKey"] = new JsonObject { ["primaryKey"] = "", ["secondaryKey"] = "" } },
        };
        var created = await Send(HttpMethod.Put, $"devices/{deviceId}?api-version=2021-04-12", identity);
        return (string)created["authentication"]!["symmetricKey"]!["primaryKey"]!;
    }

    public Task<JsonNode> GetTwin(string deviceId) => Send(HttpMethod.Get, $"twins/{deviceId}?api-version=2021-04-12", null);

    public Task<JsonNode> PatchDesired(string deviceId, JsonObject desired) => Send(
        HttpMethod.Patch,
        $"twins/{deviceId}?api-version=2021-04-12",
        new JsonObject { ["properties"] = new JsonObject { ["desired"] = desired } });

    public Task<JsonNode> PatchTags(string deviceId, JsonObject tags) =>
        Send(HttpMethod.Patch, $"twins/{deviceId}?api-version=2021-04-12", new JsonObject { ["tags"] = tags });

    public async Task<JsonNode> Fleet(string deviceId) =>
        (await Send(HttpMethod.Get, "api/v1/fleet", null)).AsArray().First(node => (string?)node!["deviceId"] == deviceId)!;

    /// <param name="author">Who signs; null = nobody in particular.</param>
    public async Task<JsonNode> Send(HttpMethod method, string path, JsonNode? body, string? author = null)
    {
        var (status, answer) = await Ask(method, path, body, author);
        Assert.That(status, Is.InRange(200, 299), () => $"{method} {path}: {answer}");
        return answer;
    }

    /// <summary>The same where a refusal is an answer, too.</summary>
    public async Task<(int Status, JsonNode Answer)> Ask(HttpMethod method, string path, JsonNode? body, string? author = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (author is not null)
        {
            request.Headers.Add("X-DeviceTwin-Author", author);
        }

        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, JsonNode.Parse(text.Length == 0 ? "{}" : text)!);
    }

    /// <summary>Asks until the answer satisfies the condition; fails with the last answer and the hub's log when patience ends.</summary>
    public async Task<JsonNode> Eventually(Func<Task<JsonNode>> ask, Func<JsonNode, bool> holds, string what, TimeSpan? patience = null)
    {
        var stopwatch = Stopwatch.StartNew();
        JsonNode? last = null;
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (stopwatch.Elapsed < (patience ?? Patience))
        {
            last = await ask();
            if (holds(last))
            {
                return last;
            }

            await tick.WaitForNextTickAsync();
        }

        Assert.Fail($"{what} did not happen. Last answer: {last?.ToJsonString()}{Environment.NewLine}{Log()}");
        return last!;
    }

    private string Log()
    {
        lock (log)
        {
            return string.Join(Environment.NewLine, log.TakeLast(40));
        }
    }

    private async Task Launch()
    {
        var hub = Built("HubAssembly");
        string[] arguments = [hub, "--data", data, "--mqtt-port", $"{mqttPort}", "--http-port", $"{httpPort}", "--exit-with-stdin", .. options];
        process = Process.Start(new ProcessStartInfo("dotnet", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.ErrorDataReceived += (_, line) =>
        {
            lock (log)
            {
                log.Add(line.Data ?? "");
            }
        };
        process.BeginErrorReadLine();
        string? ready;
        try
        {
            ready = await process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new AssertionException($"the hub is not ready after {Patience.TotalSeconds} s:{Environment.NewLine}{Log()}");
        }

        Assert.That(ready, Is.Not.Null, () => $"the hub ended before it was ready:{Environment.NewLine}{Log()}");
        var fields = JsonNode.Parse(ready!)!;
        mqttPort = (int)fields["mqttPort"]!;
        HttpUrl = new Uri((string)fields["httpUrl"]!);
        httpPort = HttpUrl.Port;
        CaFile = (string)fields["caFile"]!;
        HostName = (string)fields["hostName"]!;
        Http?.Dispose();
        Http = new HttpClient { BaseAddress = HttpUrl };
    }

    internal static string Built(string key) =>
        typeof(HubUnderTest).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(item => item.Key == key).Value!;
}
