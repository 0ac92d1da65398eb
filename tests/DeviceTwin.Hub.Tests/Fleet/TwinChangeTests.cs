using DeviceTwin.Hub;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>A twin changes through the fleet: versions, ETags, events, and what a restart brings back.</summary>
public sealed class TwinChangeTests
{
    [Test]
    public async Task A_desired_change_reaches_the_node_and_comes_back_acknowledged()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("press-1");
        await fixture.Fleet.SetConnected("press-1", "c1", "dtmi:com:devicetwin:vibrationNode;1", CancellationToken.None);
        var twin = await fixture.Desire("press-1", """{"detection":{"velocityLimitUmPerSecond":4500}}""");
        Assert.That(twin.Desired.Version, Is.EqualTo(2));
        Assert.That(fixture.Fleet.FindConvergence("press-1")!.State, Is.EqualTo(ConvergenceState.Unknown), "nothing reported yet");

        var version = await fixture.Report("press-1", """{"detection":{"__t":"c","velocityLimitUmPerSecond":{"value":4500,"ac":200,"av":2}}}""");
        Assert.That(version, Is.EqualTo(2));
        Assert.That(fixture.Fleet.FindConvergence("press-1")!.State, Is.EqualTo(ConvergenceState.InSync));
        Assert.That(
            fixture.Events.Select(happened => happened.GetType().Name),
            Is.EqualTo(new[]
            {
                nameof(FleetEvent.IdentityChanged), nameof(FleetEvent.ConnectionChanged), nameof(FleetEvent.DesiredChanged),
                nameof(FleetEvent.ConvergenceChanged), nameof(FleetEvent.ReportedChanged), nameof(FleetEvent.ConvergenceChanged),
            }));
        Assert.That(fixture.Fleet.Totals, Is.EqualTo(new FleetTotals(0, 1, 1)));
    }

    [Test]
    public async Task A_restart_brings_back_everything_but_the_connection()
    {
        using var fixture = new FleetFixture();
        var identity = await fixture.Register("press-1", """{"line":"A"}""");
        await fixture.Fleet.SetConnected("press-1", "c1", "dtmi:x;1", CancellationToken.None);
        await fixture.Desire("press-1", """{"a":{"b":1}}""");
        await fixture.Report("press-1", """{"a":{"b":{"value":1,"ac":200,"av":2}}}""");
        var before = fixture.Fleet.FindTwin("press-1")!;

        fixture.Restart();

        var after = fixture.Fleet.FindTwin("press-1")!;
        Assert.That(fixture.Fleet.FindIdentity("press-1"), Is.EqualTo(identity));
        Assert.That((after.ETag, after.Version, after.ModelId), Is.EqualTo((before.ETag, before.Version, before.ModelId)));
        Assert.That(after.Tags.ToJsonString(), Is.EqualTo("""{"line":"A"}"""));
        Assert.That(after.Desired.ToJson(true).ToJsonString(), Is.EqualTo(before.Desired.ToJson(true).ToJsonString()));
        Assert.That(after.Reported.ToJson(true).ToJsonString(), Is.EqualTo(before.Reported.ToJson(true).ToJsonString()));
        Assert.That((before.Connected, after.Connected), Is.EqualTo((true, false)));
        Assert.That(fixture.Fleet.FindConvergence("press-1")!.State, Is.EqualTo(ConvergenceState.InSync));
        Assert.That(fixture.Fleet.Totals, Is.EqualTo(new FleetTotals(0, 1, 1)));
    }

    [TestCase("AAAAAAAAAAI=")]
    [TestCase("\"AAAAAAAAAAI=\"")]
    [TestCase("W/\"AAAAAAAAAAI=\"")]
    public async Task Who_writes_with_an_outdated_etag_is_refused_and_changes_nothing(string outdated)
    {
        using var fixture = new FleetFixture();
        await fixture.Register("press-1");
        await fixture.Desire("press-1", """{"a":1}""");
        await fixture.Patch("press-1", """{"tags":{"line":"A"}}""", outdated);
        var refusal = await Assert.ThrowsAsync<HubException>(() => fixture.Patch("press-1", """{"tags":{"line":"B"}}""", outdated));
        Assert.That(refusal!.Error, Is.EqualTo(HubError.PreconditionFailed));
        Assert.That(fixture.Fleet.FindTwin("press-1")!.Tags.ToJsonString(), Is.EqualTo("""{"line":"A"}"""));
    }
}
