using System.CommandLine;

namespace DeviceTwin.Cli;

/// <summary>Runs a command and turns every failure into one sentence on stderr and a catalogued exit code.</summary>
internal static class CommandRunner
{
    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                Console.Error.WriteLine($"dtwin: {error.Message}");
            }

            Console.Error.WriteLine($"dtwin: {ExitCode.Usage.Remedy} [{ExitCode.Usage.Number} {ExitCode.Usage.Word}]");
            return ExitCode.Usage.Number;
        }

        try
        {
            // Ctrl-C must leave time to stop the hub and to remove what a demo made.
            var configuration = new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(15), EnableDefaultExceptionHandler = false };
            return await parsed.InvokeAsync(configuration);
        }
        catch (CommandFailedException failure)
        {
            return Fail(failure.Code, failure.Message);
        }
        catch (OperationCanceledException)
        {
            return Fail(ExitCode.Interrupted, ExitCode.Interrupted.Meaning);
        }
    }

    private static int Fail(ExitCode code, string detail)
    {
        Console.Error.WriteLine($"dtwin: {detail} {code.Remedy} [{code.Number} {code.Word}]");
        return code.Number;
    }
}
