using System.Text.Json.Nodes;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Simulator.Fleet;
using DeviceTwin.SensorNode.Simulator.Machines;

namespace DeviceTwin.Tests.EndToEnd.World;

/// <summary>How large a plant is, and how fast.</summary>
/// <param name="Nodes">In all; half of the pumps and half of the fans stand on each of two lines.</param>
/// <param name="Pumps">Of these with the larger board; the others are fans with the board that has no memory for a shadow or a forest.</param>
/// <param name="Away">Of these without power until somebody switches them on.</param>
/// <param name="Speed">How much faster than the clock nodes measure.</param>
/// <param name="CaptureSeconds">In the nodes' time.</param>
internal sealed record PlantSize(int Nodes, int Pumps, int Away, double Speed, int CaptureSeconds);

/// <summary>A hub in a process of its own, and nodes with the firmware's own source in this one, over TLS through a network that fails.</summary>
internal sealed class PlantUnderTest : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly SimulatedFleet fleet;
    private readonly Dictionary<string, SimulatedNodeOptions> without = new(StringComparer.Ordinal);
    private Task running = Task.CompletedTask;

    private PlantUnderTest(HubUnderTest hub, FaultyNetwork network, PlantSize size, int seed) =>
        (Hub, Network, Size, fleet) = (hub, network, size, new SimulatedFleet(TimeProvider.System, size.Speed, seed));

    public HubUnderTest Hub { get; }

    public FaultyNetwork Network { get; }

    public PlantSize Size { get; }

    /// <summary>All devices, in the order of their names.</summary>
    public IReadOnlyList<string> Ids { get; private set; } = [];

    /// <summary>Those that have no power yet.</summary>
    public IReadOnlyCollection<string> Away => without.Keys;

    public static async Task<PlantUnderTest> Start(PlantSize size, Faults faults, int seed)
    {
        var hub = await HubUnderTest.Start("--rollout-look", "1", "--rollout-settle", "5");
        var plant = new PlantUnderTest(hub, new FaultyNetwork(hub.MqttPort, faults, seed), size, seed)
        {
            Ids = [.. Enumerable.Range(0, size.Nodes).Select(number => $"n{number:000}")],
        };
        var authority = await File.ReadAllTextAsync(hub.CaFile);

        // Whoever has power is told by the hub how to measure, like everything else.
        await plant.PutConfiguration("rhythm", new()
        {
            ["sampling.captureIntervalSeconds"] = size.CaptureSeconds,
            ["sampling.temperatureIntervalSeconds"] = size.CaptureSeconds,
            ["reporting.telemetryIntervalSeconds"] = size.CaptureSeconds,
            ["reporting.spectrumEveryCaptures"] = 1000,
            ["machine.shaftSpeedMilliHertz"] = 29500,
        });
        await Parallel.ForEachAsync(plant.Ids.Index(), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (entry, _) =>
        {
            var (index, id) = entry;
            var isPump = index < size.Pumps;
            var options = new SimulatedNodeOptions
            {
                DeviceId = id,
                Machine = MachineFactory.Create(MachineKind.Healthy, (ulong)index),
                Board = isPump ? Esp32S3DevKitC1.Describe() : Esp32DevKitC32E.Describe(),
                HubHost = hub.HostName,
                HubPort = plant.Network.Port,
                Key = await hub.CreateDevice(id),
                CertificateAuthority = authority,
            };
            await hub.PatchTags(id, new() { ["machineClass"] = isPump ? "pump" : "fan", ["line"] = $"L{index % 2}" });
            if (index >= size.Nodes - size.Away)
            {
                lock (plant.without)
                {
                    plant.without.Add(id, options);
                }
            }
            else
            {
                plant.fleet.AddNode(options);
            }
        });
        plant.running = plant.fleet.RunAsync(plant.stop.Token);
        await plant.Until(node => (bool)node["connected"]! && (string?)node["state"] == "InSync" && node["lastTelemetryAt"] is not null, plant.Ids.Except(plant.Away), "measure and be in sync");
        return plant;
    }

    public void SwitchOn(string id)
    {
        without.Remove(id, out var options);
        fleet.AddNode(options!);
    }

    public IReadOnlyList<NodeStatus> Snapshot() => fleet.Snapshot();

    /// <summary>A configuration of all devices.</summary>
    public Task PutConfiguration(string id, JsonObject settings, int priority = 10) => Hub.Send(HttpMethod.Put, $"configurations/{id}?api-version=2021-04-12", new JsonObject
    {
        ["targetCondition"] = "*",
        ["priority"] = priority,
        ["content"] = new JsonObject
        {
            ["deviceContent"] = new JsonObject(settings.Select(setting => KeyValuePair.Create("properties.desired." + setting.Key, setting.Value?.DeepClone()))),
        },
    });

    /// <summary>Waits for these nodes, as the hub sees them.</summary>
    public Task Until(Func<JsonNode, bool> holds, IEnumerable<string> ids, string what)
    {
        var wanted = ids.ToHashSet(StringComparer.Ordinal);
        return Hub.Eventually(
            async () => new JsonArray([.. (await Hub.Send(HttpMethod.Get, "api/v1/fleet", null)).AsArray().Where(node => wanted.Contains((string)node!["deviceId"]!) && !holds(node)).Select(node => node!.DeepClone())]),
            open => open.AsArray().Count == 0,
            $"that all {wanted.Count} nodes {what}",
            TimeSpan.FromMinutes(5));
    }

    /// <summary>What stands at a path of each device's desired properties; null where nothing does.</summary>
    public async Task<SortedDictionary<string, string?>> Desired(string path)
    {
        var values = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        foreach (var id in Ids)
        {
            JsonNode? node = (await Hub.GetTwin(id))["properties"]!["desired"];
            foreach (var name in path.Split('.'))
            {
                node = node?[name];
            }

            values.Add(id, node?.ToJsonString());
        }

        return values;
    }

    /// <summary>Every write of this path in the feed: who wrote what to whom, in order.</summary>
    public async Task<List<(string Device, string? Value, string Author)>> Writes(string path)
    {
        var writes = new List<(string, string?, string)>();
        for (long after = 0; ;)
        {
            var page = await Hub.Send(HttpMethod.Get, $"api/v1/changes?section=desired&after={after}&limit=1000", null);
            var changes = page["changes"]!.AsArray();
            if (changes.Count == 0)
            {
                return writes;
            }

            foreach (var change in changes)
            {
                after = (long)change!["sequence"]!;
                writes.AddRange(change["diff"]!.AsArray().Where(difference => (string?)difference!["path"] == path)
                    .Select(difference => ((string)change["deviceId"]!, difference!["to"]?.ToJsonString(), (string)change["author"]!)));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running.ContinueWith(_ => { }, TaskScheduler.Default);
        fleet.Dispose();
        await Network.DisposeAsync();
        await Hub.DisposeAsync();
        stop.Dispose();
    }
}
