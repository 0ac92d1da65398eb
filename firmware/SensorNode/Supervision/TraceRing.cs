namespace DeviceTwin.SensorNode.Supervision;

/// <summary>
/// The last events of the node, numbered from 1, each with its uptime and two integers. Whoever holds it may write or read at any time.
/// Writing allocates nothing. The supervisor keeps it in a file: numbers go on over a restart, and those of events that a power cut took
/// before they were saved are used again, which the event <see cref="TraceEvent.Started"/> in between shows.
/// </summary>
/// <remarks>Encoded: version 1, number of events, two bytes 0, number of the newest event (4 bytes), then per event, the oldest first,
/// event (2), uptime (8), first and second value (4 each). Little-endian.</remarks>
public sealed class TraceRing
{
    /// <summary>Events that are kept.</summary>
    public const int Capacity = 64;

    private const int Version = 1;
    private const int HeaderLength = 8;
    private const int EventLength = 18;

    private readonly object _gate = new object();
    private readonly byte[] _events = new byte[Capacity];
    private readonly long[] _times = new long[Capacity];
    private readonly int[] _first = new int[Capacity];
    private readonly int[] _second = new int[Capacity];
    private int _last;
    private int _count;
    private int _important;

    /// <summary>Notes an event.</summary>
    /// <param name="trace">A constant of <see cref="TraceEvent"/>.</param>
    /// <param name="nowMs">Uptime in milliseconds.</param>
    /// <param name="first">What the event says first.</param>
    /// <param name="second">What the event says second.</param>
    public void Add(int trace, long nowMs, int first, int second)
    {
        lock (_gate)
        {
            Put(trace, nowMs, first, second);
            _important += TraceEvent.IsImportant(trace) ? 1 : 0;
        }
    }

    /// <summary>Number of the newest event; 0 where there is none.</summary>
    public int Last()
    {
        lock (_gate)
        {
            return _last;
        }
    }

    /// <summary>Number of the oldest event that is kept; one more than <see cref="Last"/> where there is none.</summary>
    public int Oldest()
    {
        lock (_gate)
        {
            return _last - _count + 1;
        }
    }

    /// <summary>Important events since this object was made.</summary>
    public int Important()
    {
        lock (_gate)
        {
            return _important;
        }
    }

    /// <summary>Copies one event.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="entry">Filled.</param>
    /// <returns>Whether it is kept (still).</returns>
    public bool CopyTo(int number, TraceEntry entry)
    {
        lock (_gate)
        {
            if (number > _last || number <= _last - _count)
            {
                return false;
            }

            int place = number & (Capacity - 1);
            entry.Number = number;
            entry.Event = _events[place];
            entry.UptimeMs = _times[place];
            entry.First = _first[place];
            entry.Second = _second[place];
            return true;
        }
    }

    /// <summary>The ring as the content of a file.</summary>
    public byte[] Encode()
    {
        lock (_gate)
        {
            byte[] content = new byte[HeaderLength + (_count * EventLength)];
            content[0] = Version;
            content[1] = (byte)_count;
            Bytes.Put(content, 4, _last, 4);
            int at = HeaderLength;
            for (int number = _last - _count + 1; number <= _last; number++)
            {
                int place = number & (Capacity - 1);
                int trace = _events[place];
                Bytes.Put(content, at, trace, 2);
                Bytes.Put(content, at + 2, _times[place], 8);
                Bytes.Put(content, at + 10, _first[place], 4);
                Bytes.Put(content, at + 14, _second[place], 4);
                at += EventLength;
            }

            return content;
        }
    }

    /// <summary>Takes over what an earlier start saved; before the first event of this one.</summary>
    /// <param name="content">Null or damaged content leaves the ring as it is.</param>
    /// <returns>Whether it was taken.</returns>
    public bool Decode(byte[] content)
    {
        if (content == null || content.Length < HeaderLength || content[0] != Version || content[1] > Capacity
            || content.Length != HeaderLength + (content[1] * EventLength))
        {
            return false;
        }

        int count = content[1];
        int last = (int)Bytes.Get(content, 4, 4);
        if (last < count)
        {
            return false;
        }

        lock (_gate)
        {
            _last = last - count;
            _count = 0;
            for (int at = HeaderLength; at < content.Length; at += EventLength)
            {
                Put(
                    (int)Bytes.Get(content, at, 2),
                    Bytes.Get(content, at + 2, 8),
                    (int)Bytes.Get(content, at + 10, 4),
                    (int)Bytes.Get(content, at + 14, 4));
            }

            return true;
        }
    }

    private void Put(int trace, long nowMs, int first, int second)
    {
        _last++;
        int place = _last & (Capacity - 1);
        _events[place] = (byte)trace;
        _times[place] = nowMs;
        _first[place] = first;
        _second[place] = second;
        _count = _count < Capacity ? _count + 1 : Capacity;
    }
}
