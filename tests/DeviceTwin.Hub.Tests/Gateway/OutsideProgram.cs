using System.Diagnostics;
using System.Threading.Channels;

namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>A program of somebody else's, run beside the test: it is told lines and answers in lines.</summary>
internal sealed class OutsideProgram : IAsyncDisposable
{
    private readonly Process process;
    private readonly Channel<string> lines = Channel.CreateUnbounded<string>();
    private readonly Task reading;
    private readonly Task<string> errors;

    private OutsideProgram(ProcessStartInfo start)
    {
        process = Process.Start(start)!;
        reading = Read();
        errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>A script of tests/node under node; skips the running test where node or its packages are missing.</summary>
    public static OutsideProgram Node(string script, string package, params string[] arguments) => Node(null, script, package, arguments);

    /// <summary>The same, for clients that can be told whom to trust only through the environment.</summary>
    public static OutsideProgram NodeTrusting(string authorityFile, string script, string package, params string[] arguments) =>
        Node(authorityFile, script, package, arguments);

    private static OutsideProgram Node(string? authorityFile, string script, string package, string[] arguments)
    {
        string node = Find("node", "Debian's package nodejs");
        string folder = TestFiles.InRepository("tests/node");
        if (!Directory.Exists(Path.Combine(folder, "node_modules", package)))
        {
            Assert.Ignore($"No npm package {package}: run npm install in tests/node to run this test.");
        }

        return Start(node, [Path.Combine(folder, script), .. arguments], authorityFile);
    }

    /// <summary>A client of mosquitto; skips the running test where there is none.</summary>
    public static OutsideProgram Mosquitto(string client, params string[] arguments) =>
        Start(Find(client, "Debian's package mosquitto-clients"), arguments);

    public Task Tell(string line) => process.StandardInput.WriteLineAsync(line);

    /// <summary>Every line until it ends, for those who do not wait for one after the other.</summary>
    public IAsyncEnumerable<string> Lines => lines.Reader.ReadAllAsync();

    /// <summary>What it wrote about its end.</summary>
    public async Task<string> LastWords() => $"(ended with {await Ended()}: {(await errors).Trim()})";

    /// <summary>The next line is this.</summary>
    public async Task Expect(string line) => Assert.That(await Next(), Is.EqualTo(line));

    /// <summary>Tells, and expects the answer.</summary>
    public async Task Ask(string line, string answer)
    {
        await Tell(line);
        await Expect(answer);
    }

    public async Task<string> Next()
    {
        using var late = new CancellationTokenSource(GatewayHost.Patience);
        try
        {
            return await lines.Reader.ReadAsync(late.Token);
        }
        catch (ChannelClosedException)
        {
            return await LastWords();
        }
    }

    /// <summary>Skips lines until one contains this text.</summary>
    public async Task<string> Until(string text)
    {
        while (true)
        {
            string line = await Next();
            if (line.Contains(text) || line.StartsWith("(ended", StringComparison.Ordinal))
            {
                return line;
            }
        }
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> Ended()
    {
        using var late = new CancellationTokenSource(GatewayHost.Patience);
        await process.WaitForExitAsync(late.Token);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        await process.WaitForExitAsync();
        await reading;
        process.Dispose();
    }

    private static OutsideProgram Start(string program, IEnumerable<string> arguments, string? nodeTrusts = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (nodeTrusts is not null)
        {
            start.Environment["NODE_EXTRA_CA_CERTS"] = nodeTrusts;
        }

        return new OutsideProgram(start);
    }

    private static string Find(string program, string source)
    {
        string? found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
        if (found is null)
        {
            Assert.Ignore($"No {program}: install {source} to run this test.");
        }

        return found!;
    }

    private async Task Read()
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            lines.Writer.TryWrite(line);
        }

        lines.Writer.TryComplete();
    }
}
