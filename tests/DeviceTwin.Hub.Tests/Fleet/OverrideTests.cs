using System.Text.Json.Nodes;
using DeviceTwin.Hub;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Reconciliation;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>A device's own settings against its configurations, and who wins.</summary>
public sealed class OverrideTests
{
    private static Task<SettingOverride> Override(FleetFixture fixture, string path, JsonNode value, TimeSpan? lasts = null) =>
        fixture.Fleet.PutOverride("a", path, value, "ada", "new bearing", fixture.Time.GetUtcNow() + (lasts ?? TimeSpan.FromHours(1)), CancellationToken.None);

    [Test]
    public async Task It_beats_every_configuration_until_it_is_removed()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        await fixture.Configure("all", "*", 7, ("x", 1), ("y", 1));
        await Override(fixture, "x", 9);
        Assert.That(fixture.Desired("a"), Is.EqualTo("""{"x":9,"y":1}"""));
        await fixture.Configure("all", "*", 8, ("x", 2), ("y", 2));
        Assert.That(fixture.Desired("a"), Is.EqualTo("""{"x":9,"y":2}"""));
        await fixture.Fleet.DeleteOverride("a", "x", "ada", CancellationToken.None);
        Assert.That(fixture.Desired("a"), Is.EqualTo("""{"x":2,"y":2}"""));
        Assert.That(fixture.Fleet.ReadAudit("a", 10).Select(row => row.Action), Does.Contain("override.set").And.Contain("override.remove"));
        Assert.That(Json.Parse(fixture.Fleet.ReadAudit("a", 10).Single(row => row.Action == "override.set").Value!), Is.InstanceOf<JsonObject>());
        Assert.That((await FleetFixture.Refusal(() => fixture.Fleet.DeleteOverride("a", "x", "ada", CancellationToken.None))).Name, Is.EqualTo("OverrideNotFound"));
    }

    [Test]
    public async Task It_ends_by_itself_and_what_nobody_had_configured_returns()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        await fixture.Desire("a", """{"x":5}""");
        await Override(fixture, "x", 9, TimeSpan.FromMinutes(10));
        await Override(fixture, "z", 9, TimeSpan.FromMinutes(20));
        fixture.Time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1));
        Assert.That(fixture.Desired("a"), Is.EqualTo("""{"x":9,"z":9}"""));
        fixture.Time.Advance(TimeSpan.FromTicks(1));
        await fixture.Desire("a", """{"after":1}""");
        Assert.That(fixture.Desired("a"), Is.EqualTo("""{"x":5,"z":9,"after":1}"""));
        fixture.Time.Advance(TimeSpan.FromMinutes(10));
        await fixture.Desire("a", """{"after":2}""");
        Assert.That(fixture.Desired("a"), Is.EqualTo("""{"x":5,"after":2}"""));
        Assert.That(fixture.Fleet.ReadAudit("a", 20).Count(row => row.Action == "override.expire"), Is.EqualTo(2));
    }

    [Test]
    public async Task On_a_disk_that_is_full_its_end_is_tried_again_after_a_while()
    {
        var store = new ManualStore();
        using var fixture = new FleetFixture(store);
        await fixture.Register("a");
        await Override(fixture, "x", 9, TimeSpan.FromMinutes(10));
        store.Immediate = false;
        fixture.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.That(store.Waiting, Is.EqualTo(1));
        store.Fail();
        fixture.Time.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        Assert.That((store.Waiting, fixture.Desired("a")), Is.EqualTo((0, """{"x":9}""")));
        fixture.Time.Advance(TimeSpan.FromTicks(1));
        Assert.That(store.Waiting, Is.EqualTo(1));
        store.Commit();
        Assert.That((fixture.Desired("a"), fixture.Fleet.ListOverrides("a")), Is.EqualTo(("{}", Array.Empty<SettingOverride>())));
    }

    [Test]
    public async Task It_survives_a_restart_and_ends_after_it()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        await fixture.Configure("all", "*", 1, ("x", 1));
        await Override(fixture, "x", 9);
        fixture.Restart();
        Assert.That((fixture.Desired("a"), fixture.Fleet.ListOverrides("a")!.Single().Owner), Is.EqualTo(("""{"x":9}""", "ada")));
        fixture.Time.Advance(TimeSpan.FromHours(2));
        await fixture.Desire("a", """{"after":1}""");
        Assert.That(fixture.Desired("a"), Is.EqualTo("""{"x":1,"after":1}"""));
        await Override(fixture, "x", 9);
        fixture.Time.Advance(TimeSpan.FromMinutes(30));
        fixture.Restart();
        Assert.That(fixture.Fleet.ListOverrides("a")!, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task What_is_no_exception_is_refused()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        await Override(fixture, "x.y", 9);
        foreach (var (path, value, reason, lasts) in new (string, string, string, double)[]
        {
            ("x", "1", "r", 1), ("x.y.z", "1", "r", 1), ("v", "{\"w\":1}", "r", 1), ("", "1", "r", 1), ("v", "1", " ", 1), ("v", "1", "r", 0), ("v", "1", "r", 366 * 24 + 1),
        })
        {
            var refusal = await FleetFixture.Refusal(() => fixture.Fleet.PutOverride(
                "a", path, JsonNode.Parse(value)!, "ada", reason, fixture.Time.GetUtcNow().AddHours(lasts), CancellationToken.None));
            Assert.That(refusal, Is.EqualTo(HubError.ArgumentInvalid), path + value);
        }

        Assert.That((await FleetFixture.Refusal(() => fixture.Fleet.PutOverride("b", "x", 1, "ada", "r", fixture.Time.GetUtcNow().AddHours(1), CancellationToken.None))).Name, Is.EqualTo("DeviceNotFound"));
    }

    [Test]
    public async Task Who_wins_is_told_with_everybody_who_lost_and_why()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        await fixture.Configure("old", "*", 5, ("x", 1));
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        await fixture.Configure("new", "*", 5, ("x", 2), ("p.q", 2));
        await fixture.Configure("low", "*", 1, ("x", 3), ("p", 3), ("o", 3));
        await fixture.Configure("elsewhere", "deviceId = 'b'", 9, ("x", 4));
        await Override(fixture, "o", 7);
        await fixture.Desire("a", """{"x":8}""");
        var winners = fixture.Fleet.FindWinners("a")!;
        Assert.That(winners.Select(winner => (winner.Path, winner.Winner.Source, winner.Stands)), Is.EqualTo(new[]
        {
            ("o", "override", true), ("p.q", "new", true), ("x", "new", false),
        }));
        Assert.That(winners[2].Lost.Select(lost => (lost.Contender.Source, lost.Why)), Is.EqualTo(new[] { ("old", LostBy.Age), ("low", LostBy.Priority) }));
        Assert.That(winners[1].Lost.Select(lost => (lost.Contender.Path, lost.Why, lost.ParentConflict)), Is.EqualTo(new[] { ("p", LostBy.Priority, true) }));
        Assert.That(winners[0].Lost.Single().Why, Is.EqualTo(LostBy.Override));
    }

    [Test]
    public async Task How_long_a_change_took_is_measured_per_device_and_for_the_fleet()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        await fixture.Desire("a", """{"x":1}""");
        Assert.That(fixture.Fleet.FindConvergenceTime("a")!.WaitingSince, Is.EqualTo(fixture.Time.GetUtcNow()));
        fixture.Time.Advance(TimeSpan.FromMilliseconds(250));
        await fixture.Report("a", """{"x":{"value":1,"ac":200,"av":2}}""");
        var time = fixture.Fleet.FindConvergenceTime("a")!;
        Assert.That((time.Last, time.WaitingSince), Is.EqualTo((TimeSpan.FromMilliseconds(250), default(DateTimeOffset?))));
        Assert.That((fixture.Fleet.ConvergenceTimes.Count, fixture.Fleet.ConvergenceTimes.NinetyNine), Is.EqualTo((1L, TimeSpan.FromMilliseconds(250))));
    }
}
