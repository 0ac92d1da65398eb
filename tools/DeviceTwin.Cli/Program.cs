using System.CommandLine;
using DeviceTwin.Cli;
using DeviceTwin.Cli.Commands;

var root = new RootCommand("dtwin: watch machines, run nodes and change their settings through a DeviceTwin hub.")
{
    DemoCommand.Create(),
    DevicesCommand.Create(),
    TwinCommand.Create(),
};

return await CommandRunner.RunAsync(root, args);
