using DeviceTwin.Storage;

namespace DeviceTwin.Hub.Bridge;

/// <summary>What the messages of all devices that wait may hold together.</summary>
/// <param name="Most">Bytes of bodies.</param>
internal sealed class TelemetryBudget(long most)
{
    private long taken;

    public bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref taken, bytes) <= most)
        {
            return true;
        }

        Give(bytes);
        return false;
    }

    public void Give(int bytes) => Interlocked.Add(ref taken, -bytes);
}

/// <summary>Messages of one device on their way there, in order. Where there is no room the oldest go.</summary>
internal sealed class TelemetryQueue(TelemetryBudget budget, int most)
{
    /// <summary>Of one device: what a message costs besides its body.</summary>
    private const int Overhead = 256;

    private readonly Lock gate = new();
    private readonly Queue<TelemetryMessage> messages = new();
    private long dropped;
    private bool closed;

    public int Count
    {
        get
        {
            lock (gate)
            {
                return messages.Count;
            }
        }
    }

    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>Adds a message. Returns how many were left out for that, this one perhaps among them.</summary>
    public int Add(TelemetryMessage message)
    {
        lock (gate)
        {
            var left = 0;
            while (!closed)
            {
                if (messages.Count < most && budget.TryTake(Cost(message)))
                {
                    messages.Enqueue(message);
                    break;
                }

                left++;
                if (messages.Count == 0)
                {
                    break;
                }

                budget.Give(Cost(messages.Dequeue()));
            }

            Interlocked.Add(ref dropped, left);
            return left;
        }
    }

    /// <summary>The oldest; stays until <see cref="Sent"/>.</summary>
    public TelemetryMessage? Oldest
    {
        get
        {
            lock (gate)
            {
                return messages.TryPeek(out var message) ? message : null;
            }
        }
    }

    /// <summary>The message is there: it leaves, where it has not been left out meanwhile.</summary>
    public void Sent(TelemetryMessage message)
    {
        lock (gate)
        {
            if (messages.TryPeek(out var oldest) && ReferenceEquals(oldest, message))
            {
                budget.Give(Cost(messages.Dequeue()));
            }
        }
    }

    /// <summary>The message is given up.</summary>
    public void Drop(TelemetryMessage message)
    {
        Sent(message);
        Interlocked.Increment(ref dropped);
    }

    /// <summary>Gives back all that it holds; nothing is added any more.</summary>
    public void Close()
    {
        lock (gate)
        {
            closed = true;
            while (messages.TryDequeue(out var message))
            {
                budget.Give(Cost(message));
            }
        }
    }

    private static int Cost(TelemetryMessage message) => message.Body.Length + Overhead;
}
