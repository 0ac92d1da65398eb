using System.CommandLine;
using System.Reflection;
using DeviceTwin.Cli.Commands;

namespace DeviceTwin.Cli;

/// <summary>
/// The whole command line. Only the command that is asked for is built: the others are names with a description, and what they would need is
/// never loaded.
/// </summary>
internal static class DtwinCommand
{
    private const string Purpose = "dtwin: watch machines, run nodes, change their settings through a DeviceTwin hub, and judge recordings.";

    private sealed record Verb(string Name, string Description, Func<string, string, Command> Create);

    private static readonly Verb[] Verbs =
    [
        new("demo", "Start a hub and simulated nodes on different machines, and watch them.", DemoCommand.Create),
        new("doctor", "Look whether this machine and the hub have what dtwin needs, and say what to do.", DoctorCommand.Create),
        new("hub", "Start a hub, see how it does, back it up and restore it.", HubCommand.Create),
        new("profile", "Hubs by name, with their tokens.", ProfileCommand.Create),
        new("devices", "The devices that the hub knows.", DevicesCommand.Create),
        new("machines", "The machines of the plant and how they do.", MachinesCommand.Create),
        new("twin", "Read, change and watch the twin of a device.", TwinCommand.Create),
        new("query", "Find devices by their twins.", QueryCommand.Create),
        new("config", "Configurations of the fleet, and who sets which path of a device.", ConfigCommand.Create),
        new("change", "Change a configuration step by step: plan, replay, approve, start, and see what came of it.", ChangeCommand.Create),
        new("alarms", "Alarms: what nodes raised, who has seen it, what was found.", AlarmsCommand.Create),
        new("method", "Call a method of a node and print its answer.", MethodCommand.Create),
        new("capture", "Have a node take a capture now, and fetch its waveform.", CaptureCommand.Create),
        new("trace", "Print the last events of a node.", TraceCommand.Create),
        new("export", "Save the history of a node or a machine as CSV or JSON lines.", ExportCommand.Create),
        new("logs", "Print the last log lines of the hub.", LogsCommand.Create),
        new("detect", "Judge recordings with the node's own detector.", DetectCommand.Create),
        new("spectrum", "Show amplitude and envelope spectrum of a recording.", SpectrumCommand.Create),
        new("bearing", "Print the orders of a bearing, by designation or from its geometry.", BearingCommand.Create),
        new("verify", "Compute a verdict anew from its evidence and say whether it is equal.", VerifyCommand.Create),
        new("audit", "Prove the chain of an audit log, or print its head.", AuditCommand.Create),
        new("boards", "List the boards of the firmware: images, sensors, pins.", BoardsCommand.Create),
        new("schema", "Print the JSON schema of what a command prints with --json.", SchemaCommand.Create),
        new("completion", "Print a script that completes dtwin's words in a shell.", CompletionCommand.Create),
    ];

    /// <summary>This build.</summary>
    public static string Version => typeof(DtwinCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>All of it.</summary>
    public static RootCommand Create() => Create(_ => true);

    /// <summary>What these arguments name; all of it where words are to be completed.</summary>
    public static RootCommand Create(IReadOnlyList<string> args) =>
        args.Count > 0 && args[0].StartsWith('[') ? Create() : Create(args.Contains);

    private static RootCommand Create(Func<string, bool> isNamed)
    {
        var root = new RootCommand(Purpose);
        CommonOptions.AddTo(root);
        foreach (var verb in Verbs)
        {
            root.Add(isNamed(verb.Name) ? verb.Create(verb.Name, verb.Description) : new Command(verb.Name, verb.Description));
        }

        return root;
    }
}
