using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace DeviceTwin.Tests.Mqtt;

/// <summary>Eclipse Mosquitto's broker as an independent judge, on a free port of loopback.</summary>
internal sealed class Mosquitto : IAsyncDisposable
{
    private readonly Process process;
    private readonly string folder;

    private Mosquitto(Process process, int port, string folder)
    {
        this.process = process;
        this.folder = folder;
        Port = port;
    }

    public int Port { get; }

    /// <summary>Starts a broker; skips the running test where the machine has none.</summary>
    public static async Task<Mosquitto> Start()
    {
        string? program = new[] { "/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/local/bin/mosquitto" }.FirstOrDefault(File.Exists);
        if (program is null)
        {
            Assert.Ignore("No mosquitto broker: install Debian's package mosquitto to run this test.");
        }

        // Another process may take the port between the probe and the broker: then it ends at once and the next port is tried.
        for (int attempt = 0; ; attempt++)
        {
            int port = FreePort();
            string folder = Directory.CreateTempSubdirectory("devicetwin-mosquitto-").FullName;
            string configuration = Path.Combine(folder, "mosquitto.conf");
            await File.WriteAllTextAsync(
                configuration, $"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_dest stderr\n");
            var process = Process.Start(new ProcessStartInfo(program!, ["-c", configuration]) { RedirectStandardError = true })!;
            while (await process.StandardError.ReadLineAsync() is { } line)
            {
                if (line.EndsWith("running", StringComparison.Ordinal))
                {
                    _ = process.StandardError.ReadToEndAsync();
                    return new Mosquitto(process, port, folder);
                }
            }

            Directory.Delete(folder, true);
            Assert.That(attempt, Is.LessThan(5), "mosquitto does not start");
        }
    }

    public async Task<Stream> Connect()
    {
        var socket = new TcpClient { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, Port);
        return socket.GetStream();
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder, true);
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
