namespace DeviceTwin.Hub.Gateway.Messaging;

/// <summary>
/// The QoS 1 messages that a connection has sent and that are not confirmed: a bounded number of a bounded size, so that a small device
/// is not flooded. A single message always may. One sender; confirmations from any thread.
/// </summary>
internal sealed class SendWindow(int maxCount, int maxBytes)
{
    private readonly Lock gate = new();
    private readonly Dictionary<int, (long Sequence, int Size)> sent = [];
    private int bytes;

    public bool HasRoom
    {
        get
        {
            lock (gate)
            {
                return sent.Count == 0 || (sent.Count < maxCount && bytes < maxBytes);
            }
        }
    }

    /// <returns>False where another message under way has the identifier.</returns>
    public bool TryEnter(int packetId, long sequence, int size)
    {
        lock (gate)
        {
            if (!sent.TryAdd(packetId, (sequence, size)))
            {
                return false;
            }

            bytes += size;
            return true;
        }
    }

    /// <returns>Which message was confirmed; null where none has the identifier.</returns>
    public long? Leave(int packetId)
    {
        lock (gate)
        {
            if (!sent.Remove(packetId, out var message))
            {
                return null;
            }

            bytes -= message.Size;
            return message.Sequence;
        }
    }
}
