using DeviceTwin.Storage;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>A store that commits when the test says so, or fails.</summary>
internal partial class ManualStore : IHubStore
{
    private readonly Queue<(IReadOnlyList<StoreChange> Changes, Action? Durable, TaskCompletionSource Done)> queue = new();

    public event Action<StorageException>? CommitFailed;

    public List<StoreChange> Committed { get; } = [];

    public int Waiting => queue.Count;

    /// <summary>Commits at once whatever is written.</summary>
    public bool Immediate { get; set; } = true;

    /// <summary>How many writes still get through while <see cref="Immediate"/>; those after them wait. Null = all.</summary>
    public int? Room { get; set; }

    public virtual StoredFleet Load() => new([], [], [], [], new Dictionary<string, DateTimeOffset>(), new Dictionary<string, long>());

    public Task Write(IReadOnlyList<StoreChange> changes, Action? durable = null)
    {
        var done = new TaskCompletionSource();
        queue.Enqueue((changes, durable, done));
        if (Immediate && Room is not 0)
        {
            Room--;
            Commit();
        }

        return done.Task;
    }

    /// <summary>Commits the oldest writes.</summary>
    public void Commit(int count = int.MaxValue)
    {
        for (; count > 0 && queue.TryDequeue(out var write); count--)
        {
            Committed.AddRange(write.Changes);
            write.Durable?.Invoke();
            write.Done.SetResult();
        }
    }

    /// <summary>The oldest write cannot be committed.</summary>
    public void Fail()
    {
        var reason = new StorageException(StorageError.Full, "The disk is full.");
        var write = queue.Dequeue();
        CommitFailed?.Invoke(reason);
        write.Done.SetException(reason);
    }

    public void FailQueued(StorageException reason)
    {
        while (queue.TryDequeue(out var write))
        {
            if (write.Changes.Count > 0)
            {
                write.Done.SetException(reason);
            }
            else
            {
                write.Durable?.Invoke();
                write.Done.SetResult();
            }
        }
    }

    public IReadOnlyList<TelemetryMessage> ReadTelemetry(string deviceId, string? kind, int limit) => [];

    public IReadOnlyList<AuditRow> ReadAudit(string? deviceId, int limit) => [];

    public void Dispose()
    {
    }
}
