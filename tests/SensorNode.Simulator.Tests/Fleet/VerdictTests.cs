using DeviceTwin.SensorNode.Recordings;
using DeviceTwin.SensorNode.Simulator.Fleet;
using DeviceTwin.SensorNode.Simulator.Machines;

namespace DeviceTwin.Tests.SensorNode.Simulator.Fleet;

/// <summary>The whole walk of a sample: machine, sensor, driver, capture, detector, verdict.</summary>
public class VerdictTests
{
    [TestCase(MachineKind.Healthy, "normal")]
    [TestCase(MachineKind.Unbalance, "unbalance")]
    [TestCase(MachineKind.Misalignment, "misalignment")]
    [TestCase(MachineKind.Looseness, "looseness")]
    [TestCase(MachineKind.OuterRace, "outer")]
    [TestCase(MachineKind.InnerRace, "inner")]
    [TestCase(MachineKind.Ball, "ball")]
    [TestCase(MachineKind.Standing, "notRunning")]
    public void A_node_says_what_is_the_matter_with_its_machine(MachineKind kind, string verdict)
    {
        using SimulatedFleet fleet = SimulatedFleet.InVirtualTime(3, BusyTime.Start);
        for (ulong seed = 1; seed <= 2; seed++)
        {
            Add(fleet, $"n{seed}", MachineFactory.Create(kind, seed));
        }

        fleet.Advance(TimeSpan.FromSeconds(45));
        foreach (NodeStatus status in fleet.Snapshot())
        {
            TestContext.Out.WriteLine($"{status.DeviceId} {status.Verdict} {status.SameVerdictRun}/{status.Captures} {status.VelocityUmPerSecond} um/s");
            Assert.That(status.Verdict, Is.EqualTo(verdict), status.DeviceId);
            Assert.That(status.SameVerdictRun, Is.GreaterThanOrEqualTo(3), status.DeviceId);
        }
    }

    [Test]
    public void An_overheating_motor_is_normal_at_first_and_then_hot()
    {
        using SimulatedFleet fleet = SimulatedFleet.InVirtualTime(3, BusyTime.Start);
        Add(fleet, "n1", MachineFactory.Create(MachineKind.Overheating), 60);
        fleet.Advance(TimeSpan.FromSeconds(60));
        Assert.That(fleet.Snapshot().Single().Verdict, Is.EqualTo("normal"));
        fleet.Advance(TimeSpan.FromSeconds(900));
        Assert.That(fleet.Snapshot().Single().Verdict, Is.EqualTo("hot"));
    }

    [Test]
    public void A_degrading_bearing_is_normal_at_first_and_then_an_outer_race_defect()
    {
        using SimulatedFleet fleet = SimulatedFleet.InVirtualTime(3, BusyTime.Start);
        Add(fleet, "n1", MachineFactory.Create(new MachineOptions { Kind = MachineKind.Degrading, DegradesWithinSeconds = 400 }), 25);
        fleet.Advance(TimeSpan.FromSeconds(100));
        Assert.That(fleet.Snapshot().Single().Verdict, Is.EqualTo("normal"));
        fleet.Advance(TimeSpan.FromSeconds(350));
        Assert.That(fleet.Snapshot().Single().Verdict, Is.EqualTo("outer"));
    }

    [Test]
    public void A_machine_whose_speed_nobody_set_gets_a_velocity_verdict_only()
    {
        using SimulatedFleet fleet = SimulatedFleet.InVirtualTime(3, BusyTime.Start);
        Add(fleet, "n1", MachineFactory.Create(new MachineOptions { Kind = MachineKind.OuterRace, DataKnown = false }));
        fleet.Advance(TimeSpan.FromSeconds(30));
        Assert.That(fleet.Snapshot().Single().Verdict, Is.EqualTo("normal"), "no order is asked for, so none is refused");
    }

    [TestCase(MachineKind.Healthy, "A")]
    [TestCase(MachineKind.Unbalance, "D")]
    [TestCase(MachineKind.Standing, "refused")]
    public void A_declared_machine_has_a_zone_while_it_runs(MachineKind kind, string zone)
    {
        using SimulatedFleet fleet = SimulatedFleet.InVirtualTime(3, BusyTime.Start);
        Add(fleet, "n1", MachineFactory.Create(kind));
        fleet.Advance(TimeSpan.FromSeconds(25));
        Assert.That(fleet.Snapshot().Single().Zone, Is.EqualTo(zone));
    }

    private static void Add(SimulatedFleet fleet, string id, IMachine machine, int captureSeconds = 10)
    {
        BearingOrders orders = machine.Orders;
        string desired = $$"""
            {"sampling":{"captureIntervalSeconds":{{captureSeconds}},"temperatureIntervalSeconds":10},
             "machine":{"shaftSpeedMilliHertz":{{machine.ShaftSpeedMilliHertz}},"bpfoMilliOrders":{{orders.BpfoMilli}},
             "bpfiMilliOrders":{{orders.BpfiMilli}},"bsfMilliOrders":{{orders.BsfMilli}},"ftfMilliOrders":{{orders.FtfMilli}},
             "isoGroup":2,"isoSupport":1,"ratedPowerWatts":55000,"shaftHeightMillimetres":225,"mounting":1},
             "detection":{"runningLimitMilliG":12},"$version":2}
            """;
        fleet.AddNode(new SimulatedNodeOptions { DeviceId = id, Machine = machine, Session = _ => new ScriptedHub { Desired = desired } });
    }
}
