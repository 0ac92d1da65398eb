using DeviceTwin.Hub;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Storage;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>Devices are registered, updated and deleted.</summary>
public sealed class IdentityTests
{
    private static DeviceIdentity Identity(string deviceId, string primary = "", string secondary = "", bool enabled = true) =>
        new(deviceId, "", "", enabled, primary, secondary, default);

    private static Task<DeviceIdentity> Put(FleetFixture fixture, DeviceIdentity identity, string? ifMatch = null) =>
        fixture.Fleet.PutIdentity(identity, ifMatch, "operator", CancellationToken.None);

    [Test]
    public async Task Keys_are_made_where_they_are_empty_and_kept_where_they_are_given()
    {
        using var fixture = new FleetFixture();
        var made = await Put(fixture, Identity("a"));
        Assert.That(Convert.FromBase64String(made.PrimaryKey), Has.Length.EqualTo(32));
        Assert.That(made.SecondaryKey, Is.Not.EqualTo(made.PrimaryKey));
        var given = await Put(fixture, Identity("b", made.PrimaryKey, made.SecondaryKey));
        Assert.That((given.PrimaryKey, given.SecondaryKey), Is.EqualTo((made.PrimaryKey, made.SecondaryKey)));
    }

    [Test]
    public async Task An_update_with_empty_keys_keeps_them()
    {
        using var fixture = new FleetFixture();
        var before = await Put(fixture, Identity("a"));
        var after = await Put(fixture, Identity("a", enabled: false), "*");
        Assert.That(after, Is.EqualTo(before with { Enabled = false, ETag = after.ETag, StatusUpdatedAt = fixture.Time.GetUtcNow() }));
        Assert.That(after.ETag, Is.Not.EqualTo(before.ETag));
        Assert.That(fixture.Fleet.FindIdentity("a"), Is.EqualTo(after));
        Assert.That(fixture.Events.OfType<FleetEvent.IdentityChanged>().Select(changed => changed.Identity.Enabled), Is.EqualTo(new[] { true, false }));
        Assert.That(fixture.Fleet.Statistics, Is.EqualTo(new FleetStatistics(1, 0, 1, 0)));
    }

    [TestCase(null)]
    [TestCase("camera")]
    public async Task The_reason_of_a_status_is_kept_and_its_time_is_that_of_its_last_change(string? moduleId)
    {
        using var fixture = new FleetFixture();
        await Put(fixture, Identity("a"));
        var wanted = Identity("a") with { ModuleId = moduleId };
        if (moduleId is not null)
        {
            await Put(fixture, wanted);
        }

        Assert.That((fixture.Fleet.FindIdentity(wanted.Address)!.StatusReason, fixture.Fleet.FindIdentity(wanted.Address)!.StatusUpdatedAt), Is.EqualTo((default(string), default(DateTimeOffset?))));
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        var disabledAt = fixture.Time.GetUtcNow();
        await Put(fixture, wanted with { Enabled = false, StatusReason = "lost" }, "*");
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        await Put(fixture, wanted with { Enabled = false, StatusReason = "found, dented" }, "*");
        fixture.Restart();
        var stored = fixture.Fleet.FindIdentity(wanted.Address)!;
        Assert.That((stored.Enabled, stored.StatusReason, stored.StatusUpdatedAt), Is.EqualTo((false, "found, dented", (DateTimeOffset?)disabledAt)));
        Assert.That((await Put(fixture, wanted, "*")).StatusUpdatedAt, Is.EqualTo(fixture.Time.GetUtcNow()));
        Assert.That(fixture.Fleet.FindIdentity(wanted.Address)!.StatusReason, Is.Null, "an update is the whole identity");
    }

    [TestCase(127, true)]
    [TestCase(128, true)]
    [TestCase(129, false)]
    public async Task A_reason_has_at_most_128_characters(int length, bool taken)
    {
        using var fixture = new FleetFixture();
        var wanted = Identity("a") with { StatusReason = new string('é', length) };
        if (taken)
        {
            Assert.That((await Put(fixture, wanted)).StatusReason, Has.Length.EqualTo(length));
        }
        else
        {
            Assert.That(await FleetFixture.Refusal(() => Put(fixture, wanted)), Is.EqualTo(HubError.ArgumentInvalid));
        }
    }

    [Test]
    public async Task Creating_twice_updating_nobody_and_an_outdated_etag_are_refused()
    {
        using var fixture = new FleetFixture();
        var identity = await Put(fixture, Identity("a"));
        await Put(fixture, Identity("a"), $"\"{identity.ETag}\"");
        Assert.That(await FleetFixture.Refusal(() => Put(fixture, Identity("a"))), Is.EqualTo(HubError.DeviceAlreadyExists));
        Assert.That(await FleetFixture.Refusal(() => Put(fixture, Identity("b"), "*")), Is.EqualTo(HubError.DeviceNotFound));
        Assert.That(await FleetFixture.Refusal(() => Put(fixture, Identity("a"), $"\"{identity.ETag}\"")), Is.EqualTo(HubError.PreconditionFailed));
        Assert.That(
            await FleetFixture.Refusal(() => fixture.Fleet.DeleteIdentity("a", identity.ETag, "operator", CancellationToken.None)),
            Is.EqualTo(HubError.PreconditionFailed));
    }

    [TestCase("")]
    [TestCase("with space")]
    [TestCase("ümlaut")]
    [TestCase("slash/slash")]
    [TestCase("slash%2Fslash")]
    [TestCase("slash%2fslash")]
    public async Task Ids_of_other_characters_are_refused(string deviceId)
    {
        using var fixture = new FleetFixture();
        Assert.That(await FleetFixture.Refusal(() => Put(fixture, Identity(deviceId))), Is.EqualTo(HubError.ArgumentInvalid));
    }

    [Test]
    public async Task Ids_have_at_most_128_characters_and_are_case_sensitive()
    {
        using var fixture = new FleetFixture();
        await Put(fixture, Identity(new string('x', 128)));
        Assert.That(await FleetFixture.Refusal(() => Put(fixture, Identity(new string('x', 129)))), Is.EqualTo(HubError.ArgumentInvalid));
        await Put(fixture, Identity("Press-1.+%_#*?!(),:=@$'"));
        Assert.That(fixture.Fleet.FindTwin("press-1.+%_#*?!(),:=@$'"), Is.Null);
    }

    [TestCase("not base64")]
    [TestCase("c2hvcnQ=", Description = "fewer than 16 bytes")]
    public async Task Keys_that_are_none_are_refused(string key)
    {
        using var fixture = new FleetFixture();
        Assert.That(await FleetFixture.Refusal(() => Put(fixture, Identity("a", key))), Is.EqualTo(HubError.ArgumentInvalid));
    }

    [Test]
    public async Task Deleting_removes_everything_and_a_later_device_of_the_name_begins_anew()
    {
        using var fixture = new FleetFixture();
        var first = await Put(fixture, Identity("a"));
        await fixture.Desire("a", """{"x":1}""");
        await fixture.Fleet.SaveSession(new DeviceSession("a", new Dictionary<string, int> { ["$iothub/twin/res/#"] = 0 }), CancellationToken.None);
        await fixture.Fleet.AppendTelemetry(new TelemetryMessage("a", fixture.Time.GetUtcNow(), new Dictionary<string, string?>(), new byte[] { 1 }), CancellationToken.None);
        await fixture.Fleet.DeleteIdentity("a", "*", "operator", CancellationToken.None);
        Assert.That(fixture.Events[^1], Is.EqualTo(new FleetEvent.IdentityDeleted("a", fixture.Time.GetUtcNow())));
        Assert.That((fixture.Fleet.FindIdentity("a"), fixture.Fleet.FindTwin("a"), fixture.Fleet.FindConvergence("a")), Is.EqualTo(((object?)null, (object?)null, (object?)null)));
        Assert.That(await FleetFixture.Refusal(() => fixture.Desire("a", """{"x":1}""")), Is.EqualTo(HubError.DeviceNotFound));
        Assert.That(await FleetFixture.Refusal(() => fixture.Report("a", """{"x":1}""")), Is.EqualTo(HubError.DeviceNotFound));

        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        var second = await Put(fixture, Identity("a"));
        Assert.That(second.GenerationId, Is.Not.EqualTo(first.GenerationId));
        Assert.That((fixture.Desired("a"), fixture.Fleet.FindTwin("a")!.Desired.Version), Is.EqualTo(("{}", 1L)));
        Assert.That(fixture.Fleet.FindSession("a"), Is.Null);
        Assert.That(fixture.Fleet.ReadTelemetry("a", null, 10), Is.Empty);
    }

    [Test]
    public async Task Sessions_survive_a_restart_until_they_are_deleted()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        var session = new DeviceSession("a", new Dictionary<string, int> { ["$iothub/twin/PATCH/properties/desired/#"] = 1 });
        await fixture.Fleet.SaveSession(session, CancellationToken.None);
        fixture.Restart();
        Assert.That(fixture.Fleet.FindSession("a")!.Subscriptions, Is.EqualTo(session.Subscriptions));
        await fixture.Fleet.DeleteSession("a", CancellationToken.None);
        fixture.Restart();
        Assert.That(fixture.Fleet.FindSession("a"), Is.Null);
    }
}
