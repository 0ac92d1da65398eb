using System.Text.Json.Nodes;
using DeviceTwin.SensorNode.Simulator.Fleet;
using DeviceTwin.SensorNode.Simulator.Machines;
using DeviceTwin.Tests.EndToEnd.World;

namespace DeviceTwin.Tests.EndToEnd;

/// <summary>
/// Nodes measure for hours of schedule time while their hub is killed now and then: afterwards each alarm stands in the hub's book exactly once, and each
/// number the hub misses is a drop that the node counted.
/// </summary>
public sealed class DayTests
{
    private static readonly MachineKind[] Faults = [MachineKind.Unbalance, MachineKind.Misalignment, MachineKind.Looseness];

    /// <summary>A node that lost its hub may wait two minutes before it tries again, and has a backlog then.</summary>
    private static readonly TimeSpan Rested = TimeSpan.FromMinutes(5);

    [Test]
    public Task A_piece_of_a_day_of_two_nodes_loses_nothing_uncounted() => Run(nodes: 2, captures: 24, outages: 1, speed: 600);

    /// <summary>Minutes: 1440 captures of a minute are a day. By hand with <c>-- NUnit.ExplicitMode=Relaxed</c>.</summary>
    [Test, Explicit("24 hours of six nodes")]
    public Task A_day_of_six_nodes_loses_nothing_uncounted() => Run(nodes: 6, captures: 1440, outages: 8, speed: 400);

    private static async Task Run(int nodes, int captures, int outages, double speed)
    {
        // Captures come faster than on a machine, and so must confirmations: what the hub's delay would hold up is not what a day is about.
        await using var hub = await HubUnderTest.Start("--nano-puback-delay", "0");
        using var stop = new CancellationTokenSource();
        using var fleet = new SimulatedFleet(TimeProvider.System, speed, 1);
        string[] ids = [.. Enumerable.Range(1, nodes).Select(number => $"day-{number}")];
        var machines = new SwitchedMachine[nodes];
        var witnesses = new AlarmWitness[nodes];
        for (var index = 0; index < nodes; index++)
        {
            machines[index] = new SwitchedMachine(MachineKind.Healthy, (ulong)index);
            witnesses[index] = new AlarmWitness(() => 0);
            await Add(hub, fleet, ids[index], machines[index]);
            fleet.Node(ids[index]).Measured = witnesses[index].Measured;
        }

        var running = fleet.RunAsync(stop.Token);
        for (var outage = 0; outage < outages; outage++)
        {
            await Until(() => fleet.Snapshot().All(node => node.Connected));
            await Captures(fleet, ((2 * outage) + 1) * captures / (2 * outages));
            Switch(machines, outage, isFault: true);
            await hub.Kill();
            await Captures(fleet, fleet.Snapshot().Min(node => node.Captures) + (captures / (4 * outages)));
            Switch(machines, outage, isFault: false);
            await Captures(fleet, fleet.Snapshot().Min(node => node.Captures) + (captures / (8 * outages)));
            Switch(machines, outage + 1, isFault: true);
            await hub.Restart();
            await Captures(fleet, 2 * (outage + 1) * captures / (2 * outages));
            Switch(machines, outage, isFault: false);
        }

        // From now on there is little to say, and all of it can be said.
        foreach (var id in ids)
        {
            await hub.PatchDesired(id, new() { ["sampling"] = new JsonObject { ["captureIntervalSeconds"] = 3600 }, ["reporting"] = new JsonObject { ["telemetryIntervalSeconds"] = 3600 } });
        }

        var rest = await hub.Eventually(() => Rest(hub, fleet, ids), state => state.AsArray().Count == 0, "rest with every number accounted for", Rested);
        await stop.CancelAsync();
        await running;
        for (var index = 0; index < nodes; index++)
        {
            var expected = witnesses[index].Events.Select(alarm => alarm.Key.Split(' ')).GroupBy(alarm => alarm[0], alarm => alarm[1])
                .ToDictionary(alarm => alarm.Key, alarm => string.Join(' ', alarm));
            var found = await Alarms(hub, ids[index]);
            Assert.That(found, Is.EquivalentTo(expected), ids[index]);
            Assert.That(found, Is.Not.Empty);
        }

        var statuses = fleet.Snapshot();
        TestContext.Out.WriteLine(
            $"{statuses.Sum(node => node.Captures)} captures, {statuses.Sum(node => node.Made)} messages, {statuses.Sum(node => node.Dropped)} dropped and counted, "
            + $"{witnesses.Sum(witness => witness.Events.Count)} alarm messages, {statuses.Sum(node => node.Reconnects)} reconnections");
        Assert.That(rest.AsArray(), Is.Empty);
    }

    private static async Task Add(HubUnderTest hub, SimulatedFleet fleet, string id, SwitchedMachine machine)
    {
        var key = await hub.CreateDevice(id);
        await hub.PatchDesired(id, new()
        {
            ["sampling"] = new JsonObject { ["captureIntervalSeconds"] = 60 },
            ["reporting"] = new JsonObject { ["telemetryIntervalSeconds"] = 60 },
            ["detection"] = new JsonObject { ["velocityTripDelaySeconds"] = 0, ["velocityResetDelaySeconds"] = 0 },
            ["machine"] = new JsonObject { ["shaftSpeedMilliHertz"] = machine.ShaftSpeedMilliHertz },
        });
        fleet.AddNode(new SimulatedNodeOptions
        {
            DeviceId = id,
            Machine = machine,
            HubHost = hub.HostName,
            HubPort = hub.MqttPort,
            Key = key,
            CertificateAuthority = await File.ReadAllTextAsync(hub.CaFile),
        });
    }

    private static void Switch(SwitchedMachine[] machines, int from, bool isFault)
    {
        for (var index = 0; index < machines.Length; index++)
        {
            machines[index].Become(isFault ? Faults[(from + index) % Faults.Length] : MachineKind.Healthy);
        }
    }

    private static Task Captures(SimulatedFleet fleet, int least) => Until(() => fleet.Snapshot().Min(node => node.Captures) >= least);

    private static async Task Until(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!holds())
        {
            await tick.WaitForNextTickAsync(patience.Token);
        }
    }

    /// <summary>The nodes of which hub and node do not tell the same yet.</summary>
    private static async Task<JsonNode> Rest(HubUnderTest hub, SimulatedFleet fleet, string[] ids)
    {
        var open = new JsonArray();
        foreach (var id in ids)
        {
            var sequence = await hub.Send(HttpMethod.Get, $"api/v1/devices/{id}/sequence", null);
            var node = fleet.Snapshot().Single(status => status.DeviceId == id);
            var boot = sequence["boots"]!.AsArray().FirstOrDefault(entry => (string?)entry!["bootId"] == node.BootId);
            var lost = boot is null ? -1 : (long)boot["missing"]! + (long)boot["givenUp"]! - (long)boot["unsure"]!;

            // A hub that is killed may have had the message whose confirmation never came: where the node drops that one later, it counts what was not lost.
            var isCounted = boot is not null && lost <= node.Dropped && node.Dropped - lost <= node.Reconnects;
            if (boot is null || (long)boot["newest"]! != node.Made || !isCounted || node.Waiting > 0)
            {
                open.Add((JsonNode)new JsonObject
                {
                    ["node"] = id,
                    ["made"] = node.Made,
                    ["dropped"] = node.Dropped,
                    ["waiting"] = node.Waiting,
                    ["lost"] = lost,
                    ["hub"] = boot?.DeepClone(),
                });
            }
        }

        return open;
    }

    /// <summary>The alarm book of a device: the node's id of each alarm, and what happened to it.</summary>
    private static async Task<Dictionary<string, string>> Alarms(HubUnderTest hub, string id)
    {
        var book = new Dictionary<string, string>();
        string? continuation = null;
        do
        {
            var page = await hub.Send(HttpMethod.Get, $"api/v1/alarms?device={id}&limit=100{(continuation is null ? "" : $"&continuation={Uri.EscapeDataString(continuation)}")}", null);
            foreach (var alarm in page["alarms"]!.AsArray())
            {
                // An id that comes twice would throw here.
                book.Add(((string)alarm!["id"]!).Split('~')[1], (string?)alarm["state"] == "cleared" ? "raised cleared" : "raised");
            }

            continuation = (string?)page["continuation"];
        }
        while (continuation is not null);
        return book;
    }
}
