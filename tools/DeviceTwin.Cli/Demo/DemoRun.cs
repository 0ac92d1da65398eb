using System.Diagnostics;
using System.Text.Json.Nodes;
using DeviceTwin.Cli.Hub;
using DeviceTwin.SensorNode.Simulator.Fleet;

namespace DeviceTwin.Cli.Demo;

/// <summary>
/// One demo from start to end: a hub of its own, nodes on machines, one desired change on the way. Whatever happens, disposing it stops the
/// hub and removes what it made.
/// </summary>
internal sealed class DemoRun : IAsyncDisposable
{
    private const string ConfigurationId = "demo";
    private const int CaptureIntervalSeconds = 10;
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);

    private readonly DemoOptions options;
    private readonly DirectoryInfo data;
    private readonly Stopwatch stopwatch = Stopwatch.StartNew();
    private readonly CancellationTokenSource stop = new();
    private HubProcess? hub;
    private HubClient? client;
    private SimulatedFleet? fleet;
    private Task running = Task.CompletedTask;
    private DesiredChange? change;
    private DemoReportChange? changed;

    private DemoRun(DemoOptions options)
    {
        this.options = options;
        data = options.DataFolder ?? Directory.CreateTempSubdirectory("devicetwin-demo-");
    }

    /// <summary>The dashboard's address.</summary>
    public Uri Dashboard => hub!.Ready.HttpUrl;

    /// <summary>Starts hub and nodes.</summary>
    /// <exception cref="CommandFailedException">The data folder cannot be made, or the hub did not start or refused the fleet.</exception>
    public static async Task<DemoRun> StartAsync(DemoOptions options, CancellationToken cancellation)
    {
        var run = new DemoRun(options);
        try
        {
            await run.Start(cancellation);
            return run;
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs until the options say so, and hands each look at the fleet to <paramref name="show"/>.</summary>
    /// <returns>The last look.</returns>
    /// <exception cref="CommandFailedException">The hub stopped.</exception>
    public async Task<DemoStatus> WatchAsync(Action<DemoStatus> show, CancellationToken cancellation)
    {
        using var look = new PeriodicTimer(LookInterval);
        while (true)
        {
            var status = await LookAtLivingHub(cancellation);
            show(status);
            if (options.Until is { } until && ((until.Settled && status.Settled) || stopwatch.Elapsed >= until.Limit))
            {
                return status;
            }

            await look.WaitForNextTickAsync(cancellation);
            if (running.IsFaulted)
            {
                await running;
            }
        }
    }

    public DemoReport Report(DemoStatus status) => new(
        DemoReport.CurrentSchemaVersion,
        status.Settled,
        status.Nodes,
        status.DesiredChange,
        status.Totals,
        Math.Round(stopwatch.Elapsed.TotalSeconds, 1),
        options.Speed,
        options.Seed);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running.ContinueWith(_ => { }, TaskScheduler.Default);
        fleet?.Dispose();
        client?.Dispose();
        if (hub is not null)
        {
            await hub.DisposeAsync();
        }

        if (options.DataFolder is null && data.Exists)
        {
            data.Delete(recursive: true);
        }

        stop.Dispose();
    }

    private async Task Start(CancellationToken cancellation)
    {
        MakeDataFolder();
        hub = await HubProcess.StartAsync(data.FullName, options.MqttPort, options.HttpPort, cancellation);
        client = new HubClient(hub.Ready.HttpUrl, token: null);
        fleet = new SimulatedFleet(TimeProvider.System, options.Speed, options.Seed);
        var certificateAuthority = await File.ReadAllTextAsync(hub.Ready.CaFile, cancellation);
        foreach (var node in options.Nodes)
        {
            fleet.AddNode(new SimulatedNodeOptions
            {
                DeviceId = node.Id,
                Machine = node.Machine,
                HubHost = hub.Ready.HostName,
                HubPort = hub.Ready.MqttPort,
                Key = await Enrol(node, cancellation),
                CertificateAuthority = certificateAuthority,
            });
        }

        await client.PutConfiguration(Pace(), cancellation);
        running = fleet.RunAsync(stop.Token);
    }

    private void MakeDataFolder()
    {
        try
        {
            data.Create();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.DataFolderUnusable, $"{data.FullName} cannot be used as data folder: {problem.Message.TrimEnd('.')}.");
        }
    }

    /// <summary>Creates the device, or takes over one that an earlier demo left in the data folder.</summary>
    private async Task<string> Enrol(DemoNode node, CancellationToken cancellation)
    {
        var identity = await client!.FindDevice(node.Id, cancellation) ?? await client.CreateDevice(node.Id, cancellation);
        await client.PatchTwin(
            node.Id,
            new JsonObject { ["tags"] = node.Tags(), ["properties"] = new JsonObject { ["desired"] = node.Desired() } },
            cancellation);
        return (string)identity["authentication"]!["symmetricKey"]!["primaryKey"]!;
    }

    /// <summary>What all nodes share: captures often enough to watch. An automatic configuration, as a plant would do it.</summary>
    private static JsonObject Pace() => new()
    {
        ["id"] = ConfigurationId,
        ["schemaVersion"] = "1.0",
        ["targetCondition"] = "*",
        ["priority"] = 10,
        ["content"] = new JsonObject
        {
            ["deviceContent"] = new JsonObject
            {
                ["properties.desired.sampling.captureIntervalSeconds"] = CaptureIntervalSeconds,
                ["properties.desired.sampling.temperatureIntervalSeconds"] = CaptureIntervalSeconds,
                ["properties.desired.reporting.telemetryIntervalSeconds"] = CaptureIntervalSeconds,
            },
        },
    };

    /// <summary>What looks like a hub out of reach may be one that has just died.</summary>
    private async Task<DemoStatus> LookAtLivingHub(CancellationToken cancellation)
    {
        try
        {
            return await Look(cancellation);
        }
        catch (CommandFailedException failure) when (failure.Code == ExitCode.HubNotReachable && hub!.HasExited)
        {
            Console.Error.WriteLine(hub.Tail);
            throw new CommandFailedException(ExitCode.HubStopped, ExitCode.HubStopped.Meaning);
        }
    }

    private async Task<DemoStatus> Look(CancellationToken cancellation)
    {
        var twins = (await client!.GetFleet(cancellation)).ToDictionary(node => node.DeviceId);
        var nodes = fleet!.Snapshot().ToDictionary(node => node.DeviceId);
        var rows = options.Nodes.Select(node => Row(node, twins.GetValueOrDefault(node.Id) ?? throw Deleted(node), nodes[node.Id])).ToList();
        await ChangeOneSetting(rows, cancellation);
        var totals = await client.GetTotals(cancellation);
        return new DemoStatus(rows, changed, new DemoReportTotals(totals.Telemetry, totals.ReportedPatches, totals.DesiredPatches));
    }

    private static CommandFailedException Deleted(DemoNode node) => new(ExitCode.HubRefused, $"The hub no longer knows {node.Id}: somebody has deleted it.");

    private static DemoReportNode Row(DemoNode node, FleetNode twin, NodeStatus status) => new(
        node.Id,
        node.Machine.Name,
        node.Machine.Label,
        node.Recording,
        status.Verdict,
        status.Zone,
        twin.DesiredVersion,
        twin.ReportedVersion,
        twin.State,
        twin.State == "InSync",
        twin.Connected,
        status.Alarms,
        status.Captures,
        status.SameVerdictRun);

    /// <summary>Once the first node is in sync and has judged its machine, its temperature limit is lowered and the acknowledgement awaited.</summary>
    private async Task ChangeOneSetting(IReadOnlyList<DemoReportNode> rows, CancellationToken cancellation)
    {
        var first = rows[0];
        if (change is null && first is { InSync: true, Captures: > 0 })
        {
            change = new DesiredChange(first.Id, "detection.temperatureLimitCentiCelsius", 7500);
            var written = await change.Apply(client!, TimeSpan.Zero, TimeProvider.System, cancellation);
            changed = new DemoReportChange(first.Id, written.Path, written.Version, Acknowledged: false);
        }
        else if (change is not null && changed is { Acknowledged: false })
        {
            var look = await change.Look(client!, changed.Version, cancellation);
            changed = changed with { Acknowledged = look.State == "InSync" };
        }
    }
}
