using DeviceTwin.Hub;
using DeviceTwin.Hub.Fleet;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>Configurations reach the devices they target: entering, leaving, priority, ties, deletion.</summary>
public sealed class ConfigurationTests
{
    [Test]
    public async Task CF1_A_device_that_enters_is_configured_with_a_normal_desired_patch()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        await fixture.Configure("line-a", "tags.line = 'A'", 1, ("detection.velocityLimitUmPerSecond", 4500));
        Assert.That(fixture.Desired("a"), Is.EqualTo("{}"));
        var twin = await fixture.Patch("a", """{"tags":{"line":"A"}}""");
        Assert.That(twin.Desired.Properties.ToJsonString(), Is.EqualTo("""{"detection":{"velocityLimitUmPerSecond":4500}}"""));
        Assert.That(fixture.DesiredChanges("a"), Is.EqualTo(new[] { """2 {"detection":{"velocityLimitUmPerSecond":4500}} by configuration/line-a""" }));
        Assert.That(fixture.Counts("line-a"), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task A_configuration_reaches_the_devices_that_are_there_and_those_that_come()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        await fixture.Configure("all", "*", 1, ("x", 1));
        await fixture.Register("b");
        Assert.That((fixture.Desired("a"), fixture.Desired("b")), Is.EqualTo(("""{"x":1}""", """{"x":1}""")));
    }

    [Test]
    public async Task CF1_A_device_that_leaves_loses_the_settings_and_falls_back_to_the_next()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a", """{"line":"A"}""");
        await fixture.Configure("base", "*", 1, ("x", 1));
        await fixture.Configure("line-a", "tags.line = 'A'", 5, ("x", 5), ("y.z", 5));
        Assert.That(fixture.Desired("a"), Is.EqualTo("""{"x":5,"y":{"z":5}}"""));
        await fixture.Patch("a", """{"tags":{"line":"B"}}""");
        Assert.That(fixture.Desired("a"), Is.EqualTo("""{"x":1}"""));
        Assert.That(fixture.DesiredChanges("a").Last(), Is.EqualTo("""4 {"y":null,"x":1} by configuration/base"""));
        await fixture.Fleet.DeleteConfiguration("base", "*", "engineer", CancellationToken.None);
        Assert.That(fixture.Desired("a"), Is.EqualTo("{}"));
        Assert.That(fixture.DesiredChanges("a").Last(), Is.EqualTo("""5 {"x":null} by configurations"""));
    }

    [Test]
    public async Task CF1_The_highest_priority_wins_and_a_tie_goes_to_the_more_recent()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        await fixture.Configure("first", "*", 2, ("x", 1));
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        await fixture.Configure("lower", "*", 1, ("x", 2));
        Assert.That(fixture.Desired("a"), Is.EqualTo("""{"x":1}"""));
        await fixture.Configure("second", "*", 2, ("x", 3));
        Assert.That(fixture.Desired("a"), Is.EqualTo("""{"x":3}"""));
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        await fixture.Configure("first", "*", 2, ("x", 4));
        Assert.That(fixture.Desired("a"), Is.EqualTo("""{"x":3}"""), "an edit does not make it younger");
        await fixture.Configure("first", "*", 3, ("x", 4));
        Assert.That(fixture.Desired("a"), Is.EqualTo("""{"x":4}"""));
    }

    [Test]
    public async Task CF1_Where_nothing_changes_no_version_is_made_and_nobody_is_told()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a", """{"line":"A"}""");
        await fixture.Configure("line-a", "tags.line = 'A'", 1, ("x", 1));
        var before = fixture.Fleet.FindTwin("a")!;
        await fixture.Configure("line-a", "tags.line IN ['A', 'C']", 2, ("x", 1));
        await fixture.Configure("below", "*", 1, ("x", 9));
        await fixture.Configure("nobody", "", 9, ("x", 9));
        fixture.Restart();
        Assert.That(fixture.Fleet.FindTwin("a")!.Desired.Version, Is.EqualTo(before.Desired.Version));
        Assert.That(fixture.Fleet.FindTwin("a")!.ETag, Is.EqualTo(before.ETag));
        Assert.That(fixture.DesiredChanges("a").Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task An_edit_applies_again_and_takes_dropped_settings_back()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        await fixture.Configure("c", "*", 1, ("x", 1), ("y", 1));
        await fixture.Configure("c", "*", 1, ("x", 2));
        Assert.That(fixture.DesiredChanges("a"), Is.EqualTo(new[] { """2 {"x":1,"y":1} by configuration/c""", """3 {"y":null,"x":2} by configuration/c""" }));
    }

    [Test]
    public async Task CF1_A_device_that_an_edit_targets_no_longer_loses_the_settings()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a", """{"line":"A"}""");
        await fixture.Register("b", """{"line":"B"}""");
        await fixture.Configure("c", "tags.line = 'A'", 1, ("x", 1));
        await fixture.Configure("c", "tags.line = 'B'", 1, ("x", 1));
        Assert.That((fixture.Desired("a"), fixture.Desired("b")), Is.EqualTo(("{}", """{"x":1}""")));
    }

    [Test]
    public async Task What_an_operator_overwrote_stays_and_shows_in_the_metrics()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        await fixture.Configure("c", "*", 1, ("x", 1));
        await fixture.Desire("a", """{"x":7}""");
        await fixture.Patch("a", """{"tags":{"hall":1}}""");
        Assert.That(fixture.Desired("a"), Is.EqualTo("""{"x":7}"""));
        Assert.That(fixture.Counts("c"), Is.EqualTo((1, 0)));
        await fixture.Configure("c", "*", 1, ("x", 2));
        Assert.That(fixture.Desired("a"), Is.EqualTo("""{"x":2}"""));
    }

    [Test]
    public async Task A_configuration_that_yields_to_another_is_not_counted_as_applied()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        await fixture.Configure("low", "*", 1, ("x", 1), ("y", 1));
        await fixture.Configure("high", "*", 2, ("x", 2));
        Assert.That(fixture.Desired("a"), Is.EqualTo("""{"x":2,"y":1}"""));
        Assert.That(fixture.Counts("low"), Is.EqualTo((1, 0)));
        Assert.That(fixture.Counts("high"), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task An_operators_change_and_its_configuration_are_two_versions_in_one_answer()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        await fixture.Configure("c", "tags.line = 'A'", 1, ("x", 1));
        var twin = await fixture.Patch("a", """{"tags":{"line":"A"},"properties":{"desired":{"own":1}}}""");
        Assert.That((twin.Desired.Version, twin.Desired.Properties.ToJsonString()), Is.EqualTo((3L, """{"own":1,"x":1}""")));
        Assert.That(fixture.DesiredChanges("a"), Is.EqualTo(new[] { """2 {"own":1} by operator""", """3 {"x":1} by configuration/c""" }));
    }

    [Test]
    public async Task A_device_too_full_for_its_configuration_keeps_what_it_has()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        var filling = string.Join(',', Enumerable.Range(0, 8).Select(number => $"\"k{number}\":\"{new string('x', 4080)}\""));
        await fixture.Desire("a", "{" + filling + "}");
        await fixture.Configure("c", "*", 1, ("x", new string('y', 200)));
        Assert.That(fixture.Fleet.FindTwin("a")!.Desired.Version, Is.EqualTo(2));
        Assert.That(fixture.Counts("c"), Is.EqualTo((1, 0)));
        await fixture.Patch("a", """{"tags":{"line":"A"}}""");
        Assert.That(fixture.Fleet.FindTwin("a")!.Tags.ToJsonString(), Is.EqualTo("""{"line":"A"}"""), "and operators are not held up");
    }

    [Test]
    public async Task Configurations_survive_a_restart_and_go_on_working()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a", """{"line":"A"}""");
        var written = await fixture.Configure("line-a", "tags.line = 'A'", 1, ("x", 1));
        fixture.Restart();
        Assert.That(fixture.Fleet.ListConfigurations().Single() with { DeviceContent = written.DeviceContent, Labels = written.Labels, MetricQueries = written.MetricQueries }, Is.EqualTo(written));
        await fixture.Patch("a", """{"tags":{"line":"B"}}""");
        Assert.That(fixture.Desired("a"), Is.EqualTo("{}"));
    }

    [Test]
    public async Task CF1_Creating_twice_updating_nothing_and_an_outdated_etag_are_refused()
    {
        using var fixture = new FleetFixture();
        var first = await fixture.Configure("c", "*", 1, ("x", 1));
        await fixture.Fleet.PutConfiguration(first, first.ETag, "engineer", CancellationToken.None);
        Assert.That(
            await FleetFixture.Refusal(() => fixture.Fleet.PutConfiguration(first, null, "engineer", CancellationToken.None)),
            Is.EqualTo(HubError.ConfigurationAlreadyExists));
        Assert.That(
            await FleetFixture.Refusal(() => fixture.Fleet.PutConfiguration(first with { Id = "d" }, "*", "engineer", CancellationToken.None)),
            Is.EqualTo(HubError.ConfigurationNotFound));
        Assert.That(
            await FleetFixture.Refusal(() => fixture.Fleet.PutConfiguration(first, first.ETag, "engineer", CancellationToken.None)),
            Is.EqualTo(HubError.PreconditionFailed));
        Assert.That(
            await FleetFixture.Refusal(() => fixture.Fleet.DeleteConfiguration("c", first.ETag, "engineer", CancellationToken.None)),
            Is.EqualTo(HubError.PreconditionFailed));
        Assert.That(
            await FleetFixture.Refusal(() => fixture.Fleet.DeleteConfiguration("d", null, "engineer", CancellationToken.None)),
            Is.EqualTo(HubError.ConfigurationNotFound));
        Assert.That(
            await FleetFixture.Refusal(() => fixture.Configure("e", "tags.line =", 1, ("x", 1))), Is.EqualTo(HubError.ArgumentInvalid));
    }

    [Test]
    public async Task CF1_There_are_a_hundred_configurations_at_most()
    {
        using var fixture = new FleetFixture();
        foreach (var number in Enumerable.Range(0, 99))
        {
            await fixture.Configure($"c{number}", "", 1);
        }

        await fixture.Configure("hundredth", "", 1);
        Assert.That(await FleetFixture.Refusal(() => fixture.Configure("more", "", 1)), Is.EqualTo(HubError.QuotaExceeded));
        await fixture.Configure("c0", "", 2);
        await fixture.Fleet.DeleteConfiguration("c0", null, "engineer", CancellationToken.None);
        await fixture.Configure("more", "", 1);
    }
}
