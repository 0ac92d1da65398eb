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

    private sealed record Verb(string Name, string Description);

    private static readonly Verb[] Verbs =
    [
        new("demo", "Start a hub and simulated nodes on different machines, and watch them."),
        new("doctor", "Look whether this machine and the hub have what dtwin needs, and say what to do."),
        new("hub", "Start a hub, see how it does, back it up and restore it."),
        new("profile", "Hubs by name, with their tokens."),
        new("devices", "The devices that the hub knows."),
        new("machines", "The machines of the plant and how they do."),
        new("twin", "Read, change and watch the twin of a device."),
        new("query", "Find devices by their twins."),
        new("config", "Configurations of the fleet, and who sets which path of a device."),
        new("change", "Change a configuration step by step: plan, replay, approve, start, and see what came of it."),
        new("alarms", "Alarms: what nodes raised, who has seen it, what was found."),
        new("method", "Call a method of a node and print its answer."),
        new("capture", "Have a node take a capture now, and fetch its waveform."),
        new("trace", "Print the last events of a node."),
        new("export", "Save the history of a node or a machine as CSV or JSON lines."),
        new("logs", "Print the last log lines of the hub."),
        new("detect", "Judge recordings with the node's own detector."),
        new("spectrum", "Show amplitude and envelope spectrum of a recording."),
        new("bearing", "Print the orders of a bearing, by designation or from its geometry."),
        new("verify", "Compute a verdict anew from its evidence and say whether it is equal."),
        new("audit", "Prove the chain of an audit log, or print its head."),
        new("boards", "List the boards of the firmware: images, sensors, pins."),
        new("provision", "Provision a tray of boards: identity, network, settings, self-tests, label."),
        new("replace", "Put a new node in the place of a broken one: machine, settings and history stay."),
        new("bundle", "Enrol nodes where no hub is in reach, and hand them to the hub later."),
        new("bench", "Lay simulated boards on the bench, to try provisioning without one."),
        new("schema", "Print the JSON schema of what a command prints with --json."),
        new("completion", "Print a script that completes dtwin's words in a shell."),
    ];

    /// <summary>This build.</summary>
    public static string Version => typeof(DtwinCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>All of it.</summary>
    public static RootCommand Create() => Create(_ => true);

    /// <summary>What these arguments name; all of it where words are to be completed.</summary>
    public static RootCommand Create(string[] args) =>
        args.Length > 0 && args[0].StartsWith('[') ? Create() : Create(name => Array.IndexOf(args, name) >= 0);

    private static RootCommand Create(Func<string, bool> isNamed)
    {
        var root = new RootCommand(Purpose);
        CommonOptions.AddTo(root);
        foreach (var verb in Verbs)
        {
            root.Add(isNamed(verb.Name) ? Build(verb.Name, verb.Description) : new Command(verb.Name, verb.Description));
        }

        return root;
    }

    // No table of delegates: making one loads all that they lead to.
    private static Command Build(string name, string description) => name switch
    {
        "demo" => DemoCommand.Create(name, description),
        "doctor" => DoctorCommand.Create(name, description),
        "hub" => HubCommand.Create(name, description),
        "profile" => ProfileCommand.Create(name, description),
        "devices" => DevicesCommand.Create(name, description),
        "machines" => MachinesCommand.Create(name, description),
        "twin" => TwinCommand.Create(name, description),
        "query" => QueryCommand.Create(name, description),
        "config" => ConfigCommand.Create(name, description),
        "change" => ChangeCommand.Create(name, description),
        "alarms" => AlarmsCommand.Create(name, description),
        "method" => MethodCommand.Create(name, description),
        "capture" => CaptureCommand.Create(name, description),
        "trace" => TraceCommand.Create(name, description),
        "export" => ExportCommand.Create(name, description),
        "logs" => LogsCommand.Create(name, description),
        "detect" => DetectCommand.Create(name, description),
        "spectrum" => SpectrumCommand.Create(name, description),
        "bearing" => BearingCommand.Create(name, description),
        "verify" => VerifyCommand.Create(name, description),
        "audit" => AuditCommand.Create(name, description),
        "boards" => BoardsCommand.Create(name, description),
        "provision" => ProvisionCommand.Create(name, description),
        "replace" => ReplaceCommand.Create(name, description),
        "bundle" => BundleCommand.Create(name, description),
        "bench" => BenchCommand.Create(name, description),
        "schema" => SchemaCommand.Create(name, description),
        "completion" => CompletionCommand.Create(name, description),
        _ => new Command(name, description),
    };
}
