using DeviceTwin.Storage;
using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Storage;

/// <summary>Modules stand beside the devices, and go with them.</summary>
public sealed class ModuleStoreTests
{
    private static readonly DeviceIdentity Camera = StoreFolder.Identity("press-1") with { ModuleId = "camera", ManagedBy = "ann", Authentication = AuthenticationType.SelfSigned, PrimaryThumbprint = "AB", StatusReason = "spare", StatusUpdatedAt = StoreFolder.Start };

    [Test]
    public async Task Identity_twin_and_session_of_a_module_come_back_as_they_were()
    {
        using var folder = new StoreFolder();
        var twin = TwinUpdates.Patch(
            TwinDocument.Create("press-1", StoreFolder.Start, "camera"),
            Json.ParseObject("""{"tags":{"line":"Größe €"},"properties":{"desired":{"fps":25.0}}}"""),
            StoreFolder.Start.AddTicks(1)).Twin;
        twin = TwinUpdates.PatchReported(twin, Json.ParseObject("""{"fps":{"value":25,"ac":200,"av":2}}"""), null, StoreFolder.Start).Twin with
        {
            ModelId = "dtmi:com:example:camera;1",
            LastActivityAt = StoreFolder.Start.AddSeconds(3),
        };
        using (var store = folder.Open())
        {
            await store.Write(
            [
                new StoreChange.PutIdentity(StoreFolder.Identity("press-1")), new StoreChange.PutTwin(StoreFolder.Twin("press-1")),
                new StoreChange.PutIdentity(Camera), new StoreChange.PutTwin(twin),
                new StoreChange.PutSession(new DeviceSession("press-1/camera", new Dictionary<string, int> { ["$iothub/twin/res/#"] = 0 })),
            ]);
        }

        using var again = folder.Open();
        var fleet = again.Load();
        Assert.That(fleet.Identities.Select(identity => identity.Address), Is.EqualTo(new[] { "press-1" }), "whoever goes through the devices meets no module");
        Assert.That(fleet.Twins.Select(found => found.Address), Is.EqualTo(new[] { "press-1" }));
        var (identity, loaded) = fleet.Modules.Single();
        Assert.That(identity, Is.EqualTo(Camera));
        Assert.That(
            (loaded.Address, loaded.ModuleId, loaded.ETag, loaded.Version, loaded.ModelId, loaded.LastActivityAt),
            Is.EqualTo(("press-1/camera", "camera", twin.ETag, twin.Version, twin.ModelId, twin.LastActivityAt)));
        Assert.That(loaded.Tags.ToJsonString(), Is.EqualTo(twin.Tags.ToJsonString()));
        Assert.That(loaded.Desired.ToJson(true).ToJsonString(), Is.EqualTo(twin.Desired.ToJson(true).ToJsonString()));
        Assert.That(loaded.Reported.ToJson(true).ToJsonString(), Is.EqualTo(twin.Reported.ToJson(true).ToJsonString()));
        Assert.That(fleet.Sessions.Single().DeviceId, Is.EqualTo("press-1/camera"));
        Assert.That(again.ReadModuleTwins().Select(found => found.Address), Is.EqualTo(new[] { "press-1/camera" }));
    }

    [Test]
    public async Task The_twins_of_a_device_and_its_modules_change_in_one_commit_each_by_itself()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await store.Write(
        [
            new StoreChange.PutIdentity(StoreFolder.Identity("press-1")), new StoreChange.PutIdentity(Camera), new StoreChange.PutIdentity(Camera with { ModuleId = "arm" }),
            new StoreChange.PutTwin(StoreFolder.Twin("press-1") with { Version = 2 }),
            new StoreChange.PutTwin(TwinDocument.Create("press-1", StoreFolder.Start, "camera") with { Version = 3 }),
            new StoreChange.PutTwin(TwinDocument.Create("press-1", StoreFolder.Start, "arm") with { Version = 4 }),
            new StoreChange.PutTwin(TwinDocument.Create("press-1", StoreFolder.Start, "camera") with { Version = 5 }),
        ]);
        var fleet = store.Load();
        Assert.That(
            fleet.Twins.Concat(fleet.Modules.Select(module => module.Twin)).Select(twin => (twin.Address, twin.Version)),
            Is.EqualTo(new[] { ("press-1", 2L), ("press-1/arm", 4L), ("press-1/camera", 5L) }));
    }

    [Test]
    public async Task A_module_that_is_deleted_leaves_nothing_and_takes_nothing_along()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await store.Write(
        [
            new StoreChange.PutIdentity(StoreFolder.Identity("press-1")), new StoreChange.PutTwin(StoreFolder.Twin("press-1")),
            new StoreChange.PutIdentity(Camera), new StoreChange.PutTwin(TwinDocument.Create("press-1", StoreFolder.Start, "camera")),
            new StoreChange.PutSession(new DeviceSession("press-1/camera", new Dictionary<string, int>())),
            new StoreChange.PutSession(new DeviceSession("press-1", new Dictionary<string, int>())),
        ]);
        await StoreFolder.Send(store, "press-1", "features", 1);
        await StoreFolder.Send(store, "press-1/camera", "features", 1);
        Assert.That(store.ReadTelemetry("press-1/camera", "features", 10), Has.Count.EqualTo(1));
        await store.Write([new StoreChange.DeleteModule("press-1", "camera")]);
        var fleet = store.Load();
        Assert.That((fleet.Identities.Count, fleet.Modules.Count, fleet.Sessions.Single().DeviceId), Is.EqualTo((1, 0, "press-1")));
        Assert.That(store.ReadTelemetry("press-1/camera", null, 10), Is.Empty);
        Assert.That(store.ReadTelemetry("press-1", null, 10), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task What_modules_send_is_no_row_of_history()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await StoreFolder.Send(store, "press-1", "features", 1);
        await StoreFolder.Send(store, "press-1/camera", "features", 1);
        Assert.That(store.ReadHistoryTails("features").Select(tail => tail.DeviceId), Is.EqualTo(new[] { "press-1" }));
    }

    [TestCase("DELETE FROM module_twins", "no twin of module press-1/camera")]
    public async Task A_module_without_its_twin_is_told(string damage, string told)
    {
        using var folder = new StoreFolder();
        using (var store = folder.Open())
        {
            await store.Write(
            [
                new StoreChange.PutIdentity(StoreFolder.Identity("press-1")), new StoreChange.PutTwin(StoreFolder.Twin("press-1")),
                new StoreChange.PutIdentity(Camera), new StoreChange.PutTwin(TwinDocument.Create("press-1", StoreFolder.Start, "camera")),
            ]);
        }

        Dumps.SqlDump.Execute(folder.DatabasePath, damage);
        using var again = folder.Open();
        Assert.That(() => again.Load(), Throws.InstanceOf<StorageException>().With.Message.Contains(told));
    }
}
