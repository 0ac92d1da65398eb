using System.CommandLine;
using DeviceTwin.Cli.Commands;

namespace DeviceTwin.Cli;

/// <summary>The whole command line.</summary>
internal static class DtwinCommand
{
    public static RootCommand Create() => new("dtwin: watch machines, run nodes, change their settings through a DeviceTwin hub, and judge recordings.")
    {
        DemoCommand.Create(),
        DevicesCommand.Create(),
        TwinCommand.Create(),
        ConfigCommand.Create(),
        ChangeCommand.Create(),
        DetectCommand.Create(),
        VerifyCommand.Create(),
        AuditCommand.Create(),
        BoardsCommand.Create(),
        ProvisionCommand.Create("provision", "Provision a tray of boards: identity, network, settings, self-tests, label."),
        ReplaceCommand.Create("replace", "Put a new node in the place of a broken one: machine, settings and history stay."),
        BundleCommand.Create("bundle", "Enrol nodes where no hub is in reach, and hand them to the hub later."),
        BenchCommand.Create(),
    };
}
