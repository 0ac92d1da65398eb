using System.Diagnostics;
using System.Text.Json;

namespace DeviceTwin.Cli.Hub;

/// <summary>What a hub says of itself once it listens.</summary>
internal sealed record HubReady(int MqttPort, Uri HttpUrl, string CaFile, string HostName, string? IdScope = null);

/// <summary>A hub running as a child process. It stops by itself when this process dies, because its standard input closes.</summary>
internal sealed class HubProcess : IAsyncDisposable
{
    private const int TailLines = 20;
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    private readonly Process process;
    private readonly Queue<string> tail;

    private HubProcess(Process process, Queue<string> tail, HubReady ready)
    {
        this.process = process;
        this.tail = tail;
        Ready = ready;
    }

    public HubReady Ready { get; }

    public bool HasExited => process.HasExited;

    /// <summary>The last lines the hub logged.</summary>
    public string Tail
    {
        get
        {
            lock (tail)
            {
                return string.Join(Environment.NewLine, tail);
            }
        }
    }

    /// <summary>Starts a hub on a data folder and waits until it listens.</summary>
    /// <param name="mqttPort">0 = any free port.</param>
    /// <param name="httpPort">0 = any free port.</param>
    /// <exception cref="CommandFailedException">The hub ended, or was not ready in time.</exception>
    public static Task<HubProcess> StartAsync(string dataFolder, int mqttPort, int httpPort, CancellationToken cancellation) =>
        StartAsync(["--data", dataFolder, "--mqtt-port", mqttPort.ToString(), "--http-port", httpPort.ToString()], null, cancellation);

    /// <summary>Starts a hub and waits until it listens.</summary>
    /// <param name="options">Of its command line.</param>
    /// <param name="log">Hears each line that it logs; null = nobody.</param>
    /// <exception cref="CommandFailedException">The hub ended, or was not ready in time.</exception>
    public static async Task<HubProcess> StartAsync(IEnumerable<string> options, Action<string>? log, CancellationToken cancellation)
    {
        var start = HubProgram.Start([.. options, "--exit-with-stdin"]);
        var tail = new Queue<string>();
        var process = Process.Start(start) ?? throw new CommandFailedException(ExitCode.HubDidNotStart, "The hub's program could not be started.");
        process.ErrorDataReceived += (_, line) =>
        {
            Remember(tail, line.Data);
            if (line.Data is { } said)
            {
                log?.Invoke(said);
            }
        };
        process.BeginErrorReadLine();
        try
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            timeout.CancelAfter(StartTimeout);
            var line = await process.StandardOutput.ReadLineAsync(timeout.Token);
            var ready = line is null ? null : JsonSerializer.Deserialize<HubReady>(line, JsonSerializerOptions.Web);
            if (ready is not null)
            {
                return new HubProcess(process, tail, ready);
            }

            await process.WaitForExitAsync(timeout.Token);
            throw NotStarted(log is null ? tail : [], "The hub ended before it was ready.");
        }
        catch (JsonException)
        {
            await StopAsync(process);
            throw NotStarted(log is null ? tail : [], "The hub's first line was not what this tool understands: hub and tool are of different versions.");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            await StopAsync(process);
            throw NotStarted(log is null ? tail : [], $"Waited {StartTimeout.TotalSeconds:0} s for the hub to listen: it was not ready in time.");
        }
        catch
        {
            await StopAsync(process);
            throw;
        }
    }

    /// <summary>Waits until it ends.</summary>
    public Task WaitForExit(CancellationToken cancellation) => process.WaitForExitAsync(cancellation);

    public async ValueTask DisposeAsync() => await StopAsync(process);

    private static async Task StopAsync(Process process)
    {
        if (!process.HasExited)
        {
            process.StandardInput.Close();
            using var timeout = new CancellationTokenSource(StopTimeout);
            try
            {
                await process.WaitForExitAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }

        process.Dispose();
    }

    /// <param name="tail">Lines that nobody has seen yet.</param>
    private static CommandFailedException NotStarted(Queue<string> tail, string detail)
    {
        lock (tail)
        {
            foreach (var line in tail)
            {
                Console.Error.WriteLine($"hub: {line}");
            }
        }

        return new CommandFailedException(ExitCode.HubDidNotStart, detail);
    }

    private static void Remember(Queue<string> tail, string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (tail)
        {
            tail.Enqueue(line);
            if (tail.Count > TailLines)
            {
                tail.Dequeue();
            }
        }
    }
}
