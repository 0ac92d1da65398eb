using DeviceTwin.Storage;

namespace DeviceTwin.Tests.Storage;

/// <summary>When a task has completed, its change survives the end of the process.</summary>
public sealed class DurabilityTests
{
    [Test]
    public async Task What_was_acknowledged_is_there_after_a_crash()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        for (var number = 0; number < 50; number++)
        {
            await store.Write([new StoreChange.PutIdentity(StoreFolder.Identity($"d{number}"))]);
        }

        await StoreFolder.Send(store, "d1", "features", 50);

        using var crashed = folder.OpenAsAfterACrash();
        Assert.That(crashed.Load().Identities, Has.Count.EqualTo(50));
        Assert.That(crashed.ReadTelemetry("d1", "features", 100), Has.Count.EqualTo(50));
    }

    [Test]
    public async Task Closing_commits_what_is_queued()
    {
        using var folder = new StoreFolder();
        Task written;
        using (var store = folder.Open())
        {
            written = StoreFolder.Send(store, "a", "features", 200);
        }

        await written;
        using var again = folder.Open();
        Assert.That(again.ReadTelemetry("a", "features", 1000), Has.Count.EqualTo(200));
    }

    [Test]
    public async Task A_write_is_there_as_a_whole_or_not_at_all()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await store.Write([new StoreChange.PutIdentity(StoreFolder.Identity("a"))]);
        var bad = store.Write([new StoreChange.PutIdentity(StoreFolder.Identity("b")), new StoreChange.PutIdentity(StoreFolder.Identity("c") with { PrimaryKey = null! })]);
        await Assert.ThrowsAsync<StorageException>(() => bad);
        Assert.That(store.Load().Identities.Select(identity => identity.DeviceId), Is.EqualTo(new[] { "a" }));
        await store.Write([new StoreChange.PutIdentity(StoreFolder.Identity("d"))]);
        Assert.That(store.Load().Identities.Select(identity => identity.DeviceId), Is.EqualTo(new[] { "a", "d" }), "the store goes on");
    }

    [Test]
    public async Task What_a_failed_write_had_put_into_memory_is_forgotten()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        var bad = store.Write(
        [
            new StoreChange.AppendTelemetry(StoreFolder.Message("a", "features", 1)), new StoreChange.Count("x", 5),
            new StoreChange.PutIdentity(StoreFolder.Identity("c") with { PrimaryKey = null! }),
        ]);
        await Assert.ThrowsAsync<StorageException>(() => bad);
        await store.Write([new StoreChange.AppendTelemetry(StoreFolder.Message("a", "features", 2)), new StoreChange.Count("x", 1)]);
        Assert.That(StoreFolder.Numbers(store.ReadTelemetry("a", "features", 10)), Is.EqualTo(new[] { 2 }));
        Assert.That(store.Load().Counters["x"], Is.EqualTo(1));
    }

    [Test]
    public async Task A_closed_store_refuses()
    {
        using var folder = new StoreFolder();
        var store = folder.Open();
        store.Dispose();
        store.Dispose();
        var refusal = await Assert.ThrowsAsync<StorageException>(() => store.Write([new StoreChange.DeleteDevice("a")]));
        Assert.That(refusal!.Error, Is.EqualTo(StorageError.Closed));
    }
}
