using DeviceTwin.Hub.Gateway.Shaping;
using DeviceTwin.Mqtt;

namespace DeviceTwin.Hub.Gateway;

/// <summary>
/// What the gateway remembers of a device from one connection to the next: which messages it has just accepted, which desired
/// version the device has asked for, and how often it was taken over. Bounded; lost with the process, which costs one push more.
/// </summary>
internal sealed class DeviceMemory(GatewayOptions options, TimeProvider time)
{
    private const int Remembered = 64;

    private readonly Lock gate = new();
    private readonly Queue<(int PacketId, int Content, object Outcome)> accepted = new();
    private readonly Queue<DateTimeOffset> takeovers = new();
    private long desiredVersionRead;

    /// <summary>Used by the device's one live connection alone.</summary>
    public DeviceShaping Shaping { get; } = new(options, time);

    /// <summary>The highest desired version that a GET of the device was answered with.</summary>
    public long DesiredVersionRead
    {
        get => Interlocked.Read(ref desiredVersionRead);
        set => Interlocked.Exchange(ref desiredVersionRead, value);
    }

    /// <summary>
    /// What came of an earlier attempt to deliver this message, or null. Only a message marked as a duplicate can have one; the
    /// content is compared too, for identifiers are used again.
    /// </summary>
    public object? FindOutcome(MqttPublish message)
    {
        if (!message.Duplicate)
        {
            return null;
        }

        int content = Content(message);
        lock (gate)
        {
            // The newest counts: an older attempt may have failed.
            object? found = null;
            foreach (var (packetId, remembered, outcome) in accepted)
            {
                if (packetId == message.PacketId && remembered == content)
                {
                    found = outcome;
                }
            }

            return found;
        }
    }

    public void Remember(MqttPublish message, object outcome)
    {
        if (message.Qos == 0)
        {
            return;
        }

        int content = Content(message);
        lock (gate)
        {
            if (accepted.Count == Remembered)
            {
                accepted.Dequeue();
            }

            accepted.Enqueue((message.PacketId, content, outcome));
        }
    }

    /// <summary>Counts a takeover.</summary>
    /// <returns>False where there were too many of late.</returns>
    public bool TryTakeOver(DateTimeOffset now, int most, TimeSpan window)
    {
        lock (gate)
        {
            while (takeovers.TryPeek(out DateTimeOffset oldest) && now - oldest > window)
            {
                takeovers.Dequeue();
            }

            if (takeovers.Count >= most)
            {
                return false;
            }

            takeovers.Enqueue(now);
            return true;
        }
    }

    private static int Content(MqttPublish message)
    {
        var hash = new HashCode();
        hash.Add(message.Topic, StringComparer.Ordinal);
        hash.AddBytes(message.Payload.Span);
        return hash.ToHashCode();
    }
}
