namespace DeviceTwin.SensorNode.Supervision;

/// <summary>
/// The last events of the node, numbered from 1, each with its uptime and two integers. Lives in RAM: a restart empties it.
/// Whoever holds it may write or read at any time. Writing allocates nothing.
/// </summary>
public sealed class TraceRing
{
    /// <summary>Events that are kept.</summary>
    public const int Capacity = 64;

    private readonly object _gate = new object();
    private readonly int[] _events = new int[Capacity];
    private readonly long[] _times = new long[Capacity];
    private readonly int[] _first = new int[Capacity];
    private readonly int[] _second = new int[Capacity];
    private int _last;

    /// <summary>Notes an event.</summary>
    /// <param name="trace">A constant of <see cref="TraceEvent"/>.</param>
    /// <param name="nowMs">Uptime.</param>
    public void Add(int trace, long nowMs, int first, int second)
    {
        lock (_gate)
        {
            int place = _last & (Capacity - 1);
            _events[place] = trace;
            _times[place] = nowMs;
            _first[place] = first;
            _second[place] = second;
            _last++;
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
            return _last > Capacity ? _last - Capacity + 1 : 1;
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
            if (number < 1 || number > _last || number <= _last - Capacity)
            {
                return false;
            }

            int place = (number - 1) & (Capacity - 1);
            entry.Number = number;
            entry.Event = _events[place];
            entry.UptimeMs = _times[place];
            entry.First = _first[place];
            entry.Second = _second[place];
            return true;
        }
    }
}

/// <summary>One event of the ring.</summary>
public sealed class TraceEntry
{
    /// <summary>Number of the event, from 1 at the start.</summary>
    public int Number;

    /// <summary>A constant of <see cref="TraceEvent"/>.</summary>
    public int Event;

    /// <summary>When it was, in milliseconds since the start.</summary>
    public long UptimeMs;

    public int First;

    public int Second;
}
