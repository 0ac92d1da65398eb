using System.Collections.Concurrent;
using DeviceTwin.Storage;

namespace DeviceTwin.Tests.Storage;

/// <summary>Writes that come together are committed together, and reported in their order.</summary>
public sealed class GroupCommitTests
{
    [Test]
    public async Task Writes_that_wait_go_into_one_commit()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        var release = await StoreFolder.Hold(store);
        var waiting = Enumerable.Range(1, 1000).Select(_ => store.Write([new StoreChange.Count("x", 1)])).ToArray();
        release();
        await Task.WhenAll(waiting);
        Assert.That(store.Load().Counters["x"], Is.EqualTo(1000));
        Assert.That(store.Commits, Is.EqualTo(2), "the one that held, and the one for all");
    }

    [Test]
    public async Task Callbacks_come_in_the_order_of_the_writes_after_durability_and_before_the_task()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        // Looked at here while the writer still adds to it.
        var order = new ConcurrentQueue<int>();
        var tasks = Enumerable.Range(0, 500).Select(number => store.Write(
            number % 3 == 0 ? [] : [new StoreChange.Count("x", 1)],
            () => order.Enqueue(number))).ToArray();
        await tasks[100];
        Assert.That(order, Does.Contain(100));
        await Task.WhenAll(tasks);
        Assert.That(order, Is.EqualTo(Enumerable.Range(0, 500)));
    }

    [Test]
    public async Task A_write_without_changes_needs_no_commit()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await store.Write([]);
        Assert.That(store.Commits, Is.Zero);
    }

    [Test]
    public async Task A_callback_that_fails_fails_its_own_task_only()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await Assert.ThrowsAsync<InvalidOperationException>(() => store.Write([new StoreChange.Count("x", 1)], () => throw new InvalidOperationException()));
        await store.Write([new StoreChange.Count("x", 1)]);
        Assert.That(store.Load().Counters["x"], Is.EqualTo(2));
    }

    [Test]
    public async Task When_a_commit_fails_the_owner_can_fail_what_is_queued_on_top()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        var ordered = false;
        Task? built = null;
        Task? presence = null;
        StorageException? told = null;
        store.CommitFailed += reason =>
        {
            told = reason;
            built = store.Write([new StoreChange.Count("x", 1)]);
            presence = store.Write([], () => ordered = true);
            store.FailQueued(reason);
        };
        var failing = store.Write([new StoreChange.PutIdentity(StoreFolder.Identity("a") with { PrimaryKey = null! })]);
        await Assert.ThrowsAsync<StorageException>(() => failing);
        Assert.That(told!.Error, Is.EqualTo(StorageError.Failed));
        await Assert.ThrowsAsync<StorageException>(() => built!);
        await presence!;
        Assert.That(ordered, "a write without changes has nothing to lose");
        Assert.That(store.Load().Counters, Is.Empty);
    }
}
