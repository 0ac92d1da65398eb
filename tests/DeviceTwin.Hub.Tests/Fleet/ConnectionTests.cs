using DeviceTwin.Hub;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Storage;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>Devices come, send and go.</summary>
public sealed class ConnectionTests
{
    private static Task Connect(FleetFixture fixture, string connection, string? model = null) =>
        fixture.Fleet.SetConnected("a", connection, model, CancellationToken.None);

    private static Task Disconnect(FleetFixture fixture, string connection) =>
        fixture.Fleet.SetDisconnected("a", connection, CancellationToken.None);

    private static bool[] Changes(FleetFixture fixture) =>
        [.. fixture.Events.OfType<FleetEvent.ConnectionChanged>().Select(change => change.Connected)];

    [Test]
    public async Task The_end_of_an_older_connection_changes_nothing()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        await Connect(fixture, "1");
        await Connect(fixture, "2");
        await Disconnect(fixture, "1");
        Assert.That((fixture.Fleet.FindTwin("a")!.Connected, fixture.Fleet.Statistics.Connected), Is.EqualTo((true, 1)));
        await Disconnect(fixture, "2");
        Assert.That((fixture.Fleet.FindTwin("a")!.Connected, fixture.Fleet.Statistics.Connected), Is.EqualTo((false, 0)));
        Assert.That(Changes(fixture), Is.EqualTo(new[] { true, false }));
    }

    [Test]
    public async Task When_a_device_came_or_went_is_known_also_after_a_restart()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        (DateTimeOffset? Updated, DateTimeOffset? Active) Times() => (fixture.Fleet.FindTwin("a")!.ConnectionUpdatedAt, fixture.Fleet.FindTwin("a")!.LastActivityAt);
        Assert.That(Times(), Is.EqualTo((default(DateTimeOffset?), default(DateTimeOffset?))));
        var start = fixture.Time.GetUtcNow();
        await Connect(fixture, "1");
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        await Connect(fixture, "2");
        Assert.That(Times(), Is.EqualTo(((DateTimeOffset?)start, (DateTimeOffset?)start.AddSeconds(1))), "a connection that is taken over is the same state");
        await Disconnect(fixture, "2");
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        fixture.Restart();
        Assert.That(Times(), Is.EqualTo(((DateTimeOffset?)start.AddSeconds(1), (DateTimeOffset?)start.AddSeconds(1))));

        await Connect(fixture, "3");
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        fixture.Restart();
        Assert.That(Times(), Is.EqualTo(((DateTimeOffset?)start.AddSeconds(3), (DateTimeOffset?)start.AddSeconds(2))), "whoever was there at the end is not there at the start");
    }

    [Test]
    public async Task A_disk_that_is_full_neither_keeps_a_device_out_nor_holds_one_that_has_gone()
    {
        var store = new ManualStore();
        using var fixture = new FleetFixture(store);
        await fixture.Register("a");
        store.Immediate = false;
        var came = Connect(fixture, "1");
        store.Commit(1);
        store.Fail();
        await came;
        Assert.That(fixture.Fleet.FindTwin("a")!.Connected, Is.True);
        var went = Disconnect(fixture, "1");
        store.Commit(1);
        store.Fail();
        await went;
        Assert.That((fixture.Fleet.FindTwin("a")!.Connected, fixture.Fleet.FindTwin("a")!.ConnectionUpdatedAt), Is.EqualTo((false, (DateTimeOffset?)fixture.Time.GetUtcNow())));
    }

    [Test]
    public async Task The_model_is_kept_when_a_later_connection_names_none()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        await Connect(fixture, "1", "dtmi:com:example:Thermostat;1");
        await Connect(fixture, "2");
        Assert.That(fixture.Fleet.FindTwin("a")!.ModelId, Is.EqualTo("dtmi:com:example:Thermostat;1"));
        Assert.That(fixture.Fleet.FindTwin("a")!.Version, Is.EqualTo(1));
        fixture.Restart();
        Assert.That(fixture.Fleet.FindTwin("a")!.ModelId, Is.EqualTo("dtmi:com:example:Thermostat;1"));
    }

    [Test]
    public async Task A_connection_that_could_not_be_noted_leaves_nobody_connected()
    {
        var store = new ManualStore();
        using var fixture = new FleetFixture(store);
        await fixture.Register("a");
        store.Immediate = false;
        var failing = Connect(fixture, "1", "dtmi:com:example:Thermostat;1");
        store.Fail();
        Assert.That(await FleetFixture.Refusal(() => failing), Is.EqualTo(HubError.ServiceUnavailable));
        store.Commit();
        Assert.That((fixture.Fleet.FindTwin("a")!.Connected, fixture.Fleet.Statistics.Connected), Is.EqualTo((false, 0)));

        using var impatience = new CancellationTokenSource();
        var waiting = fixture.Fleet.SetConnected("a", "2", null, impatience.Token);
        await impatience.CancelAsync();
        Assert.That(async () => await waiting, Throws.InstanceOf<OperationCanceledException>());
        store.Commit();
        Assert.That((fixture.Fleet.FindTwin("a")!.Connected, fixture.Fleet.Statistics.Connected), Is.EqualTo((false, 0)));
        Assert.That(Changes(fixture), Is.EqualTo(new[] { true, false, true, false }));
    }

    [Test]
    public async Task Unknown_devices_neither_connect_nor_send()
    {
        using var fixture = new FleetFixture();
        Assert.That(await FleetFixture.Refusal(() => Connect(fixture, "1")), Is.EqualTo(HubError.DeviceNotFound));
        Assert.That(
            await FleetFixture.Refusal(() => fixture.Fleet.AppendTelemetry(
                new TelemetryMessage("a", default, new Dictionary<string, string?>(), default), CancellationToken.None)),
            Is.EqualTo(HubError.DeviceNotFound));
        await Disconnect(fixture, "1");
    }

    [Test]
    public async Task Telemetry_is_stored_counted_told_and_counts_as_activity()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        var message = new TelemetryMessage(
            "a", fixture.Time.GetUtcNow().AddSeconds(5), new Dictionary<string, string?> { ["kind"] = "features" }, "{}"u8.ToArray());
        await fixture.Fleet.AppendTelemetry(message, CancellationToken.None);
        Assert.That(fixture.Fleet.ReadTelemetry("a", "features", 10).Single().Body.ToArray(), Is.EqualTo("{}"u8.ToArray()));
        Assert.That(fixture.Events[^1], Is.EqualTo(new FleetEvent.TelemetryReceived("a", message.EnqueuedAt, message)));
        Assert.That(fixture.Fleet.Totals.Telemetry, Is.EqualTo(1));
        Assert.That(fixture.Fleet.FindTwin("a")!.LastActivityAt, Is.EqualTo(message.EnqueuedAt));
        fixture.Restart();
        Assert.That((fixture.Fleet.Totals.Telemetry, fixture.Fleet.FindTwin("a")!.LastActivityAt), Is.EqualTo((1L, message.EnqueuedAt)));
    }
}
