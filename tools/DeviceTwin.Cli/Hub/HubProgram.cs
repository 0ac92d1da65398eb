using System.Diagnostics;
using System.Reflection;

namespace DeviceTwin.Cli.Hub;

/// <summary>The hub's program: a process of its own, never part of this one.</summary>
internal static class HubProgram
{
    /// <summary>How it is started, with all three streams in our hands.</summary>
    /// <exception cref="CommandFailedException">It is not there.</exception>
    public static ProcessStartInfo Start(IEnumerable<string> options)
    {
        var (program, arguments) = Find();
        return new ProcessStartInfo(program, [.. arguments, .. options])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }

    /// <summary>Runs it to its end.</summary>
    /// <returns>Its exit code, what it printed, and what it said.</returns>
    public static async Task<(int ExitCode, string Output, string Talk)> Run(IEnumerable<string> options, CancellationToken cancellation)
    {
        using var process = Process.Start(Start(options)) ?? throw new CommandFailedException(ExitCode.HubDidNotStart, "The hub's program could not be started.");
        process.StandardInput.Close();
        var (output, talk) = (process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
        try
        {
            await process.WaitForExitAsync(cancellation);
            return (process.ExitCode, await output, await talk);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    /// <summary>Beside a published dtwin, in the folder <c>hub</c>, as a program of its own or to be run by dotnet; else where it was built.</summary>
    private static (string Program, string[] Arguments) Find()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "hub");
        var program = Path.Combine(folder, OperatingSystem.IsWindows() ? "DeviceTwin.Hub.exe" : "DeviceTwin.Hub");
        if (File.Exists(program))
        {
            return (program, []);
        }

        var beside = Path.Combine(folder, "DeviceTwin.Hub.dll");
        var built = typeof(HubProgram).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(item => item.Key == "HubAssembly").Value!;
        return File.Exists(beside) ? ("dotnet", [beside])
            : File.Exists(built) ? ("dotnet", [built])
            : throw new CommandFailedException(ExitCode.HubDidNotStart, $"The hub's program was found neither in {folder} nor at {built}.", "Keep the folder `hub` beside dtwin, as tools/publish makes it.");
    }
}
