using DeviceTwin.Hub;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Storage;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>Modules in memory: as durable as devices, and told to who asked for them.</summary>
public sealed class ModuleStateTests
{
    [Test]
    public async Task A_failed_commit_takes_modules_back_and_the_fleet_goes_on()
    {
        var store = new ManualStore();
        using var fixture = new FleetFixture(store);
        await fixture.Register("a");
        await Register(fixture, "a", "kept");
        store.Immediate = false;
        var lost = Register(fixture, "a", "lost");
        var built = fixture.Desire("a/lost", """{"x":1}""");
        var gone = fixture.Fleet.DeleteIdentity("a", null, "operator", CancellationToken.None);
        Assert.That(fixture.Fleet.ListModules("a")!.Select(module => module.ModuleId), Is.EqualTo(new[] { "kept" }), "readers see what is durable");
        store.Fail();
        foreach (Func<Task> write in new Func<Task>[] { () => lost, () => built, () => gone })
        {
            Assert.That(await FleetFixture.Refusal(write), Is.EqualTo(HubError.ServiceUnavailable));
        }

        Assert.That(await FleetFixture.Refusal(() => fixture.Desire("a/lost", "{}")), Is.EqualTo(HubError.ModuleNotFound));
        var next = fixture.Desire("a/kept", """{"z":3}""");
        store.Commit();
        Assert.That((await next).Desired.Properties.ToJsonString(), Is.EqualTo("""{"z":3}"""));
    }

    [Test]
    public async Task Changes_of_modules_are_told_to_who_asked_for_them()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        fixture.Events.Clear();
        var all = new List<FleetEvent>();
        using (fixture.Fleet.Subscribe(all.Add, modules: true))
        {
            await Register(fixture, "a", "m");
            await fixture.Desire("a/m", """{"x":1}""");
            await fixture.Fleet.SetConnected("a/m", "c1", "dtmi:com:example:camera;1", CancellationToken.None);
            await fixture.Fleet.AppendTelemetry(new TelemetryMessage("a/m", fixture.Time.GetUtcNow(), new Dictionary<string, string?>(), new byte[1]), CancellationToken.None);
            await fixture.Fleet.SetDisconnected("a/m", "c1", CancellationToken.None);
            await fixture.Fleet.DeleteIdentity("a", null, "operator", CancellationToken.None);
        }

        Assert.That(fixture.Events.Select(happened => (happened.GetType().Name, happened.DeviceId)), Is.EqualTo(new[] { ("IdentityDeleted", "a") }));
        Assert.That(all.Select(happened => (happened.GetType().Name, happened.DeviceId)), Is.SupersetOf(new[]
        {
            ("IdentityChanged", "a/m"), ("DesiredChanged", "a/m"), ("ConnectionChanged", "a/m"), ("TelemetryReceived", "a/m"), ("IdentityDeleted", "a/m"), ("IdentityDeleted", "a"),
        }));
    }

    [Test]
    public async Task Configurations_and_statistics_are_about_devices()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a", """{"line":"A"}""");
        await Register(fixture, "a", "m");
        await fixture.Patch("a/m", """{"tags":{"line":"A"}}""");
        await fixture.Fleet.PutConfiguration(
            new DeviceTwin.Twins.Configuration(
                "line-a", "tags.line = 'A'", 1, new Dictionary<string, System.Text.Json.Nodes.JsonNode?> { ["properties.desired.x"] = 1 }, new Dictionary<string, string>(), "", default, default),
            null,
            "operator",
            CancellationToken.None);
        Assert.That((fixture.Desired("a"), fixture.Desired("a/m")), Is.EqualTo(("""{"x":1}""", "{}")));
        await fixture.Fleet.SetConnected("a/m", "c1", null, CancellationToken.None);
        Assert.That(fixture.Fleet.Statistics, Is.EqualTo(new FleetStatistics(1, 1, 0, 0)));
        Assert.That(fixture.Fleet.ListModuleTwins().Single().Connected, Is.True);
        fixture.Restart();
        Assert.That((fixture.Desired("a/m"), (string?)fixture.Fleet.FindTwin("a/m")!.Tags["line"]), Is.EqualTo(("{}", "A")));
    }

    private static Task<DeviceIdentity> Register(FleetFixture fixture, string deviceId, string moduleId) => fixture.Fleet.PutIdentity(
        new DeviceIdentity(deviceId, "", "", true, "", "", default) { ModuleId = moduleId }, null, "test", CancellationToken.None);
}
