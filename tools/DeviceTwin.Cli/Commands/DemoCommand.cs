using System.CommandLine;
using DeviceTwin.Cli.Demo;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin demo</c>: a hub, simulated nodes and something to watch, with one command.</summary>
internal static class DemoCommand
{
    private const int NodesUnlessTold = 12;
    private const double DefaultSpeed = 10;

    public static Command Create()
    {
        var replay = new Option<DirectoryInfo?>("--replay") { Description = "Bolt the nodes to the recordings of this folder (with an index.json)." };
        var select = new Option<string?>("--select") { Description = "Only recordings whose file fits this pattern (* and ?)." };
        var nodes = new Option<int>("--nodes") { Description = "At most so many recordings, in turn over the faults.", DefaultValueFactory = _ => NodesUnlessTold };
        var headless = new Option<bool>("--headless") { Description = "No screen. Ends by itself: --until settled unless told." };
        var json = new Option<bool>("--json") { Description = "Print one JSON document at the end." };
        var until = new Option<string?>("--until") { Description = "'settled', or a wall-clock time such as 90s or 5m." };
        var speed = new Option<double>("--speed") { Description = "Machine and schedule time run so many times as fast (0.1 to 100).", DefaultValueFactory = _ => DefaultSpeed };
        var seed = new Option<int>("--seed") { Description = "Seed of machines and choices.", DefaultValueFactory = _ => 1 };
        var data = new Option<DirectoryInfo?>("--data") { Description = "Keep the hub's data in this folder; otherwise nothing is left behind." };
        var mqttPort = new Option<int>("--mqtt-port") { Description = "Port for devices; 0 = any free one.", DefaultValueFactory = _ => 0 };
        var httpPort = new Option<int>("--http-port") { Description = "Port of the dashboard; 0 = any free one.", DefaultValueFactory = _ => 0 };
        nodes.Validators.Add(result => Require(result, result.GetValueOrDefault<int>() is >= 1 and <= 200, "--nodes takes 1 to 200."));
        speed.Validators.Add(result => Require(result, result.GetValueOrDefault<double>() is >= 0.1 and <= 100, "--speed takes 0.1 to 100."));
        until.Validators.Add(result => Require(
            result,
            result.GetValueOrDefault<string?>() is not { } text || Until.TryParse(text, out _),
            "--until takes 'settled' or a time such as 90s, 5m or 1h."));

        var command = new Command("demo", "Start a hub and simulated nodes on different machines, and watch them.")
        {
            replay, select, nodes, headless, json, until, speed, seed, data, mqttPort, httpPort,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var quiet = parsed.GetValue(headless) || parsed.GetValue(json);
            var machines = parsed.GetValue(replay) is { } folder
                ? DemoFleet.Recordings(folder, parsed.GetValue(select), parsed.GetValue(nodes), parsed.GetValue(seed))
                : DemoFleet.Machines(parsed.GetValue(seed));
            var options = new DemoOptions(
                machines,
                parsed.GetValue(data),
                parsed.GetValue(mqttPort),
                parsed.GetValue(httpPort),
                parsed.GetValue(speed),
                parsed.GetValue(seed),
                Until.TryParse(parsed.GetValue(until) ?? (quiet ? "settled" : ""), out var given) ? given : null);
            return Run(options, quiet, parsed.GetValue(json), cancellation);
        });
        return command;
    }

    private static async Task<int> Run(DemoOptions options, bool quiet, bool json, CancellationToken cancellation)
    {
        await using var run = await DemoRun.StartAsync(options, cancellation);
        DemoStatus status;
        try
        {
            status = quiet ? await run.WatchAsync(_ => { }, cancellation) : await DemoScreen.WatchAsync(run, cancellation);
        }
        catch (OperationCanceledException) when (options.Until is null)
        {
            // A demo without an end ends by Ctrl-C: that is not a failure.
            return ExitCode.Success.Number;
        }

        if (json)
        {
            Output.Json(run.Report(status));
        }

        return (status.Settled ? ExitCode.Success : status.InSync ? ExitCode.NotSettled : ExitCode.NotInSync).Number;
    }

    private static void Require(System.CommandLine.Parsing.OptionResult result, bool holds, string sentence)
    {
        if (!holds)
        {
            result.AddError(sentence);
        }
    }
}
