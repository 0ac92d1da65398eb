namespace DeviceTwin.Hub.Gateway;

/// <summary>
/// Bounds what one connection has under way: who reads from the connection waits here, so that a fast sender is slowed down by TCP
/// instead of filling memory. One reader, any number of finishers.
/// </summary>
internal sealed class InFlight(int maxCount, int maxBytes)
{
    private readonly Lock gate = new();
    private TaskCompletionSource? room;
    private int count;
    private long bytes;

    /// <summary>Whether nothing is under way.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (gate)
            {
                return count == 0;
            }
        }
    }

    /// <summary>Counts one message in, waiting for room first. A message larger than the bound passes when it is alone.</summary>
    public async ValueTask Enter(int size, CancellationToken cancellation)
    {
        while (true)
        {
            Task wait;
            lock (gate)
            {
                if (count == 0 || (count < maxCount && bytes + size <= maxBytes))
                {
                    count++;
                    bytes += size;
                    return;
                }

                room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                wait = room.Task;
            }

            await wait.WaitAsync(cancellation);
        }
    }

    public void Leave(int size)
    {
        lock (gate)
        {
            count--;
            bytes -= size;
            room?.TrySetResult();
            room = null;
        }
    }
}
