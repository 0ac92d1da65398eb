using System.Text.Json;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.SensorNode.Simulator.Fleet;
using DeviceTwin.SensorNode.Simulator.Machines;

namespace DeviceTwin.Tests.SensorNode.Simulator.Fleet;

/// <summary>Many nodes in one process, in virtual time and paced by a clock that the test moves.</summary>
public class SimulatedFleetTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_others()
    {
        string[] first = Run(seed: 5);
        Assert.That(Run(seed: 5), Is.EqualTo(first));
        Assert.That(first.Distinct().Count(), Is.EqualTo(first.Length), "every node is another one");
        Assert.That(Run(seed: 6), Is.Not.EqualTo(first));
    }

    [Test]
    public void Nodes_read_their_twin_and_capture_in_the_default_rhythm()
    {
        using SimulatedFleet fleet = SimulatedFleet.InVirtualTime(1, Start);
        ScriptedHub hub = Add(fleet, "n1", MachineKind.Healthy);
        fleet.Advance(TimeSpan.FromSeconds(190));
        NodeStatus status = fleet.Snapshot().Single();
        Assert.That(status.Captures, Is.EqualTo(4), "0, 60, 120, 180 s after power-on");
        Assert.That((status.DeviceId, status.Machine, status.Label), Is.EqualTo(("n1", "healthy", "healthy")));
        Assert.That((status.Connected, status.TwinSettled, status.DesiredVersion), Is.EqualTo((true, true, 1)));
        Assert.That(status.Zone, Is.EqualTo("refused"));
        Assert.That(status.TemperatureCentiCelsius, Is.EqualTo(4100));
        Assert.That(hub.Telemetry, Is.Not.Empty);
        Assert.That(status.Telemetry, Is.EqualTo(hub.Telemetry.Count));
    }

    [Test]
    public void Telemetry_in_virtual_time_carries_virtual_UTC()
    {
        using SimulatedFleet fleet = SimulatedFleet.InVirtualTime(1, Start);
        ScriptedHub hub = Add(fleet, "n1", MachineKind.Healthy);
        fleet.Advance(TimeSpan.FromSeconds(130));
        using JsonDocument last = JsonDocument.Parse(hub.Telemetry[^1]);
        Assert.That(last.RootElement.GetProperty("t").GetInt64(), Is.InRange(Start.ToUnixTimeMilliseconds() + 120_000, Start.ToUnixTimeMilliseconds() + 130_000));
    }

    [Test]
    public void A_node_whose_power_is_cycled_starts_anew_with_its_files()
    {
        using SimulatedFleet fleet = SimulatedFleet.InVirtualTime(1, Start);
        MemoryFiles files = new();
        List<ScriptedHub> hubs = [];
        fleet.AddNode(new SimulatedNodeOptions
        {
            DeviceId = "n1",
            Machine = MachineFactory.Create(MachineKind.Healthy),
            Files = files,
            Session = _ =>
            {
                hubs.Add(new ScriptedHub());
                return hubs[^1];
            },
        });
        fleet.Advance(TimeSpan.FromSeconds(70));
        fleet.CyclePower("n1");
        fleet.Advance(TimeSpan.FromSeconds(10));
        NodeStatus status = fleet.Snapshot().Single();
        Assert.That((status.Starts, status.Captures, status.Connected), Is.EqualTo((2, 1, true)));
        Assert.That(hubs, Has.Count.EqualTo(2));
        Assert.That(files.Read("boots"), Is.EqualTo("2"u8.ToArray()), "the count of starts is in the files");
    }

    [Test]
    public void Desired_settings_change_the_rhythm_and_range_of_captures()
    {
        using SimulatedFleet fleet = SimulatedFleet.InVirtualTime(1, Start);
        Add(fleet, "n1", MachineKind.Healthy, "{\"sampling\":{\"captureIntervalSeconds\":5,\"accelerationRangeG\":2},\"$version\":3}");
        fleet.Advance(TimeSpan.FromSeconds(32));
        NodeStatus status = fleet.Snapshot().Single();
        Assert.That(status.Captures, Is.EqualTo(7).Within(1));
        Assert.That(status.DesiredVersion, Is.EqualTo(3));
    }

    [TestCase("esp32-s3-devkitc-1-n8r8", false, "iis3dwb")]
    [TestCase("esp32-devkitc-32e", true, "ism330dhcx")]
    public void A_node_may_be_a_board_of_the_catalogue_with_its_sensors_and_its_memory(string name, bool refuses, string sensor)
    {
        using SimulatedFleet fleet = SimulatedFleet.InVirtualTime(1, Start);
        ScriptedHub hub = new() { Desired = "{\"shadow\":{\"enabled\":true},\"$version\":2}" };
        fleet.AddNode(new SimulatedNodeOptions
        {
            DeviceId = "n1",
            Machine = MachineFactory.Create(MachineKind.Healthy),
            Board = BoardCatalogue.Named(name),
            Session = _ => hub,
        });
        fleet.Advance(TimeSpan.FromSeconds(70));
        string reports = string.Concat(hub.Reports);
        Assert.That(reports, Does.Contain($"\"board\":\"{name}\""));
        Assert.That(reports.Contains("notFitted", StringComparison.Ordinal), Is.EqualTo(refuses));
        Assert.That(fleet.Node("n1").Board.AccelerometerWord, Is.EqualTo(sensor));
        Assert.That(fleet.Snapshot().Single().Captures, Is.EqualTo(2));
    }

    [Test]
    public void Paced_schedule_time_runs_speed_times_as_fast_and_UTC_stays_with_the_wall_clock()
    {
        BusyTime time = new();
        using SimulatedFleet fleet = new(time, speed: 60);
        ScriptedHub hub = Add(fleet, "n1", MachineKind.Healthy);
        Pace(fleet, time, TimeSpan.FromSeconds(10));
        NodeStatus status = fleet.Snapshot().Single();
        Assert.That(status.Captures, Is.EqualTo(10).Within(1), "600 s of schedule time, one capture a minute");
        using JsonDocument last = JsonDocument.Parse(hub.Telemetry[^1]);
        long wallMs = last.RootElement.GetProperty("t").GetInt64() - BusyTime.Start.ToUnixTimeMilliseconds();
        Assert.That(wallMs, Is.InRange(8_000, 10_000));
    }

    [Test]
    public void A_fleet_that_is_woken_late_does_not_overrun_its_sensors()
    {
        BusyTime time = new();
        using SimulatedFleet fleet = new(time, speed: 1);
        ScriptedHub hub = Add(fleet, "n1", MachineKind.Healthy);
        for (int i = 0; i < 10; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(500));
            fleet.StepPaced();
        }

        Assert.That(fleet.Snapshot().Single().Captures, Is.EqualTo(1));
        Assert.That(hub.Telemetry[0], Does.Contain("\"overrun\":false"));
    }

    [Test]
    public void A_schedule_that_cannot_be_kept_slips_instead_of_being_run_after()
    {
        BusyTime time = new();
        using SimulatedFleet fleet = new(time, speed: 60);
        Add(fleet, "n1", MachineKind.Healthy);
        Pace(fleet, time, TimeSpan.FromSeconds(1));
        time.BusyPerLook = TimeSpan.FromMilliseconds(10);
        time.Advance(TimeSpan.FromHours(1));
        fleet.StepPaced();
        time.BusyPerLook = TimeSpan.Zero;
        Pace(fleet, time, TimeSpan.FromSeconds(2));
        Assert.That(fleet.Snapshot().Single().Captures, Is.LessThan(10), "an hour at speed 60 would be 3600");
    }

    [Test]
    public void A_paced_fleet_sleeps_while_nothing_is_due()
    {
        BusyTime time = new();
        using SimulatedFleet fleet = new(time, speed: 1);
        Assert.That(fleet.StepPaced(), Is.EqualTo(TimeSpan.FromMilliseconds(200)), "no node at all");
        Add(fleet, "n1", MachineKind.Healthy);
        int wakeUps = Pace(fleet, time, TimeSpan.FromSeconds(30));
        Assert.That(wakeUps, Is.LessThan(600), "1.25 s of bursts, then five looks a second");
    }

    [Test]
    public async Task A_paced_run_ends_quietly_when_it_is_cancelled()
    {
        using SimulatedFleet fleet = new(TimeProvider.System, speed: 60);
        Add(fleet, "n1", MachineKind.Healthy);
        using CancellationTokenSource stop = new();
        Task run = fleet.RunAsync(stop.Token);
        await stop.CancelAsync();
        await run;
        Assert.That(run.IsCompletedSuccessfully, Is.True);
    }

    [Test]
    public void The_two_ways_to_run_are_not_mixed()
    {
        using SimulatedFleet virtualFleet = SimulatedFleet.InVirtualTime(1, Start);
        using SimulatedFleet paced = new(new BusyTime());
        Assert.That(() => virtualFleet.RunAsync(CancellationToken.None), Throws.InvalidOperationException);
        Assert.That(() => paced.Advance(TimeSpan.FromSeconds(1)), Throws.InvalidOperationException);
        SimulatedNodeOptions options = new() { DeviceId = "n1", Machine = MachineFactory.Create(MachineKind.Healthy) };
        Assert.That(() => virtualFleet.AddNode(options), Throws.ArgumentException, "a real hub in virtual time");
        paced.AddNode(options);
        Assert.That(() => paced.AddNode(options), Throws.ArgumentException, "twice the same name");
    }

    private static string[] Run(long seed)
    {
        using SimulatedFleet fleet = SimulatedFleet.InVirtualTime(seed, Start);
        MachineKind[] kinds = [MachineKind.Healthy, MachineKind.Unbalance, MachineKind.OuterRace];
        ScriptedHub[] hubs = [.. kinds.Select(kind => Add(fleet, $"{kind}", kind))];
        fleet.Advance(TimeSpan.FromSeconds(130));
        Assert.That(hubs.Select(hub => hub.Telemetry.Count), Has.All.GreaterThan(2));
        return [.. hubs.Select(hub => hub.Hash)];
    }

    private static ScriptedHub Add(SimulatedFleet fleet, string id, MachineKind kind, string desired = "{\"$version\":1}")
    {
        ScriptedHub hub = new() { Desired = desired };
        fleet.AddNode(new SimulatedNodeOptions { DeviceId = id, Machine = MachineFactory.Create(kind), Session = _ => hub });
        return hub;
    }

    private static int Pace(SimulatedFleet fleet, BusyTime time, TimeSpan duration)
    {
        int wakeUps = 0;
        for (TimeSpan passed = TimeSpan.Zero; passed < duration; wakeUps++)
        {
            TimeSpan sleep = fleet.StepPaced();
            passed += sleep;
            time.Advance(sleep);
        }

        return wakeUps;
    }
}
