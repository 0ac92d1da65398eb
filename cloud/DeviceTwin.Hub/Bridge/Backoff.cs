namespace DeviceTwin.Hub.Bridge;

/// <summary>How long to wait after a failure: twice as long each time, and never all at the same moment.</summary>
/// <param name="random">Where the jitter comes from.</param>
internal sealed class Backoff(Random random)
{
    /// <summary>The longest first wait.</summary>
    public static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait of all.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private int failures;

    /// <summary>The wait after one more failure: from half of its bound to all of it.</summary>
    public TimeSpan Next()
    {
        var bound = TimeSpan.FromTicks(Math.Min(Longest.Ticks, First.Ticks << Math.Min(failures, 20)));
        failures++;
        return bound * (0.5 + (random.NextDouble() / 2));
    }

    /// <summary>It went well: the next failure is the first again.</summary>
    public void Reset() => failures = 0;
}
