using System.CommandLine.Help;
using System.CommandLine;
using System.Runtime.InteropServices;
using DeviceTwin.Provisioning.Tray;

namespace DeviceTwin.Cli;

/// <summary>Runs a command and turns every failure into one sentence on stderr and a catalogued exit code.</summary>
internal static class CommandRunner
{
    /// <summary>Builds of the command line what the arguments name, and runs it.</summary>
    public static int Run(string[] args)
    {
        var parsed = DtwinCommand.Create(args).Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                Console.Error.WriteLine($"dtwin: {error.Message}");
            }

            Console.Error.WriteLine($"dtwin: {ExitCode.Usage.Remedy} [{ExitCode.Usage.Number} {ExitCode.Usage.Word}]");
            return ExitCode.Usage.Number;
        }

        if (parsed.Action is HelpAction)
        {
            // Nothing that a command needs is made for it.
            Console.Out.Write(HelpPage.Of(parsed.CommandResult.Command, ScreenForm.TextWidth));
            return ExitCode.Success.Number;
        }

        return RunAsync(parsed, args).GetAwaiter().GetResult();
    }

    private static async Task<int> RunAsync(ParseResult parsed, string[] args)
    {
        if (CommonOptions.Contradiction(parsed) is { } contradiction)
        {
            return Fail(ExitCode.Usage, contradiction);
        }

        Talk.Loudness = CommonOptions.Loudness(parsed);
        try
        {
            // Ours are in place before a command makes anything, and know a closed terminal (SIGHUP) too. Once asked to stop, the command
            // has all the time it needs to clean up; asking again does not hurry it.
            using var stop = new CancellationTokenSource();
            using var interrupt = StopOn(PosixSignal.SIGINT, stop);
            using var terminate = StopOn(PosixSignal.SIGTERM, stop);
            using var hangUp = StopOn(PosixSignal.SIGHUP, stop);
            using var quit = StopOn(PosixSignal.SIGQUIT, stop);
            var configuration = new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false };
            return await parsed.InvokeAsync(configuration, stop.Token);
        }
        catch (CommandFailedException failure)
        {
            return Fail(failure.Code, failure.Message, failure.NextStep);
        }
        catch (OperationCanceledException)
        {
            return Fail(ExitCode.Interrupted, ExitCode.Interrupted.Meaning);
        }
        catch (Exception unforeseen)
        {
            return Fail(ExitCode.Unexpected, $"{ExitCode.Unexpected.Meaning} ({unforeseen.GetType().Name}: {OneLine(unforeseen.Message)})", Report(unforeseen, args));
        }
    }

    private static PosixSignalRegistration StopOn(PosixSignal signal, CancellationTokenSource stop) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        stop.Cancel();
    });

    /// <summary>Says on stderr how it ended.</summary>
    /// <param name="nextStep">What to do; null = the code's own remedy.</param>
    public static int Fail(ExitCode code, string detail, string? nextStep = null)
    {
        Console.Error.WriteLine($"dtwin: {detail} {nextStep ?? code.Remedy} [{code.Number} {code.Word}]");
        return code.Number;
    }

    /// <summary>Where something broke is for those who mend it: it goes to a file, not to the screen.</summary>
    private static string Report(Exception unforeseen, string[] args)
    {
        try
        {
            var file = Path.Combine(Path.GetTempPath(), $"dtwin-unexpected-{Environment.ProcessId}.txt");
            PrivateFile.Write(file, $"dtwin {DtwinCommand.Version}, {RuntimeInformation.OSDescription}, {args.FirstOrDefault(arg => !arg.StartsWith('-'))}\n{unforeseen}\n");
            return $"Report it with the file {file}.";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return ExitCode.Unexpected.Remedy;
        }
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").TrimEnd('.', ' ');
}
