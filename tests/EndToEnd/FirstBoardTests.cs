using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using DeviceTwin.Tests.EndToEnd.World;

namespace DeviceTwin.Tests.EndToEnd;

/// <summary>tools/FIRST-BOARD.md as a stranger follows it: every command of the page, in its order, in an empty folder.</summary>
[Platform("Linux,MacOsX")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed partial class FirstBoardTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("first-board-");
    private readonly List<Process> behind = [];
    private readonly int httpPort = FreePort();
    private readonly int mqttPort = FreePort();

    /// <summary>What a line of the page shows, and what comes out: without what differs from one machine and moment to the next.</summary>
    [GeneratedRegex(@"(?<=(127\.0\.0\.1|localhost):)\d+")]
    private static partial Regex Ports { get; }

    [Test]
    public async Task The_page_of_the_first_board_holds_to_the_letter()
    {
        var shim = Path.Combine(folder.FullName, "dtwin");
        await File.WriteAllTextAsync(shim, $"#!/bin/sh\nexec dotnet '{HubUnderTest.Built("ToolAssembly")}' \"$@\"\n");
        await Run($"chmod 700 '{shim}'");

        var commands = Commands(await File.ReadAllLinesAsync(Path.Combine(HubUnderTest.Built("Repository"), "tools", "FIRST-BOARD.md")));
        Assert.That(commands, Has.Count.GreaterThan(8));
        foreach (var (command, shown) in commands)
        {
            var output = command.EndsWith('&') ? await StartBehind(command.TrimEnd('&', ' '), shown.Count) : await Run(command);
            Assert.That(Missing(shown, output), Is.Null, () => $"$ {command}{Environment.NewLine}{string.Join(Environment.NewLine, output)}");
        }
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

    private string Plain(string line) => Ports.Replace(line.Replace(folder.FullName, "~/first-board", StringComparison.Ordinal), "N").TrimEnd();

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
        // Beside whatever else runs on this machine.
        var process = Shell(command.Contains("hub start", StringComparison.Ordinal) ? $"{command} -- --http-port {httpPort} --mqtt-port {mqttPort}" : command, " 2>/dev/null");
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
        start.Environment["DTWIN_HUB"] = $"http://127.0.0.1:{httpPort}";
        start.Environment["XDG_CONFIG_HOME"] = folder.FullName;
        return Process.Start(start)!;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
