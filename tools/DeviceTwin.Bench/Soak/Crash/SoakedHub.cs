using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json.Nodes;

namespace DeviceTwin.Bench.Soak.Crash;

/// <summary>A hub in a process of its own, over one data folder and the same ports, that is killed and started again.</summary>
/// <param name="startPatience">How long it may take until it listens.</param>
public sealed class SoakedHub(string folder, TimeSpan startPatience) : IDisposable
{
    private const int LinesKept = 1000;
    private readonly Queue<string> tail = new();
    private Process? process;
    private string mqttPort = "0";
    private string httpPort = "0";

    public int MqttPort { get; private set; }

    public string CaFile { get; private set; } = "";

    public HttpClient Http { get; private set; } = new();

    /// <summary>Whether it has been started and not killed.</summary>
    public bool Runs { get; private set; }

    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="environment">What its process finds in its environment besides.</param>
    /// <exception cref="HubLostException">It ended instead, or was not heard of in time.</exception>
    public async Task Start(IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { HubAssembly(), "--data", folder, "--mqtt-port", mqttPort, "--http-port", httpPort, "--log-level", "warning", "--exit-with-stdin" },
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) => Remember(line.Data);
        process.BeginErrorReadLine();
        var ready = await Ready(process);
        Runs = true;
        var fields = JsonNode.Parse(ready)!;
        MqttPort = (int)fields["mqttPort"]!;
        var url = new Uri((string)fields["httpUrl"]!);
        (mqttPort, httpPort) = ($"{MqttPort}", $"{url.Port}");
        CaFile = (string)fields["caFile"]!;
        Http.Dispose();
        Http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 64 }) { BaseAddress = url, Timeout = TimeSpan.FromSeconds(20) };
    }

    private async Task<string> Ready(Process started)
    {
        try
        {
            return await started.StandardOutput.ReadLineAsync().WaitAsync(startPatience)
                ?? throw new HubLostException("hubNotStarted", "The hub ended before it listened");
        }
        catch (TimeoutException)
        {
            throw new HubLostException("hubNotStarted", string.Create(CultureInfo.InvariantCulture, $"The hub did not listen within {startPatience.TotalSeconds:0} s of its start"));
        }
    }

    /// <summary>SIGKILL: nothing is flushed, nobody says goodbye.</summary>
    public async Task Kill()
    {
        Runs = false;
        process!.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    /// <summary>The body of an answer, or null where it is no success or none came.</summary>
    public async Task<JsonNode?> Send(HttpMethod method, string path, JsonNode? body, CancellationToken cancellation, params (string Name, string Value)[] headers)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
            foreach (var (name, value) in headers)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            using var response = await Http.SendAsync(request, cancellation);
            var text = await response.Content.ReadAsStringAsync(cancellation);
            return response.IsSuccessStatusCode ? JsonNode.Parse(text.Length == 0 ? "{}" : text) : null;
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException or IOException or System.Net.Sockets.SocketException)
        {
            return null;
        }
    }

    /// <summary>Registers a device with a key of the hub's making.</summary>
    /// <returns>The key; null where the hub did not answer or refused.</returns>
    public async Task<string?> Register(string deviceId, CancellationToken cancellation)
    {
        var identity = new JsonObject
        {
            ["deviceId"] = deviceId,
            ["authentication"] = new JsonObject { ["type"] = "sas", ["symmetricKey"] = new JsonObject { ["primaryKey"] = "", ["secondaryKey"] = "" } },
        };
        return (string?)(await Send(HttpMethod.Put, $"devices/{deviceId}?api-version=2021-04-12", identity, cancellation))?["authentication"]!["symmetricKey"]!["primaryKey"];
    }

    public void Dispose()
    {
        if (process is { HasExited: false })
        {
            process.Kill();
            process.WaitForExit();
        }

        process?.Dispose();
        Http.Dispose();
    }

    /// <summary>Writes the last lines that it logged into a file that outlives the soak.</summary>
    /// <returns>The file.</returns>
    public string KeepLog()
    {
        var file = Path.Combine(Path.GetTempPath(), $"devicetwin-soak-hub-{Guid.NewGuid():N}.log");
        lock (tail)
        {
            File.WriteAllLines(file, tail);
        }

        return file;
    }

    private void Remember(string? line)
    {
        lock (tail)
        {
            tail.Enqueue(line ?? "");
            while (tail.Count > LinesKept)
            {
                tail.Dequeue();
            }
        }
    }

    private static string HubAssembly() =>
        typeof(SoakedHub).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(item => item.Key == "HubAssembly").Value!;
}
