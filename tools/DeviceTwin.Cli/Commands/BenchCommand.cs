using System.CommandLine;
using DeviceTwin.SensorNode.Simulator.Bench;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin bench</c>: boards to provision where there are none.</summary>
internal static class BenchCommand
{
    public static Command Create(string name = "bench", string description = "Lay simulated boards on the bench, each behind a serial port of its own, to try provisioning.")
    {
        var boards = NumberOption.Whole("--boards", "So many boards.", 1, 1, 99);
        var ports = new Option<DirectoryInfo?>("--ports-folder") { HelpName = "DIR", Description = "Make a link to each board's port here, by name: board-01." };
        var files = new Option<DirectoryInfo?>("--files") { HelpName = "DIR", Description = "Keep what the boards store here; otherwise they forget it with the end." };
        var json = new Option<bool>("--json") { Description = "Print one JSON document." };
        var command = new Command(name, description) { boards, ports, files, json };
        command.SetAction((parsed, cancellation) => RunAsync(
            new SimulatedBenchOptions
            {
                Boards = parsed.GetValue(boards),
                PortsFolder = parsed.GetValue(ports)?.FullName,
                FilesFolder = parsed.GetValue(files)?.FullName,
            },
            parsed.GetValue(json),
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(SimulatedBenchOptions options, bool json, CancellationToken cancellation)
    {
        using var bench = Lay(options);
        if (json)
        {
            Output.Json(bench.Boards.Select(board => new { name = board.Name, port = board.PortName, chipId = board.Mac }));
        }
        else
        {
            foreach (var board in bench.Boards)
            {
                Console.Out.WriteLine($"{board.Name}  {board.PortName}  {board.Mac}");
            }
        }

        Console.Error.WriteLine("dtwin: the boards answer; Ctrl-C clears the bench.");
        await bench.RunAsync(cancellation);
        return ExitCode.Success.Number;
    }

    private static SimulatedBench Lay(SimulatedBenchOptions options)
    {
        try
        {
            return new SimulatedBench(options, TimeProvider.System);
        }
        catch (Exception exception) when (exception is PlatformNotSupportedException or IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.BenchNotPossible, exception.Message);
        }
    }
}
