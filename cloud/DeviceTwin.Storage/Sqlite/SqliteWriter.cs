using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>
/// The writer's thread: takes all that is queued, commits it at once, then reports. What is queued in the meantime goes into the next commit, so
/// that commits grow with the load.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    /// <summary>Writes of a commit from which on the next one is waited for.</summary>
    private const int GatherFrom = 16;
    private const int ReleasedTogether = 256;
    private static readonly TimeSpan GatherFor = TimeSpan.FromMilliseconds(2);

    private readonly Lock gate = new();
    private readonly AutoResetEvent wake = new(false);
    private readonly SqliteStatements statements;
    private readonly string path;
    private readonly int maximumBatch;
    private readonly Action<StoreCommit>? committed;
    private readonly Thread thread;
    private Queue<StoreWrite> queue = new();
    private int wakeAt;
    private bool closed;

    public SqliteWriter(SqliteConnection connection, SqliteStoreOptions options)
    {
        path = options.Path;
        maximumBatch = options.MaximumBatch;
        committed = options.Committed;
        statements = new SqliteStatements(connection, options);
        thread = new Thread(Run) { IsBackground = true, Name = "store writer" };
        thread.Start();
    }

    /// <inheritdoc cref="IStoreWriter.CommitFailed"/>
    public event Action<StorageException>? CommitFailed;

    /// <summary>Commits made since the start.</summary>
    public long Commits { get; private set; }

    /// <inheritdoc cref="IStoreWriter.Write(IReadOnlyList{StoreChange}, Action)"/>
    public Task Write(IReadOnlyList<StoreChange> changes, Action? durable)
    {
        var write = new AwaitedWrite(changes, durable);
        Write(write);
        return write.Done;
    }

    /// <inheritdoc cref="IStoreWriter.Write(StoreWrite)"/>
    public void Write(StoreWrite write)
    {
        bool refused;
        var enough = false;
        lock (gate)
        {
            refused = closed;
            if (!refused)
            {
                queue.Enqueue(write);
                if (enough = wakeAt > 0 && queue.Count >= wakeAt)
                {
                    wakeAt = 0;
                }
            }
        }

        if (enough)
        {
            wake.Set();
        }
        else if (refused)
        {
            write.Failed(Closed());
            write.Release();
        }
    }

    /// <inheritdoc cref="IStoreWriter.FailQueued"/>
    public void FailQueued(StorageException reason)
    {
        var writes = TakeAll();
        foreach (var write in writes)
        {
            Fail(write, reason);
        }

        Release([.. writes]);
    }

    /// <summary>Commits what is queued, then ends. Not for callbacks: it waits for their thread.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            closed = true;
        }

        wake.Set();
        thread.Join();
        statements.Dispose();
        wake.Dispose();
    }

    private void Run()
    {
        var batch = new List<StoreWrite>();
        while (Take(batch))
        {
            if (batch.Count > 0)
            {
                Commit(batch);
                Gather(batch.Count);
                batch = [];
            }
            else
            {
                wake.WaitOne();
            }
        }
    }

    /// <summary>Fills the batch with what is queued; false where nothing is and nothing will be.</summary>
    private bool Take(List<StoreWrite> batch)
    {
        lock (gate)
        {
            var changes = 0;
            while (changes < maximumBatch && queue.TryDequeue(out var write))
            {
                batch.Add(write);
                changes += write.Changes.Count;
            }

            wakeAt = batch.Count == 0 ? 1 : 0;
            return batch.Count > 0 || !closed;
        }
    }

    /// <summary>
    /// Many devices that each wait for one answer before they send again would come in ever smaller groups, and a commit costs the same for each:
    /// after a large one the next is given a moment to become a quarter larger. A single device never waits.
    /// </summary>
    private void Gather(int last)
    {
        if (last < GatherFrom)
        {
            return;
        }

        lock (gate)
        {
            if (closed || queue.Count >= last + (last >> 2))
            {
                return;
            }

            wakeAt = last + (last >> 2);
        }

        if (!wake.WaitOne(GatherFor))
        {
            lock (gate)
            {
                wakeAt = 0;
            }
        }
    }

    private void Commit(List<StoreWrite> batch)
    {
        var begun = Stopwatch.GetTimestamp();
        var changes = 0;
        foreach (var write in batch)
        {
            changes += write.Changes.Count;
        }

        try
        {
            if (changes > 0)
            {
                statements.Begin();
                foreach (var write in batch)
                {
                    var (list, count) = (write.Changes, write.Changes.Count);
                    for (var index = 0; index < count; index++)
                    {
                        statements.Apply(list[index]);
                    }
                }

                statements.Commit();
                Commits++;
            }
        }
        catch (Exception e)
        {
            // Whatever went wrong, the transaction is rolled back and everybody concerned hears of it.
            statements.RollBack();
            var reason = SqliteErrors.Translate(e, path);
            Tell(batch.Count, changes, begun, failed: true);
            CommitFailed?.Invoke(reason);
            foreach (var write in batch)
            {
                Fail(write, reason);
            }

            Release(batch);
            return;
        }

        Tell(batch.Count, changes, begun, failed: false);
        foreach (var write in batch)
        {
            Complete(write);
        }

        Release(batch);
    }

    /// <summary>On other threads, many at a time: the next commit does not wait for it, and a thread is not woken for each.</summary>
    private static void Release(List<StoreWrite> batch)
    {
        for (var from = 0; from < batch.Count; from += ReleasedTogether)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static part =>
                {
                    for (var index = part.From; index < Math.Min(part.Batch.Count, part.From + ReleasedTogether); index++)
                    {
                        part.Batch[index].Release();
                    }
                },
                (Batch: batch, From: from),
                preferLocal: false);
        }
    }

    private void Tell(int writes, int changes, long begun, bool failed)
    {
        if (committed is not null && changes > 0)
        {
            int waiting;
            lock (gate)
            {
                waiting = queue.Count;
            }

            committed(new StoreCommit(writes, changes, Stopwatch.GetElapsedTime(begun), waiting, failed));
        }
    }

    private static void Fail(StoreWrite write, StorageException reason)
    {
        if (write.Changes.Count == 0)
        {
            // It only wanted its place in the order.
            Complete(write);
        }
        else
        {
            write.Failed(reason);
        }
    }

    private static void Complete(StoreWrite write)
    {
        try
        {
            write.Durable();
        }
        catch (Exception e)
        {
            // A callback's mistake must not take the writer down with it; its own caller gets it.
            write.Failed(e);
        }
    }

    private Queue<StoreWrite> TakeAll()
    {
        lock (gate)
        {
            var taken = queue;
            queue = new Queue<StoreWrite>();
            return taken;
        }
    }

    private StorageException Closed() => new(StorageError.Closed, $"The database {path} has been closed: the hub is stopping. Try again when it is back.");

    /// <summary>A write that somebody awaits.</summary>
    private sealed class AwaitedWrite(IReadOnlyList<StoreChange> changes, Action? durable) : StoreWrite(changes)
    {
        /// <summary>Continuations run elsewhere: they must not hold up the next commit.</summary>
        private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Exception? failure;

        public Task Done => done.Task;

        public override void Durable() => durable?.Invoke();

        public override void Failed(Exception reason) => failure = reason;

        public override void Release()
        {
            if (failure is null)
            {
                done.TrySetResult();
            }
            else
            {
                done.TrySetException(failure);
            }
        }
    }
}
