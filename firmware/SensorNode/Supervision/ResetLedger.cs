namespace DeviceTwin.SensorNode.Supervision;

/// <summary>
/// What the node remembers of its starts, as a small file: why it restarts, how often for which cause, how many starts in a row did not
/// become healthy, in which mode it runs, and counters over its whole life.
/// </summary>
/// <remarks>Encoded: version 1, number of causes, number of counters, pending cause, mode, three bytes 0, then 4 bytes each: unhealthy
/// starts, starts, settings version, reboots by cause, counters. Little-endian. More causes or counters of a later version are passed over.</remarks>
public sealed class ResetLedger
{
    /// <summary>Writes that the file system refused.</summary>
    public const int FileFailures = 0;

    /// <summary>Exceptions that a loop caught.</summary>
    public const int LoopFailures = 1;

    /// <summary>Messages dropped for want of room.</summary>
    public const int Dropped = 2;

    /// <summary>Captures that ended with a sensor fault.</summary>
    public const int CaptureFaults = 3;

    /// <summary>Captures whose FIFO overran.</summary>
    public const int Overruns = 4;

    /// <summary>Alarms, and features with a new verdict, among the dropped messages.</summary>
    public const int DroppedUrgent = 5;

    /// <summary>Features among the dropped messages.</summary>
    public const int DroppedNormal = 6;

    /// <summary>Spectra among the dropped messages.</summary>
    public const int DroppedLow = 7;

    /// <summary>Number of counters.</summary>
    public const int Counters = 8;

    /// <summary><see cref="PendingCause"/> where nobody means to restart.</summary>
    public const int NoCause = 255;

    private const int Version = 1;
    private const int HeaderLength = 8;

    private readonly int[] _reboots = new int[ResetCause.Count];
    private readonly int[] _totals = new int[Counters];

    /// <summary>Why the node is about to restart, or <see cref="NoCause"/>.</summary>
    public int PendingCause = NoCause;

    /// <summary>A number of <see cref="NodeMode"/>.</summary>
    public int Mode;

    /// <summary>Starts in a row that were not meant and did not become healthy.</summary>
    public int UnhealthyStarts;

    /// <summary>Starts of the node's life.</summary>
    public int Starts;

    /// <summary>The desired version of the settings that hold; -1 where they come from none.</summary>
    public int SettingsVersion = -1;

    /// <summary>Starts for a cause.</summary>
    public int Reboots(int cause)
    {
        return _reboots[cause];
    }

    /// <summary>Counts a start.</summary>
    public void CountReboot(int cause)
    {
        Starts++;
        _reboots[cause]++;
    }

    /// <summary>A counter over the node's life, as of the last saving.</summary>
    public int Total(int counter)
    {
        return _totals[counter];
    }

    /// <summary>Sets a counter.</summary>
    /// <returns>Whether it differs from before.</returns>
    public bool SetTotal(int counter, int value)
    {
        bool differs = _totals[counter] != value;
        _totals[counter] = value;
        return differs;
    }

    /// <summary>The ledger as the content of a file.</summary>
    public byte[] Encode()
    {
        byte[] content = new byte[HeaderLength + ((3 + ResetCause.Count + Counters) * 4)];
        content[0] = Version;
        content[1] = ResetCause.Count;
        content[2] = Counters;
        content[3] = (byte)PendingCause;
        content[4] = (byte)Mode;
        int at = HeaderLength;
        at = Put(content, at, UnhealthyStarts);
        at = Put(content, at, Starts);
        at = Put(content, at, SettingsVersion);
        for (int cause = 0; cause < ResetCause.Count; cause++)
        {
            at = Put(content, at, _reboots[cause]);
        }

        for (int counter = 0; counter < Counters; counter++)
        {
            at = Put(content, at, _totals[counter]);
        }

        return content;
    }

    /// <summary>Takes over a file's content; one that is null or damaged changes nothing.</summary>
    /// <returns>Whether it was taken.</returns>
    public bool Decode(byte[] content)
    {
        if (content == null || content.Length < HeaderLength || content[0] != Version
            || content.Length != HeaderLength + ((3 + content[1] + content[2]) * 4))
        {
            return false;
        }

        int causes = content[1];
        PendingCause = content[3];
        Mode = content[4] > NodeMode.Safe ? NodeMode.Normal : content[4];
        UnhealthyStarts = (int)Bytes.Get(content, HeaderLength, 4);
        Starts = (int)Bytes.Get(content, HeaderLength + 4, 4);
        SettingsVersion = (int)Bytes.Get(content, HeaderLength + 8, 4);
        int at = HeaderLength + 12;
        for (int cause = 0; cause < causes && cause < ResetCause.Count; cause++)
        {
            _reboots[cause] = (int)Bytes.Get(content, at + (cause * 4), 4);
        }

        at += causes * 4;
        for (int counter = 0; counter < content[2] && counter < Counters; counter++)
        {
            _totals[counter] = (int)Bytes.Get(content, at + (counter * 4), 4);
        }

        return true;
    }

    private static int Put(byte[] content, int at, int value)
    {
        Bytes.Put(content, at, value, 4);
        return at + 4;
    }
}
