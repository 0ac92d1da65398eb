namespace DeviceTwin.Storage;

/// <summary>
/// Changes that become durable together or not at all, with who is told. One object stands for task, callback and their states: telemetry
/// comes by the hundred thousand. The first two calls come on the writer's thread and must not block.
/// </summary>
public abstract class StoreWrite(IReadOnlyList<StoreChange> changes)
{
    public IReadOnlyList<StoreChange> Changes { get; } = changes;

    /// <summary>After the commit, for one write after the other in the order of the queue.</summary>
    public abstract void Durable();

    /// <summary>Instead of <see cref="Durable"/> where the commit failed, or after it where it threw.</summary>
    public abstract void Failed(Exception reason);

    /// <summary>
    /// After all writes of the commit have been told one or the other: whoever waits for several of them wakes up once. On a thread of the pool,
    /// which many writes share: what is to be done can be done there and then, but must not block.
    /// </summary>
    public abstract void Release();
}
