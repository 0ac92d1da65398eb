using DeviceTwin.Load.Measures;

namespace DeviceTwin.Load;

/// <summary>The verbs of the load generator.</summary>
public static class Verbs
{
    /// <summary>Exit code: done, and every target was met.</summary>
    public const int Done = 0;

    /// <summary>Exit code: a target was missed, or something could not be measured.</summary>
    public const int Failed = 1;

    /// <summary>Exit code: the command line could not be understood.</summary>
    public const int Misused = 2;

    private const string Usage = """
        usage: DeviceTwin.Load <verb> [options]

          compare [--json] [--quick] [--only MEASURE]... [--page FILE] [--folder DIR]
                               the hub beside mosquitto, nats-server and a bare SQLite loop: starts them all, with the same certificate,
                               and loads them with the same client. MEASURE is pipelined, lockstep, idle, fanout or reported (repeatable);
                               --quick measures once instead of three times; --page writes the page; --folder says on which disk
                               the servers write (default: the temporary folder)
          registry [--json] [--devices N] [--page FILE] [--folder DIR]
                               a registry of N devices (100,000 unless told): bulk import, list, queries by indexed tag and unindexed
                               reported path, groups, each beside the plain SQL it stands on; --page writes the table into a page
          help                 this text
        """;

    /// <summary>Runs the verb named by the first argument.</summary>
    public static async Task<int> Run(IReadOnlyList<string> arguments, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        try
        {
            switch (arguments.Count == 0 ? "" : arguments[0])
            {
                case "compare":
                    var options = CompareOptions.Parse([.. arguments.Skip(1)]);
                    return await CompareVerb.Run(options, options.Quick ? Plan.Quick : Plan.Full, output, error, cancellation) ? Done : Failed;
                case "registry":
                    await RegistryVerb.Run(RegistryOptions.Parse([.. arguments.Skip(1)]), output, error, cancellation);
                    return Done;
                case "help" or "--help" or "-h":
                    output.WriteLine(Usage);
                    return Done;
                case "":
                    throw new UsageException("no verb was given");
                default:
                    throw new UsageException($"there is no verb '{arguments[0]}'");
            }
        }
        catch (UsageException misuse)
        {
            error.WriteLine($"error: {misuse.Message}");
            error.WriteLine();
            error.WriteLine(Usage);
            return Misused;
        }
        catch (LoadException failure)
        {
            error.WriteLine($"error: {failure.Message} ({failure.Code})");
            return Failed;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            error.WriteLine("interrupted: the servers were stopped and their data removed");
            return Failed;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or TimeoutException)
        {
            error.WriteLine($"error: {failure.Message} (notMeasured) Check the folder and whether the machine is overloaded.");
            return Failed;
        }
    }
}
