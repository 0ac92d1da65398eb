using DeviceTwin.Bench.Compatibility;
using DeviceTwin.Bench.Evaluation;
using DeviceTwin.Bench.Generation;
using DeviceTwin.Bench.Il;
using DeviceTwin.Bench.Reconcile;
using DeviceTwin.Bench.Size;
using DeviceTwin.Bench.Soak;
using DeviceTwin.Bench.Training;
using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.Bench;

/// <summary>The verbs of the bench: one line each in the usage, one class each in the code.</summary>
public static class Verbs
{
    /// <summary>Exit code: done, and nothing was found wrong.</summary>
    public const int Done = 0;

    /// <summary>Exit code: the verb ran and found something wrong.</summary>
    public const int Failed = 1;

    /// <summary>Exit code: the command line could not be understood.</summary>
    public const int Misused = 2;

    private const string Usage = """
        usage: DeviceTwin.Bench <verb> [options]

          generate [--check]   writes firmware/SensorNode/Twin/Model/TwinModel.g.cs from the model's JSON files, the
                               straight-line transforms and filters (firmware/SensorNode/Signal/*.g.cs), the generated tables of
                               the pages under firmware/SensorNode, and the wiring of the boards (hardware/wiring/*.svg);
                               with --check writes nothing and fails where a committed file differs
          il [--json]          the IL instructions that the firmware's operations execute, and their budgets;
                               fails where a budget is passed
          il --methods NAME    the methods in which an operation spends them
          size [--json]        the heap of each board's whole node and of its detector, and the firmware's bytes of PE file, and
                               their budgets; fails where a budget is passed
          soak arithmetic [--seed S]
                               the firmware's arithmetic against exact results: every float there is, some minutes
          soak crash [--seed S] [--rounds N | --for 10m] [--start-timeout 5m]
                               kills the hub under load, cuts its files, fills its disk, makes its clock jump, and holds what it has
                               after each start against what it had acknowledged; 300 rounds unless told otherwise
          soak node-twin [--seed S] [--rounds N | --for 10m]
                               a node's link, twin and methods against a hub in memory, in bad weather and in virtual time: what is
                               acknowledged is in force and durable, no older version over a newer, node and hub agree in the end, the
                               number of messages is bounded; 10,000 rounds unless told otherwise, and the seed of each that fails
          soak node [--seed S] [--rounds N | --for 10m]
                               whole nodes on simulated boards in random scenarios: every alarm at the hub exactly once, every gap a
                               counted drop, acknowledged settings in the file, nodes settle; 1,000 rounds unless told otherwise
          soak day [--seed S] [--scenario FILE]
                               a scenario from a file (firmware/SCENARIOS.md), or a day of six nodes, with the hash of all they said
          soak fuzz [--seed S] [--for 90s|10m|2h] [--inputs N] [--target NAME]
                               spoilt packets, topics, tokens, JSON and queries for every parser that reads what comes from outside: no
                               exception escapes, work and memory are bounded by the input's length (10,000,000 inputs unless told)
          soak reconcile [--seed S] [--rounds N | --for 10m]
                               twins, editors and devices of every sort in walks far beyond what reconcile explores to its end
                               (200,000 walks unless told)
          reconcile [--json]   explores reconciliation until there is no new state, tries every table with one cell that is otherwise,
                               counts decisions a second, and measures at a running hub how long a change takes until 300 devices are in
                               sync; fails where a property is violated, a table survives, or the hub's own times disagree
          evaluate --index INDEX [--forest FILE] [--json]
                               how right the detector is on the recordings of an index (a folder or its index.json), by data set:
                               per window, per recording, and with each bearing left out of the choice of the limits
          train-forest --index INDEX [--seed S] [--out FILE]
                               trains a forest for detection.forest and shows what it changes; refuses one that lowers any set
          compatibility --results DIR [--check]
                               writes the table of cloud/README.md from the results (trx files) of a test run, or checks it; fails where
                               a promise of cloud/compatibility.json is not proven by a test named after it
          help                 this text

          --root DIR           the checkout (default: the nearest folder above that holds DeviceTwin.sln)
        """;

    /// <summary>Runs the verb named by the first argument.</summary>
    /// <returns><see cref="Done"/>, <see cref="Failed"/> or <see cref="Misused"/>.</returns>
    public static int Run(string[] arguments, TextWriter output, TextWriter error)
    {
        if (arguments.Length == 0)
        {
            return Misuse(error, "no verb was given");
        }

        try
        {
            string[] options = arguments[1..];
            switch (arguments[0])
            {
                case "generate":
                    return GenerateVerb.Run(options, output, error);
                case "il":
                    return IlVerb.Run(options, output, error);
                case "size":
                    return SizeVerb.Run(options, output, error);
                case "soak":
                    return SoakVerb.Run(options, output, error);
                case "evaluate":
                    return EvaluateVerb.Run(options, output, error);
                case "train-forest":
                    return TrainForestVerb.Run(options, output, error);
                case "reconcile":
                    return ReconcileVerb.Run(options, output, error);
                case "compatibility":
                    return CompatibilityVerb.Run(options, output, error);
                case "help" or "--help" or "-h":
                    output.WriteLine(Usage);
                    return Done;
                default:
                    return Misuse(error, $"there is no verb '{arguments[0]}'");
            }
        }
        catch (UsageException exception)
        {
            return Misuse(error, exception.Message);
        }
        catch (RecordingException exception)
        {
            error.WriteLine($"error: {exception.Message} ({exception.Code}) {exception.NextStep}");
            return Failed;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"error: {exception.Message} (fileUnusable) Check the path and who may read or write it.");
            return Failed;
        }
    }

    private static int Misuse(TextWriter error, string message)
    {
        error.WriteLine($"error: {message}");
        error.WriteLine();
        error.WriteLine(Usage);
        return Misused;
    }
}
