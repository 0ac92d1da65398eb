using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using DeviceTwin.Storage;
using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Storage;

/// <summary>What is written is there when the store is opened again.</summary>
public sealed class RoundTripTests
{
    [Test]
    public void A_new_store_is_empty()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        var fleet = store.Load();
        Assert.That((fleet.Identities.Count, fleet.Twins.Count, fleet.Sessions.Count, fleet.Configurations.Count), Is.EqualTo((0, 0, 0, 0)));
    }

    [Test]
    public async Task Identity_twin_session_and_configuration_come_back_as_they_were()
    {
        using var folder = new StoreFolder();
        var identity = StoreFolder.Identity("press-1") with { StatusReason = "Größe €", StatusUpdatedAt = StoreFolder.Start.AddTicks(1) };
        var twin = TwinUpdates.Patch(
            StoreFolder.Twin("press-1"),
            Json.ParseObject("""{"tags":{"line":"Größe €"},"properties":{"desired":{"a":{"b":20.0,"c":[1,"x"]}}}}"""),
            StoreFolder.Start.AddTicks(1)).Twin;
        twin = TwinUpdates.PatchReported(twin, Json.ParseObject("""{"a":{"b":{"value":20,"ac":200,"av":2}}}"""), null, StoreFolder.Start).Twin with
        {
            ModelId = "dtmi:com:devicetwin:vibrationNode;1",
            LastActivityAt = StoreFolder.Start.AddSeconds(3),
            Applied = AppliedSetting.None.Add("a.b", new AppliedSetting("c1", JsonValue.Create(20))),
        };
        var session = new DeviceSession("press-1", new Dictionary<string, int> { ["$iothub/twin/res/#"] = 0 });
        var configuration = new Configuration(
            "line-a",
            "tags.line = 'A'",
            5,
            new Dictionary<string, JsonNode?> { ["properties.desired.a.b"] = JsonValue.Create(20), ["properties.desired.x"] = new JsonArray(1, 2) },
            new Dictionary<string, string> { ["owner"] = "maintenance" },
            ETags.First,
            StoreFolder.Start,
            StoreFolder.Start.AddDays(1));
        using (var store = folder.Open())
        {
            await store.Write(
            [
                new StoreChange.PutIdentity(identity), new StoreChange.PutTwin(twin), new StoreChange.PutSession(session),
                new StoreChange.PutConfiguration(configuration), new StoreChange.Count("telemetry", 7), new StoreChange.Count("telemetry", 5),
            ]);
        }

        using var again = folder.Open();
        var fleet = again.Load();
        Assert.That(fleet.Identities.Single(), Is.EqualTo(identity));
        var loaded = fleet.Twins.Single();
        Assert.That(
            (loaded.DeviceId, loaded.ETag, loaded.Version, loaded.ModelId, loaded.LastActivityAt),
            Is.EqualTo((twin.DeviceId, twin.ETag, twin.Version, twin.ModelId, twin.LastActivityAt)));
        Assert.That(loaded.Tags.ToJsonString(), Is.EqualTo(twin.Tags.ToJsonString()));
        Assert.That(loaded.Desired.ToJson(true).ToJsonString(), Is.EqualTo(twin.Desired.ToJson(true).ToJsonString()));
        Assert.That(loaded.Reported.ToJson(true).ToJsonString(), Is.EqualTo(twin.Reported.ToJson(true).ToJsonString()));
        Assert.That((loaded.Applied["a.b"].ConfigurationId, loaded.Applied["a.b"].Value.ToJsonString()), Is.EqualTo(("c1", "20")));
        Assert.That(fleet.Sessions.Single().Subscriptions, Is.EqualTo(session.Subscriptions));
        var loadedConfiguration = fleet.Configurations.Single();
        Assert.That(
            loadedConfiguration with { DeviceContent = configuration.DeviceContent, Labels = configuration.Labels, MetricQueries = configuration.MetricQueries }, Is.EqualTo(configuration));
        Assert.That(loadedConfiguration.DeviceContent["properties.desired.x"]!.ToJsonString(), Is.EqualTo("[1,2]"));
        Assert.That(loadedConfiguration.Labels, Is.EqualTo(configuration.Labels));
        Assert.That(fleet.Counters["telemetry"], Is.EqualTo(12));
    }

    [Test]
    public async Task When_a_device_or_a_module_came_and_went_is_kept_until_it_is_deleted()
    {
        using var folder = new StoreFolder();
        using (var store = folder.Open())
        {
            foreach (var (address, connected) in new[] { ("a", true), ("a/m", true), ("b", true), ("b", false) })
            {
                await store.Write([new StoreChange.PutPresence(new StoredPresence(address, connected, StoreFolder.Start.AddSeconds(connected ? 1 : 2)))]);
            }

            await store.Write([new StoreChange.DeleteModule("a", "m")]);
        }

        using var again = folder.Open();
        Assert.That(
            again.Load().Presence.Values.OrderBy(presence => presence.Address),
            Is.EqualTo(new[] { new StoredPresence("a", true, StoreFolder.Start.AddSeconds(1)), new StoredPresence("b", false, StoreFolder.Start.AddSeconds(2)) }));
    }

    [Test]
    public async Task The_last_write_counts_and_deletions_delete()
    {
        using var folder = new StoreFolder();
        using (var store = folder.Open())
        {
            await store.Write([new StoreChange.PutIdentity(StoreFolder.Identity("a")), new StoreChange.PutTwin(StoreFolder.Twin("a"))]);
            await store.Write([new StoreChange.PutIdentity(StoreFolder.Identity("b")), new StoreChange.PutTwin(StoreFolder.Twin("b"))]);
            await store.Write([new StoreChange.PutIdentity(StoreFolder.Identity("a") with { Enabled = false })]);
            await store.Write([new StoreChange.PutSession(new DeviceSession("a", new Dictionary<string, int>()))]);
            await store.Write([new StoreChange.DeleteSession("a")]);
            await StoreFolder.Send(store, "b", "features", 3);
            await store.Write([new StoreChange.DeleteDevice("b")]);
        }

        using var again = folder.Open();
        var fleet = again.Load();
        Assert.That(fleet.Identities.Select(identity => (identity.DeviceId, identity.Enabled)), Is.EqualTo(new[] { ("a", false) }));
        Assert.That(fleet.Twins.Select(twin => twin.DeviceId), Is.EqualTo(new[] { "a" }));
        Assert.That(fleet.Sessions, Is.Empty);
        Assert.That(again.ReadTelemetry("b", null, 10), Is.Empty);
    }

    [Test]
    public async Task A_device_of_the_same_name_does_not_inherit_a_history()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await StoreFolder.Send(store, "a", "features", 3);
        await store.Write([new StoreChange.DeleteDevice("a")]);
        await StoreFolder.Send(store, "a", "features", 1, from: 9);
        Assert.That(StoreFolder.Numbers(store.ReadTelemetry("a", "features", 10)), Is.EqualTo(new[] { 9 }));
    }

    [Test, Platform(Exclude = "Win"), UnsupportedOSPlatform("windows")]
    public async Task Keys_are_for_the_owner_of_the_file_only()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await store.Write([new StoreChange.PutIdentity(StoreFolder.Identity("a"))]);
        foreach (var suffix in new[] { "", "-wal", "-shm" })
        {
            Assert.That(File.GetUnixFileMode(folder.DatabasePath + suffix), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite), suffix);
        }
    }
}
