using System.Text.Json.Nodes;
using DeviceTwin.Hub;
using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>The next version of a configuration beside the one that holds: admitted, completed, rolled back, and through restarts at every step.</summary>
public sealed class StageTests
{
    private static Task<ConfigurationStage> Stage(FleetFixture fixture, string condition, int priority, params (string Path, JsonNode? Value)[] content) =>
        fixture.Fleet.StageConfiguration(
            new Configuration(
                "c", condition, priority, content.ToDictionary(entry => "properties.desired." + entry.Path, entry => entry.Value), new Dictionary<string, string>(), "", default, default),
            "engineer",
            CancellationToken.None);

    private static async Task<string> Admit(FleetFixture fixture, params string[] devices) =>
        string.Join('|', (await fixture.Fleet.AdmitDevices("c", devices, "rollout", CancellationToken.None)).Select(result => result.Refusal ?? "ok"));

    private static Task<RollbackReport> RollBack(FleetFixture fixture) => fixture.Fleet.RollbackStage("c", "rollout", CancellationToken.None);

    private static async Task<FleetFixture> Three()
    {
        var fixture = new FleetFixture();
        foreach (var device in new[] { "a", "b", "d" })
        {
            await fixture.Register(device, """{"line":"A"}""");
        }

        await fixture.Configure("c", "tags.line = 'A'", 5, ("x", 1), ("gone.g", 1));
        return fixture;
    }

    [Test]
    public async Task Admitted_devices_have_the_next_version_the_others_keep_theirs_and_completion_makes_it_that_of_all()
    {
        using var fixture = await Three();
        var stage = await Stage(fixture, "tags.line = 'A'", 5, ("x", 2), ("n", 2));
        Assert.That((stage.Next.Version, fixture.Fleet.FindConfiguration("c")!.Version), Is.EqualTo((2L, 1L)));
        Assert.That(fixture.Desired("a"), Is.EqualTo("""{"x":1,"gone":{"g":1}}""").Or.EqualTo("""{"gone":{"g":1},"x":1}"""));
        Assert.That(await Admit(fixture, "a", "nobody", "a"), Is.EqualTo("ok|There is no such device.|ok"));
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(fixture.Desired("a")), JsonNode.Parse("""{"x":2,"n":2}""")), fixture.Desired("a"));
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(fixture.Desired("b")), JsonNode.Parse("""{"x":1,"gone":{"g":1}}""")), fixture.Desired("b"));
        Assert.That(fixture.Fleet.FindWinners("a")!.Single(winner => winner.Path == "x").Winner, Has.Property("Staged").True.And.Property("Version").EqualTo(2));
        fixture.Restart();
        await fixture.Patch("b", """{"tags":{"other":1}}""");
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(fixture.Desired("b")), JsonNode.Parse("""{"x":1,"gone":{"g":1}}""")), fixture.Desired("b"));
        await fixture.Fleet.CompleteStage("c", "rollout", CancellationToken.None);
        foreach (var device in new[] { "a", "b", "d" })
        {
            Assert.That(JsonNode.DeepEquals(JsonNode.Parse(fixture.Desired(device)), JsonNode.Parse("""{"x":2,"n":2}""")), fixture.Desired(device));
        }

        Assert.That((fixture.Fleet.FindConfiguration("c")!.Version, fixture.Fleet.FindStage("c")), Is.EqualTo((2L, default(ConfigurationStage))));
        fixture.Restart();
        Assert.That((fixture.Fleet.FindConfiguration("c")!.Version, fixture.Fleet.ListStages().Count), Is.EqualTo((2L, 0)));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Rollback_restores_exactly_what_stood_before_where_it_is_still_ours(bool restarted)
    {
        using var fixture = await Three();
        await fixture.Desire("a", """{"x":7,"mine":5}""");
        await Stage(fixture, "tags.line = 'A'", 5, ("x", 2), ("n", 2), ("mine", 6));
        await Admit(fixture, "a", "b");
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(fixture.Desired("a")), JsonNode.Parse("""{"x":2,"n":2,"mine":6}""")), fixture.Desired("a"));
        await fixture.Desire("b", """{"n":99}""");
        if (restarted)
        {
            fixture.Restart();
        }

        var report = await RollBack(fixture);
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(fixture.Desired("a")), JsonNode.Parse("""{"x":7,"mine":5,"gone":{"g":1}}""")), fixture.Desired("a"));
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(fixture.Desired("b")), JsonNode.Parse("""{"x":1,"n":99,"gone":{"g":1}}""")), fixture.Desired("b"));
        Assert.That(report.Devices.Select(device => $"{device.DeviceId}: {string.Join(',', device.Restored)}; {string.Join(',', device.Kept.Select(kept => kept.Path))}"), Is.EqualTo(new[]
        {
            "a: gone.g,mine,n,x; ", "b: gone.g,mine,x; n",
        }));
        Assert.That(fixture.Fleet.FindStage("c"), Is.Null);
        Assert.That((await FleetFixture.Refusal(() => RollBack(fixture))).Name, Is.EqualTo("StageNotFound"));
        fixture.Restart();
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(fixture.Desired("a")), JsonNode.Parse("""{"x":7,"mine":5,"gone":{"g":1}}""")), "and it stays so");
        await fixture.Configure("c", "tags.line = 'A'", 5, ("x", 3));
        Assert.That(JsonNode.Parse(fixture.Desired("a"))!["x"]!.GetValue<int>(), Is.EqualTo(3));
    }

    [Test]
    public async Task Where_another_configuration_has_changed_meanwhile_its_present_value_returns()
    {
        using var fixture = await Three();
        await fixture.Configure("base", "*", 1, ("y", 1));
        await Stage(fixture, "tags.line = 'A'", 5, ("x", 1), ("gone.g", 1), ("y", 9));
        await Admit(fixture, "a");
        await fixture.Configure("base", "*", 1, ("y", 2));
        var report = await RollBack(fixture);
        Assert.That(JsonNode.Parse(fixture.Desired("a"))!["y"]!.GetValue<int>(), Is.EqualTo(2));
        Assert.That(report.Devices.Single().Kept.Single().Why, Does.Contain("base"));
    }

    [Test]
    public async Task A_device_that_enters_the_staged_version_later_is_in_the_journal_too()
    {
        using var fixture = await Three();
        await Stage(fixture, "tags.line = 'A' AND tags.big = true", 5, ("x", 2));
        await Admit(fixture, "a");
        Assert.That(fixture.Desired("a"), Is.EqualTo("{}"), "the next version does not target it");
        await fixture.Patch("a", """{"tags":{"big":true}}""");
        Assert.That(fixture.Desired("a"), Is.EqualTo("""{"x":2}"""));
        await RollBack(fixture);
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(fixture.Desired("a")), JsonNode.Parse("""{"x":1,"gone":{"g":1}}""")), fixture.Desired("a"));
    }

    [Test]
    public async Task A_configuration_that_is_new_can_be_staged_and_taken_back_without_a_trace()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        await Stage(fixture, "*", 5, ("x", 2));
        await Admit(fixture, "a");
        Assert.That(fixture.Desired("a"), Is.EqualTo("""{"x":2}"""));
        await RollBack(fixture);
        Assert.That((fixture.Desired("a"), fixture.Fleet.FindConfiguration("c")), Is.EqualTo(("{}", default(Configuration))));
    }

    [Test]
    public async Task A_value_that_gave_way_to_an_object_comes_back()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        await fixture.Desire("a", """{"p":5,"o":{"in":1}}""");
        await Stage(fixture, "*", 5, ("p.q", 2), ("o", 3));
        await Admit(fixture, "a");
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(fixture.Desired("a")), JsonNode.Parse("""{"p":{"q":2},"o":3}""")), fixture.Desired("a"));
        await RollBack(fixture);
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(fixture.Desired("a")), JsonNode.Parse("""{"p":5,"o":{"in":1}}""")), fixture.Desired("a"));
    }

    /// <summary>The hub stops after some of the devices are back.</summary>
    [Test]
    public async Task A_rollback_that_was_cut_off_goes_on_and_reports_the_whole()
    {
        var store = new ManualStore();
        using var fixture = new FleetFixture(store);
        foreach (var device in new[] { "a", "b" })
        {
            await fixture.Register(device);
        }

        await fixture.Configure("c", "*", 5, ("x", 1));
        await Stage(fixture, "*", 5, ("x", 2));
        await Admit(fixture, "a", "b");
        store.Immediate = false;
        var cut = RollBack(fixture);
        store.Commit(2);
        store.Fail();
        Assert.That(cut.IsCompletedSuccessfully, Is.False);
        store.Immediate = true;
        Assert.That((fixture.Desired("a"), fixture.Desired("b"), fixture.Fleet.FindStage("c")!.RollingBack), Is.EqualTo(("""{"x":1}""", """{"x":2}""", true)));
        Assert.That((await FleetFixture.Refusal(() => fixture.Fleet.AdmitDevices("c", ["a"], "x", CancellationToken.None))).Name, Is.EqualTo("ConfigurationInRollout"));
        var report = await RollBack(fixture);
        Assert.That(report.Devices.Select(device => device.DeviceId), Is.EqualTo(new[] { "a", "b" }));
        Assert.That((fixture.Desired("a"), fixture.Desired("b")), Is.EqualTo(("""{"x":1}""", """{"x":1}""")));
    }

    [Test]
    public async Task While_a_version_is_rolled_out_nobody_else_writes_the_configuration()
    {
        using var fixture = await Three();
        await Stage(fixture, "*", 5, ("x", 2));
        Assert.That((await FleetFixture.Refusal(() => fixture.Configure("c", "*", 5, ("x", 3)))).Name, Is.EqualTo("ConfigurationInRollout"));
        Assert.That((await FleetFixture.Refusal(() => fixture.Fleet.DeleteConfiguration("c", "*", "x", CancellationToken.None))).Name, Is.EqualTo("ConfigurationInRollout"));
        Assert.That((await FleetFixture.Refusal(() => Stage(fixture, "*", 5, ("x", 3)))).Name, Is.EqualTo("ConfigurationInRollout"));
        Assert.That((await FleetFixture.Refusal(() => fixture.Fleet.AdmitDevices("other", ["a"], "x", CancellationToken.None))).Name, Is.EqualTo("StageNotFound"));
        await RollBack(fixture);
        await fixture.Configure("c", "*", 5, ("x", 3));
    }
}
