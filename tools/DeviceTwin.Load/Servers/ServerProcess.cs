using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace DeviceTwin.Load.Servers;

/// <summary>A server running as a process of its own, with what the kernel says of it. Linux only.</summary>
internal abstract class ServerProcess : IAsyncDisposable
{
    private const double TicksPerSecond = 100;
    private const int TailLines = 20;

    private readonly Queue<string> tail = new();

    protected ServerProcess(string name) => Name = name;

    public string Name { get; }

    /// <summary>Program and version, as it says itself.</summary>
    public abstract string Version { get; }

    public abstract int Port { get; }

    protected Process? Process { get; set; }

    /// <summary>Credentials for the client of a number.</summary>
    public abstract Client.Credentials Credentials(int number);

    /// <summary>User and system time the process has used, of all its threads.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            var stat = File.ReadAllText($"/proc/{Process!.Id}/stat");

            // The name may contain spaces: fields are counted from behind its bracket; utime and stime are the 14th and 15th of all.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return TimeSpan.FromSeconds(
                (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond);
        }
    }

    /// <summary>Bytes of memory that are the process's alone.</summary>
    public long PrivateBytes => File.ReadLines($"/proc/{Process!.Id}/smaps_rollup")
        .Where(line => line.StartsWith("Private_", StringComparison.Ordinal) && !line.StartsWith("Private_Hugetlb", StringComparison.Ordinal))
        .Sum(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024);

    /// <summary>Bytes the process has given to the kernel for files; what goes over sockets is not in it.</summary>
    public long WrittenBytes => WrittenBy(Process!.Id.ToString(CultureInfo.InvariantCulture));

    /// <summary>The same of another process, or <c>self</c>.</summary>
    public static long WrittenBy(string process) => long.Parse(
        File.ReadLines($"/proc/{process}/io").First(line => line.StartsWith("wchar:", StringComparison.Ordinal))["wchar:".Length..], CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        if (Process is { } process)
        {
            if (!process.HasExited)
            {
                process.StandardInput.Close();
                if (!await Ended(process, TimeSpan.FromSeconds(Stops ? 10 : 0)))
                {
                    process.Kill();
                    await process.WaitForExitAsync();
                }
            }

            process.Dispose();
        }
    }

    /// <summary>Whether the end of standard input stops it.</summary>
    protected virtual bool Stops => false;

    protected void Remember(string? line)
    {
        if (line is not null)
        {
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

    protected LoadException NotStarted(string detail)
    {
        lock (tail)
        {
            return new LoadException("serverDidNotStart", $"{Name} did not start: {detail}{string.Concat(tail.Select(line => Environment.NewLine + "  " + line))}");
        }
    }

    /// <summary>Waits until the port is listened on.</summary>
    protected async Task WaitForPort(CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < 200; attempt++)
        {
            if (Process!.HasExited)
            {
                throw NotStarted($"it ended with code {Process.ExitCode}.");
            }

            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await probe.ConnectAsync(IPAddress.Loopback, Port, cancellation);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(50, cancellation);
            }
        }

        throw NotStarted($"nothing listens on port {Port} after 10 s.");
    }

    protected Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // The client's own setting: servers are started as anybody would start them.
        start.Environment.Remove(Program.InlineCompletions);
        Process process;
        try
        {
            process = System.Diagnostics.Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new LoadException("serverNotInstalled", $"{Name} cannot be started ({error.Message}). Install it, or leave its measures out with --only.", error);
        }

        process.ErrorDataReceived += (_, line) => Remember(line.Data);
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>A port that nobody listens on at the moment.</summary>
    protected static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    protected static string Ask(string program, params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (var argument in arguments)
            {
                start.ArgumentList.Add(argument);
            }

            using var process = System.Diagnostics.Process.Start(start)!;
            var text = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return text.Split('\n')[0].Trim();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return $"{program} (not installed)";
        }
    }

    private static async Task<bool> Ended(Process process, TimeSpan within)
    {
        using var timeout = new CancellationTokenSource(within);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return process.HasExited;
        }
    }
}
