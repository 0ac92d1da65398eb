using System.CommandLine;
using DeviceTwin.Cli.Demo;
using DeviceTwin.SensorNode.Simulator.Machines;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin demo</c>: a hub, simulated nodes and something to watch, with one command.</summary>
internal static class DemoCommand
{
    private const int NodesUnlessTold = 12;
    private const double DefaultSpeed = 10;

    public static Command Create(string name, string description)
    {
        var replay = new Option<DirectoryInfo?>("--replay") { HelpName = "DIR", Description = "Bolt the nodes to the recordings of this folder (with an index.json)." };
        var select = new Option<string?>("--select") { HelpName = "GLOB", Description = "Only recordings whose file fits this pattern (* and ?)." };
        var nodes = NumberOption.Whole("--nodes", "At most so many recordings, in turn over the faults.", NodesUnlessTold, 1, 200);
        var headless = new Option<bool>("--headless") { Description = "No screen. Ends by itself: --until settled unless told." };
        var until = new Option<string?>("--until") { HelpName = "TIME", Description = "'settled', or a wall-clock time such as 90s or 5m." };
        var speed = NumberOption.Real("--speed", "Machine and schedule time run so many times as fast.", DefaultSpeed, 0.1, 100);
        var seed = NumberOption.Whole("--seed", "Seed of machines and choices.", 1, 0, int.MaxValue);
        var data = new Option<DirectoryInfo?>("--data") { HelpName = "DIR", Description = "Keep the hub's data in this folder; otherwise nothing is left behind." };
        var mqttPort = NumberOption.Whole("--mqtt-port", "Port for devices; 0 = any free one.", 0, 0, 65535);
        var httpPort = NumberOption.Whole("--http-port", "Port of the dashboard; 0 = any free one.", 0, 0, 65535);
        until.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && !Until.TryParse(text, out _))
            {
                result.AddError($"--until takes 'settled' or a time such as 90s, 5m or 1h, not '{text}'.");
            }
        });

        select.Validators.Add(result =>
        {
            if (result.GetResult(replay) is null)
            {
                result.AddError("--select chooses among recordings: give their folder with --replay.");
            }
        });

        var command = new Command(name, description)
        {
            replay, select, nodes, headless, until, speed, seed, data, mqttPort, httpPort,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var quiet = parsed.GetValue(headless) || CommonOptions.Json(parsed);
            var machines = parsed.GetValue(replay) is { } folder
                ? DemoFleet.Recordings(folder, parsed.GetValue(select), parsed.GetValue(nodes), parsed.GetValue(seed))
                : DemoFleet.Machines(parsed.GetValue(seed));
            foreach (var node in machines)
            {
                if (node.Machine is RefusedRecording refused)
                {
                    Talk.Say($"{node.Id} will refuse: {refused.Reason}");
                }
            }

            var options = new DemoOptions(
                machines,
                parsed.GetValue(data),
                parsed.GetValue(mqttPort),
                parsed.GetValue(httpPort),
                parsed.GetValue(speed),
                parsed.GetValue(seed),
                Until.TryParse(parsed.GetValue(until) ?? (quiet ? "settled" : ""), out var given) ? given : null);
            return Run(options, quiet, CommonOptions.Json(parsed), cancellation);
        });
        return command;
    }

    private static async Task<int> Run(DemoOptions options, bool quiet, bool json, CancellationToken cancellation)
    {
        await using var run = await DemoRun.StartAsync(options, cancellation);
        if (quiet)
        {
            Talk.Say($"dashboard at {run.Dashboard}");
        }

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
        else if (quiet)
        {
            Screen.Output.Write(DemoScreen.ToTable(status, Screen.Output.Profile.Width));
        }

        if (status.Settled)
        {
            return ExitCode.Success.Number;
        }

        var missed = status.InSync ? ExitCode.NotSettled : ExitCode.NotInSync;
        return CommandRunner.Fail(missed, missed.Meaning);
    }
}
