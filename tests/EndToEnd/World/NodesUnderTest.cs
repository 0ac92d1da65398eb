using DeviceTwin.SensorNode.Simulator.Fleet;
using DeviceTwin.SensorNode.Simulator.Machines;

namespace DeviceTwin.Tests.EndToEnd.World;

/// <summary>Simulated nodes in this process, connected to a hub in another one over real TLS.</summary>
internal sealed class NodesUnderTest : IAsyncDisposable
{
    private const double Speed = 20;

    private readonly CancellationTokenSource stop = new();
    private readonly SimulatedFleet fleet;
    private Task running = Task.CompletedTask;

    private NodesUnderTest() => fleet = new SimulatedFleet(TimeProvider.System, Speed, 1);

    /// <summary>Creates a device for each machine, tells it what the plant knows of the machine, and starts the nodes.</summary>
    public static async Task<NodesUnderTest> Start(HubUnderTest hub, params (string Id, IMachine Machine)[] machines)
    {
        var nodes = new NodesUnderTest();
        foreach (var (id, machine) in machines)
        {
            var key = await hub.CreateDevice(id);
            await hub.PatchTags(id, new() { ["machine"] = machine.Name, ["line"] = "test" });
            await hub.PatchDesired(id, new()
            {
                ["sampling"] = new System.Text.Json.Nodes.JsonObject { ["captureIntervalSeconds"] = 5 },
                ["reporting"] = new System.Text.Json.Nodes.JsonObject { ["telemetryIntervalSeconds"] = 5 },
                ["machine"] = new System.Text.Json.Nodes.JsonObject
                {
                    ["shaftSpeedMilliHertz"] = machine.ShaftSpeedMilliHertz,
                    ["bpfoMilliOrders"] = machine.Orders.BpfoMilli,
                    ["bpfiMilliOrders"] = machine.Orders.BpfiMilli,
                    ["bsfMilliOrders"] = machine.Orders.BsfMilli,
                    ["ftfMilliOrders"] = machine.Orders.FtfMilli,
                },
            });
            nodes.fleet.AddNode(new SimulatedNodeOptions
            {
                DeviceId = id,
                Machine = machine,
                HubHost = hub.HostName,
                HubPort = hub.MqttPort,
                Key = key,
                CertificateAuthority = await File.ReadAllTextAsync(hub.CaFile),
            });
        }

        nodes.running = nodes.fleet.RunAsync(nodes.stop.Token);
        return nodes;
    }

    public IReadOnlyList<NodeStatus> Snapshot() => fleet.Snapshot();

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running.ContinueWith(_ => { }, TaskScheduler.Default);
        fleet.Dispose();
        stop.Dispose();
    }
}
