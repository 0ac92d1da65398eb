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
        await process.WaitForExitAsync().WaitAsync(Patience);
        return new Result(process.ExitCode, await output, await talk);
    }

    public static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo("dotnet", [HubUnderTest.Built("ToolAssembly"), .. arguments])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
