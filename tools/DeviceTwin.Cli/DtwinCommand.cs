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
        BenchCommand.Create(),
    };
}
