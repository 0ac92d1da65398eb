using System.Diagnostics;

namespace DeviceTwin.Tests.EndToEnd.World;

/// <summary>The dtwin tool, run as a person runs it.</summary>
internal static class Tool
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>How a run ended.</summary>
    internal sealed record Result(int ExitCode, string Output, string Talk);

    public static async Task<Result> Run(params string[] arguments)
    {
        using var process = Start(arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var talk = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"dtwin {string.Join(' ', arguments)} did not end. It said: {await talk}{await output}");
        }

        return new Result(process.ExitCode, await output, await talk);
    }

    /// <summary>Starts the tool as a terminal would: a test run in the background ignores Ctrl-C, and its children would inherit that.</summary>
    public static Process Start(params string[] arguments) => Start(null, arguments);

    /// <param name="temporaryFolder">The tool's folder for temporary files; null = the machine's.</param>
    public static Process Start(string? temporaryFolder, string[] arguments)
    {
        var start = new ProcessStartInfo("env", ["--default-signal=INT", "dotnet", HubUnderTest.Built("ToolAssembly"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (temporaryFolder is not null)
        {
            start.Environment["TMPDIR"] = temporaryFolder;
        }

        return Process.Start(start)!;
    }
}
