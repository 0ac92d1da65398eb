namespace DeviceTwin.Mqtt;

/// <summary>Packet identifiers in flight and who waits for each confirmation.</summary>
internal sealed class MqttWaiters
{
    private readonly Dictionary<int, (MqttPacketType Expected, TaskCompletionSource<MqttPacket> Waiter)> inFlight = [];
    private TaskCompletionSource freed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int last;
    private string? ended;

    /// <summary>Completes when an identifier becomes free, or the connection ends.</summary>
    public Task Freed()
    {
        lock (inFlight)
        {
            return ended is null ? freed.Task : Task.CompletedTask;
        }
    }

    /// <summary>Takes a free identifier.</summary>
    /// <returns>False where all are in flight or the connection has ended.</returns>
    public bool TryAdd(MqttPacketType expected, out int packetId, out Task<MqttPacket> answer)
    {
        var waiter = new TaskCompletionSource<MqttPacket>(TaskCreationOptions.RunContinuationsAsynchronously);
        answer = waiter.Task;
        packetId = 0;
        lock (inFlight)
        {
            if (ended is not null || inFlight.Count == 0xFFFF)
            {
                return false;
            }

            do
            {
                last = last == 0xFFFF ? 1 : last + 1;
            }
            while (inFlight.ContainsKey(last));
            packetId = last;
            inFlight.Add(packetId, (expected, waiter));
        }

        return true;
    }

    /// <summary>A confirmation that nobody waits for, or of another kind, is passed over.</summary>
    public void Complete(int packetId, MqttPacket confirmation)
    {
        TaskCompletionSource<MqttPacket>? waiter = null;
        lock (inFlight)
        {
            if (inFlight.TryGetValue(packetId, out var entry) && entry.Expected == confirmation.Type)
            {
                inFlight.Remove(packetId);
                waiter = entry.Waiter;
                SignalFreed();
            }
        }

        waiter?.TrySetResult(confirmation);
    }

    public void Forget(int packetId)
    {
        lock (inFlight)
        {
            if (inFlight.Remove(packetId, out var entry))
            {
                entry.Waiter.TrySetCanceled();
                SignalFreed();
            }
        }
    }

    public void FailAll(string reason)
    {
        lock (inFlight)
        {
            ended = reason;
            foreach (var (_, waiter) in inFlight.Values)
            {
                waiter.TrySetException(new MqttConnectionClosedException(reason));
                // A caller that went away does not turn the end of a connection into an unobserved exception.
                _ = waiter.Task.Exception;
            }

            inFlight.Clear();
            SignalFreed();
        }
    }

    private void SignalFreed()
    {
        freed.TrySetResult();
        freed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
