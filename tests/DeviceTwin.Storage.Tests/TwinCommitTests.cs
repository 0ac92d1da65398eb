using DeviceTwin.Storage;
using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Storage;

/// <summary>Of a twin that changes several times within one commit the last state is stored.</summary>
public sealed class TwinCommitTests
{
    [Test]
    public async Task The_last_of_several_states_in_one_commit_is_stored()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        var twin = StoreFolder.Twin("a");
        await store.Write(
        [
            new StoreChange.PutIdentity(StoreFolder.Identity("a")),
            new StoreChange.PutTwin(twin),
            new StoreChange.PutTwin(twin with { ModelId = "first" }),
            new StoreChange.PutTwin(twin with { ModelId = "last" }),
        ]);

        Assert.That(store.Load().Twins.Single().ModelId, Is.EqualTo("last"));
    }

    [Test]
    public async Task A_twin_written_and_deleted_in_one_commit_is_gone()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await store.Write([new StoreChange.PutTwin(StoreFolder.Twin("a")), new StoreChange.DeleteDevice("a")]);

        Assert.That(store.Load().Twins, Is.Empty);
    }

    [Test]
    public async Task A_twin_deleted_and_made_again_in_one_commit_is_there()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        var twin = StoreFolder.Twin("a");
        await store.Write([new StoreChange.PutIdentity(StoreFolder.Identity("a")), new StoreChange.PutTwin(twin)]);
        await store.Write(
        [
            new StoreChange.DeleteDevice("a"),
            new StoreChange.PutIdentity(StoreFolder.Identity("a")),
            new StoreChange.PutTwin(twin with { ModelId = "again" }),
        ]);

        Assert.That(store.Load().Twins.Single().ModelId, Is.EqualTo("again"));
    }

    [Test]
    public async Task A_write_is_released_after_all_of_its_commit_are_durable()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        var release = await StoreFolder.Hold(store);
        var told = new List<string>();
        var done = new CountdownEvent(2);
        foreach (var name in new[] { "a", "b" })
        {
            ((IStoreWriter)store).Write(new NotedWrite(name, told, done));
        }

        release();
        await Task.Run(done.Wait);
        Assert.That(told, Is.EqualTo(new[] { "a durable", "b durable", "a released", "b released" }));
    }

    private sealed class NotedWrite(string name, List<string> told, CountdownEvent done) : StoreWrite([new StoreChange.Count("x", 1)])
    {
        public override void Durable() => told.Add($"{name} durable");

        public override void Failed(Exception reason) => told.Add($"{name} failed");

        public override void Release()
        {
            told.Add($"{name} released");
            done.Signal();
        }
    }
}
