namespace DeviceTwin.SensorNode.Supervision;

/// <summary>
/// Notices a loop that stands still. Each loop beats on every pass, and passes at least once a second, however long it has nothing to do;
/// a third party looks now and then.
/// </summary>
/// <remarks>
/// The runtime has no managed watchdog, and the chip's own task watchdog is off in the public images. This watch sees a loop that waits for
/// ever or runs in circles. It does not see a native call that holds the whole interpreter (an I2C transfer blocks all managed threads for
/// up to a second, and a driver that never returns blocks them for ever): then nobody looks. Only an external watchdog could help there.
/// </remarks>
public sealed class LoopWatch
{
    /// <summary>The measure loop.</summary>
    public const int Measure = 0;

    /// <summary>The talk loop.</summary>
    public const int Talk = 1;

    /// <summary>The longest pass of the measure loop in milliseconds: the analysis of the longest capture on the slowest board, twice.</summary>
    public const int MeasureBoundMs = 180000;

    /// <summary>The longest pass of the talk loop in milliseconds: joining a network, a TLS handshake that times out, and a write, twice.</summary>
    public const int TalkBoundMs = 180000;

    private readonly int[] _beats = new int[2];
    private readonly int[] _seen = { -1, -1 };
    private readonly long[] _seenAtMs = new long[2];

    /// <summary>A loop passes. Each loop beats for itself only.</summary>
    public void Beat(int loop)
    {
        _beats[loop]++;
    }

    /// <summary>Looks at both loops.</summary>
    /// <param name="nowMs">Monotonic time in milliseconds.</param>
    /// <returns>The loop that stands still, or -1.</returns>
    public int Step(long nowMs)
    {
        for (int loop = Measure; loop <= Talk; loop++)
        {
            int beats = _beats[loop];
            if (beats != _seen[loop])
            {
                _seen[loop] = beats;
                _seenAtMs[loop] = nowMs;
            }
            else if (nowMs - _seenAtMs[loop] > Bound(loop))
            {
                return loop;
            }
        }

        return -1;
    }

    /// <summary>For how long a loop has not been seen to pass, in milliseconds.</summary>
    public long SilentMs(int loop, long nowMs)
    {
        return nowMs - _seenAtMs[loop];
    }

    /// <summary>How long a pass of a loop may take.</summary>
    public static int Bound(int loop)
    {
        return loop == Measure ? MeasureBoundMs : TalkBoundMs;
    }
}
