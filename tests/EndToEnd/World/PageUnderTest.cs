using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace DeviceTwin.Tests.EndToEnd.World;

/// <summary>
/// A page of the documentation as a stranger follows it: every line of its <c>console</c> blocks that begins with <c>$</c>, in order, in an empty folder.
/// What stands below a command must be among what it prints, in that order. A command that ends in <c>&amp;</c> goes on behind the others.
/// </summary>
internal sealed class PageUnderTest : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("page-");
    private readonly List<Process> behind = [];
    private readonly string home;
    private readonly string url;
    private readonly Func<string, string> adapt;
    private readonly Func<string, string> plain;

    /// <param name="home">What the page calls the empty folder.</param>
    /// <param name="url">The hub that <c>dtwin</c> asks.</param>
    /// <param name="adapt">A command as it is run here, beside whatever else runs on this machine.</param>
    /// <param name="plain">A line without what differs from one machine and moment to the next.</param>
    public PageUnderTest(string home, string url, Func<string, string> adapt, Func<string, string> plain)
    {
        this.home = home;
        this.url = url;
        this.adapt = adapt;
        this.plain = plain;
    }

    /// <returns>How many commands there were.</returns>
    public async Task<int> Follow(params string[] page)
    {
        var shim = Path.Combine(folder.FullName, "dtwin");
        await File.WriteAllTextAsync(shim, $"#!/bin/sh\nexec dotnet '{HubUnderTest.Built("ToolAssembly")}' \"$@\"\n");
        await Run($"chmod 700 '{shim}'");

        var commands = Commands(await File.ReadAllLinesAsync(Path.Combine([HubUnderTest.Built("Repository"), .. page])));
        foreach (var (command, shown) in commands)
        {
            var output = command.EndsWith('&') ? await StartBehind(adapt(command.TrimEnd('&', ' ')), shown.Count) : await Run(adapt(command));
            Assert.That(Missing(shown, output), Is.Null, () => $"$ {command}{Environment.NewLine}{string.Join(Environment.NewLine, output)}");
        }

        return commands.Count;
    }

    public void Dispose()
    {
        foreach (var process in behind)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            process.Dispose();
        }

        folder.Delete(recursive: true);
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static List<(string Command, List<string> Shown)> Commands(string[] page)
    {
        var commands = new List<(string, List<string>)>();
        var inside = false;
        foreach (var line in page)
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                inside = line == "```console";
            }
            else if (inside && line.StartsWith("$ ", StringComparison.Ordinal))
            {
                commands.Add((line[2..], []));
            }
            else if (inside)
            {
                commands[^1].Item2.Add(line);
            }
        }

        return commands;
    }

    /// <summary>The first line of the page that does not come, after those before it; null where all do.</summary>
    private string? Missing(List<string> shown, List<string> output)
    {
        var next = 0;
        foreach (var line in output.Select(Plain))
        {
            if (next < shown.Count && line == Plain(shown[next]))
            {
                next++;
            }
        }

        return next == shown.Count ? null : shown[next];
    }

    private string Plain(string line) => plain(line.Replace(folder.FullName, home, StringComparison.Ordinal)).TrimEnd();

    private async Task<List<string>> Run(string command)
    {
        using var process = Shell(command);
        var output = process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Patience);
        var lines = (await output).Split('\n').ToList();
        Assert.That(process.ExitCode, Is.Zero, () => $"$ {command}{Environment.NewLine}{string.Join(Environment.NewLine, lines)}");
        return lines;
    }

    private async Task<List<string>> StartBehind(string command, int lines)
    {
        var process = Shell(command, " 2>/dev/null");
        behind.Add(process);
        var output = new List<string>();
        while (output.Count < lines)
        {
            output.Add(await process.StandardOutput.ReadLineAsync().WaitAsync(Patience) ?? throw new AssertionException($"$ {command} ended early."));
        }

        return output;
    }

    private Process Shell(string command, string talk = " 2>&1")
    {
        var start = new ProcessStartInfo("sh", ["-c", $"{{ {command}; }}{talk}"]) { WorkingDirectory = folder.FullName, RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["PATH"] = $"{folder.FullName}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["DTWIN_HUB"] = url;
        start.Environment["XDG_CONFIG_HOME"] = folder.FullName;
        return Process.Start(start)!;
    }
}
