using System.Text.Json.Nodes;
using DeviceTwin.Hub;
using DeviceTwin.Storage;
using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>Configurations of modules: the same rules, and no device is touched.</summary>
public sealed class ModuleConfigurationTests
{
    [Test]
    public async Task CF1_A_module_enters_and_leaves_by_its_own_tags()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a", """{"kind":"camera"}""");
        await Register(fixture, "a", "m", """{"kind":"camera"}""");
        await Register(fixture, "a", "n");
        await Configure(fixture, "base", "FROM devices.modules", 1, 1);
        await Configure(fixture, "cameras", "FROM devices.modules WHERE tags.kind = 'camera'", 2, 25);
        Assert.That((fixture.Desired("a/m"), fixture.Desired("a/n"), fixture.Desired("a")), Is.EqualTo(("""{"fps":25}""", """{"fps":1}""", "{}")));
        await Register(fixture, "a", "later", """{"kind":"camera"}""");
        Assert.That(fixture.Desired("a/later"), Is.EqualTo("""{"fps":25}"""), "also from its first moment");
        Assert.That((fixture.Counts("base"), fixture.Counts("cameras")), Is.EqualTo((((int, int)?)(3, 1), ((int, int)?)(2, 2))));
        Assert.That((fixture.Fleet.FindConfigurationStatus("a/m", "base"), fixture.Fleet.FindConfigurationStatus("a", "base")), Is.EqualTo(("Targeted", default(string))));

        await fixture.Patch("a/m", """{"tags":{"kind":"press"}}""");
        Assert.That(fixture.Desired("a/m"), Is.EqualTo("""{"fps":1}"""), "left: the next takes over");
        var version = fixture.Fleet.FindTwin("a/m")!.Desired.Version;
        await Configure(fixture, "cameras", "FROM devices.modules WHERE tags.kind = 'camera' AND moduleId != 'x'", 2, 25);
        fixture.Restart();
        Assert.That(fixture.Fleet.FindTwin("a/m")!.Desired.Version, Is.EqualTo(version), "nothing changes, no version");
        await fixture.Fleet.DeleteConfiguration("base", null, "engineer", CancellationToken.None);
        Assert.That((fixture.Desired("a/m"), fixture.Desired("a/n"), fixture.Desired("a/later")), Is.EqualTo(("{}", "{}", """{"fps":25}""")));
    }

    [Test]
    public async Task A_configuration_that_becomes_one_of_devices_leaves_the_modules()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        await Register(fixture, "a", "m");
        await Configure(fixture, "c", "FROM devices.modules WHERE deviceId = 'a'", 1, 25);
        Assert.That((fixture.Desired("a"), fixture.Desired("a/m")), Is.EqualTo(("{}", """{"fps":25}""")));
        await fixture.Configure("c", "deviceId = 'a'", 1, ("fps", 30));
        Assert.That((fixture.Desired("a"), fixture.Desired("a/m")), Is.EqualTo(("""{"fps":30}""", "{}")));
    }

    [Test]
    public async Task Changes_are_rolled_out_to_devices()
    {
        using var fixture = new FleetFixture();
        var configuration = await Configure(fixture, "c", "FROM devices.modules", 1, 25);
        Assert.That(await FleetFixture.Refusal(() => fixture.Fleet.StageConfiguration(configuration, "engineer", CancellationToken.None)), Is.EqualTo(HubError.ArgumentInvalid));
    }

    [Test]
    public async Task What_modules_say_of_a_configuration_can_be_asked()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        await Register(fixture, "a", "m");
        await Register(fixture, "a", "n", """{"kind":"camera"}""");
        await Configure(fixture, "cameras", "FROM devices.modules WHERE tags.kind = 'camera'", 2, 25, ("here", "SELECT moduleId FROM devices.modules WHERE configurations.[[cameras]].status = 'Applied'"), ("devices", "SELECT * FROM devices"));
        Assert.That(fixture.Fleet.FindConfigurationMetrics("cameras")!.Results, Is.EquivalentTo(new Dictionary<string, long> { ["here"] = 1, ["devices"] = 1 }));
    }

    private static async Task Register(FleetFixture fixture, string deviceId, string moduleId, string? tags = null)
    {
        var identity = new DeviceIdentity(deviceId, "", "", true, "", "", default) { ModuleId = moduleId };
        await fixture.Fleet.CreateIdentity(identity, FleetFixture.Object(tags is null ? "{}" : $$"""{"tags":{{tags}}}"""), "test", CancellationToken.None);
    }

    private static Task<Configuration> Configure(FleetFixture fixture, string id, string condition, int priority, int fps, params (string Name, string Query)[] metrics) => fixture.Fleet.PutConfiguration(
        new Configuration(id, condition, priority, new Dictionary<string, JsonNode?> { ["properties.desired"] = new JsonObject { ["fps"] = fps } }, new Dictionary<string, string>(), "", default, default)
        {
            ForModules = true,
            MetricQueries = metrics.ToDictionary(metric => metric.Name, metric => metric.Query),
        },
        fixture.Fleet.FindConfiguration(id) is null ? null : "*",
        "engineer",
        CancellationToken.None);
}
