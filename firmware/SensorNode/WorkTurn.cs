namespace DeviceTwin.SensorNode;

/// <summary>
/// One large piece of work at a time: the conversation with the hub and that with a technician take memory for messages of their own, and a board without PSRAM has room
/// for one of them. Whoever does not get the turn does nothing large, and asks again at its next step; nobody waits inside a step. Any thread may call it.
/// </summary>
/// <remarks>
/// The dialogue has it for one step. The talk loop has it for one step as well, but longer where the hub owes it an answer that may come at any moment: until
/// <see cref="Link.HubLink.IsExchanging"/> ends, which an unanswered hub ends with the connection. A turn of the dialogue that is older than <see cref="StalledMs"/> is the talk
/// loop's again: nobody watches the dialogue. A talk loop that stands still keeps it until the supervisor restarts the node; till then the dialogue says that the node is busy.
/// </remarks>
public sealed class WorkTurn
{
    /// <summary>Nobody has it.</summary>
    public const int Nobody = 0;

    /// <summary>The talk loop.</summary>
    public const int Talk = 1;

    /// <summary>The dialogue with a technician.</summary>
    public const int Serial = 2;

    /// <summary>A step of the dialogue takes no longer, in milliseconds: the longest writes three certificates.</summary>
    public const int StalledMs = 60000;

    private readonly object _gate = new object();
    private int _holder;
    private long _sinceMs;
    private bool _isWanted;

    /// <summary>Asks for the turn.</summary>
    /// <param name="who">Who asks; who has it already gets it again.</param>
    /// <param name="nowMs">Monotonic time in milliseconds, the same for both.</param>
    /// <returns>Whether it has it now.</returns>
    public bool Take(int who, long nowMs)
    {
        lock (_gate)
        {
            bool isStalled = _holder == Serial && nowMs - _sinceMs >= StalledMs;
            if (_holder != Nobody && _holder != who && !isStalled)
            {
                _isWanted = true;
                return false;
            }

            _sinceMs = _holder == who ? _sinceMs : nowMs;
            _holder = who;
            return true;
        }
    }

    /// <summary>Gives it back; nothing where somebody else has it by now.</summary>
    public void Give(int who)
    {
        lock (_gate)
        {
            if (_holder == who)
            {
                _holder = Nobody;
                _isWanted = false;
            }
        }
    }

    /// <summary>Whether somebody asked in vain since it was taken.</summary>
    public bool IsWanted()
    {
        lock (_gate)
        {
            return _isWanted;
        }
    }

    /// <summary>Who has it.</summary>
    public int Holder()
    {
        lock (_gate)
        {
            return _holder;
        }
    }
}
