using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>
/// The writer's thread: takes all that is queued, commits it at once, then reports. What is queued in the meantime goes into the next commit, so
/// that commits grow with the load.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    private readonly Lock gate = new();
    private readonly AutoResetEvent wake = new(false);
    private readonly SqliteStatements statements;
    private readonly string path;
    private readonly int maximumBatch;
    private readonly Action<StoreCommit>? committed;
    private readonly Thread thread;
    private Queue<Pending> queue = new();
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

    /// <inheritdoc cref="IStoreWriter.Write"/>
    public Task Write(IReadOnlyList<StoreChange> changes, Action? durable)
    {
        var pending = new Pending(changes, durable);
        lock (gate)
        {
            if (closed)
            {
                return Task.FromException(Closed());
            }

            queue.Enqueue(pending);
        }

        wake.Set();
        return pending.Done.Task;
    }

    /// <inheritdoc cref="IStoreWriter.FailQueued"/>
    public void FailQueued(StorageException reason)
    {
        foreach (var pending in TakeAll())
        {
            Fail(pending, reason);
        }
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
        var batch = new List<Pending>();
        while (Take(batch))
        {
            if (batch.Count > 0)
            {
                Commit(batch);
                batch.Clear();
            }
            else
            {
                wake.WaitOne();
            }
        }
    }

    /// <summary>Fills the batch with what is queued; false where nothing is and nothing will be.</summary>
    private bool Take(List<Pending> batch)
    {
        lock (gate)
        {
            var changes = 0;
            while (changes < maximumBatch && queue.TryDequeue(out var pending))
            {
                batch.Add(pending);
                changes += pending.Changes.Count;
            }

            return batch.Count > 0 || !closed;
        }
    }

    private void Commit(List<Pending> batch)
    {
        var begun = Stopwatch.GetTimestamp();
        try
        {
            if (batch.Any(pending => pending.Changes.Count > 0))
            {
                statements.Begin();
                foreach (var pending in batch)
                {
                    foreach (var change in pending.Changes)
                    {
                        statements.Apply(change);
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
            Tell(batch, begun, failed: true);
            CommitFailed?.Invoke(reason);
            foreach (var pending in batch)
            {
                Fail(pending, reason);
            }

            return;
        }

        Tell(batch, begun, failed: false);
        foreach (var pending in batch)
        {
            Complete(pending);
        }
    }

    private void Tell(List<Pending> batch, long begun, bool failed)
    {
        if (committed is not null && batch.Sum(pending => pending.Changes.Count) is > 0 and var changes)
        {
            int waiting;
            lock (gate)
            {
                waiting = queue.Count;
            }

            committed(new StoreCommit(batch.Count, changes, Stopwatch.GetElapsedTime(begun), waiting, failed));
        }
    }

    private static void Fail(Pending pending, StorageException reason)
    {
        if (pending.Changes.Count == 0)
        {
            // It only wanted its place in the order.
            Complete(pending);
        }
        else
        {
            pending.Done.TrySetException(reason);
        }
    }

    private static void Complete(Pending pending)
    {
        try
        {
            pending.Durable?.Invoke();
            pending.Done.TrySetResult();
        }
        catch (Exception e)
        {
            // A callback's mistake must not take the writer down with it; its own caller gets it.
            pending.Done.TrySetException(e);
        }
    }

    private Queue<Pending> TakeAll()
    {
        lock (gate)
        {
            var taken = queue;
            queue = new Queue<Pending>();
            return taken;
        }
    }

    private StorageException Closed() => new(StorageError.Closed, $"The database {path} has been closed: the hub is stopping. Try again when it is back.");

    private sealed record Pending(IReadOnlyList<StoreChange> Changes, Action? Durable)
    {
        /// <summary>Continuations run elsewhere: they must not hold up the next commit.</summary>
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
