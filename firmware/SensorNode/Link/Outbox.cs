namespace DeviceTwin.SensorNode.Link;

/// <summary>
/// Bounded queue between the two loops: measure puts in, talk takes out. The most urgent message leaves first and the
/// least urgent is dropped first; within a priority the oldest. Both loops may call at once.
/// </summary>
public sealed class Outbox
{
    private readonly object _gate = new object();
    private readonly TelemetryMessage[] _messages;
    private readonly int _maximumBytes;
    private int _count;
    private int _bytes;
    private int _dropped;

    /// <param name="capacity">Largest number of messages.</param>
    /// <param name="maximumBytes">Largest sum of their bodies.</param>
    public Outbox(int capacity, int maximumBytes)
    {
        _messages = new TelemetryMessage[capacity];
        _maximumBytes = maximumBytes;
    }

    /// <summary>Messages waiting.</summary>
    public int Count()
    {
        lock (_gate)
        {
            return _count;
        }
    }

    /// <summary>Messages dropped since the start.</summary>
    public int Dropped()
    {
        lock (_gate)
        {
            return _dropped;
        }
    }

    /// <summary>Puts a message in; makes room by dropping less urgent and older ones, or drops the message itself where all others are more urgent.</summary>
    public void Offer(TelemetryMessage message)
    {
        lock (_gate)
        {
            while (_count == _messages.Length || (_bytes + message.Payload.Length > _maximumBytes && _count > 0))
            {
                int victim = Find(false);
                if (_messages[victim].Priority > message.Priority)
                {
                    _dropped++;
                    return;
                }

                RemoveAt(victim);
                _dropped++;
            }

            if (message.Payload.Length > _maximumBytes)
            {
                _dropped++;
                return;
            }

            _messages[_count++] = message;
            _bytes += message.Payload.Length;
        }
    }

    /// <summary>Takes the most urgent message out, or null where there is none.</summary>
    public TelemetryMessage Take()
    {
        lock (_gate)
        {
            if (_count == 0)
            {
                return null;
            }

            int index = Find(true);
            TelemetryMessage message = _messages[index];
            RemoveAt(index);
            return message;
        }
    }

    // The oldest message of the highest or lowest priority there is.
    private int Find(bool highest)
    {
        int found = 0;
        for (int index = 1; index < _count; index++)
        {
            int priority = _messages[index].Priority;
            if (highest ? priority > _messages[found].Priority : priority < _messages[found].Priority)
            {
                found = index;
            }
        }

        return found;
    }

    private void RemoveAt(int index)
    {
        _bytes -= _messages[index].Payload.Length;
        _count--;
        for (; index < _count; index++)
        {
            _messages[index] = _messages[index + 1];
        }

        _messages[_count] = null;
    }
}
