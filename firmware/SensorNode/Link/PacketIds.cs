namespace DeviceTwin.SensorNode.Link;

/// <summary>
/// Under which packet identifiers one message was sent on this connection. Each of them confirms the message: a confirmation that
/// comes after the message was sent again is late, not wrong.
/// </summary>
public sealed class PacketIds
{
    private readonly int[] _ids;
    private int _count;

    /// <param name="capacity">Largest number of transmissions of one message.</param>
    public PacketIds(int capacity)
    {
        _ids = new int[capacity];
    }

    /// <summary>Whether the message was sent at all.</summary>
    public bool Any()
    {
        return _count > 0;
    }

    /// <summary>The message was sent (again).</summary>
    public void Add(int packetId)
    {
        if (_count < _ids.Length)
        {
            _ids[_count++] = packetId;
        }
    }

    /// <summary>Whether the message was sent under this identifier.</summary>
    public bool Contains(int packetId)
    {
        for (int index = 0; index < _count; index++)
        {
            if (_ids[index] == packetId)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>No message is under way, or the connection that knew the identifiers is gone.</summary>
    public void Clear()
    {
        _count = 0;
    }
}
