using DeviceTwin.SensorNode.Simulator.Fleet;
using DeviceTwin.SensorNode.Simulator.Machines;
using DeviceTwin.SensorNode.Supervision;
using DeviceTwin.Tests.SensorNode.Simulator.Link;
using FleetNodeStatus = DeviceTwin.SensorNode.Simulator.Fleet.NodeStatus;

namespace DeviceTwin.Tests.SensorNode.Simulator.Fleet;

/// <summary>A loop that hangs costs its bound, then the node starts anew and says why.</summary>
public sealed class HangTests
{
    [TestCase(true, false, "measureStalled")]
    [TestCase(false, true, "talkStalled")]
    [TestCase(true, true, "measureStalled")]
    public void AHangingLoopEndsInARecordedRestart(bool measure, bool talk, string cause)
    {
        StubSession hub = new();
        using SimulatedFleet fleet = SimulatedFleet.InVirtualTime(3, DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
        fleet.AddNode(new SimulatedNodeOptions
        {
            DeviceId = "n1",
            Machine = MachineFactory.Create(MachineKind.Healthy),
            Key = "bm9kZS1rZXktb2YtdGhpcnR5LXR3by1ieXRlcyEhISE=",
            CertificateAuthority = "-----BEGIN CERTIFICATE-----",
            Session = _ => hub,
        });
        fleet.Advance(TimeSpan.FromMinutes(1));
        fleet.Hang("n1", measure, talk);
        fleet.Advance(TimeSpan.FromMilliseconds(LoopWatch.MeasureBoundMs - 5000));
        Assert.That(Node(fleet).Starts, Is.EqualTo(1));
        fleet.Advance(TimeSpan.FromSeconds(60));

        Assert.That(Node(fleet).Starts, Is.EqualTo(2));
        Assert.That((string?)hub.Twin.Reported["resetCause"], Is.EqualTo(cause));
        int captures = Node(fleet).Captures;
        fleet.Advance(TimeSpan.FromMinutes(3));
        Assert.That(Node(fleet).Captures, Is.GreaterThan(captures), "it measures again");
    }

    [Test]
    public void ANodeThatLivesIsLeftAlone()
    {
        using SimulatedFleet fleet = SimulatedFleet.InVirtualTime(3, DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
        StubSession hub = new();
        hub.Desire("""{"sampling":{"captureIntervalSeconds":3600}}""");
        fleet.AddNode(new SimulatedNodeOptions
        {
            DeviceId = "n1",
            Machine = MachineFactory.Create(MachineKind.Healthy),
            Key = "bm9kZS1rZXktb2YtdGhpcnR5LXR3by1ieXRlcyEhISE=",
            CertificateAuthority = "-----BEGIN CERTIFICATE-----",
            Session = _ => hub,
        });
        fleet.Advance(TimeSpan.FromHours(4));

        Assert.That(Node(fleet).Starts, Is.EqualTo(1));
    }

    private static FleetNodeStatus Node(SimulatedFleet fleet) => fleet.Snapshot()[0];
}
