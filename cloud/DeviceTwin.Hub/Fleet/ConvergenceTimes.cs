namespace DeviceTwin.Hub.Fleet;

/// <summary>How long desired changes took until their nodes were in sync: the most recent ones of the fleet.</summary>
internal sealed class ConvergenceTimes
{
    private const int Most = 4096;

    private readonly Lock gate = new();
    private readonly TimeSpan[] recent = new TimeSpan[Most];
    private long count;

    public void Add(TimeSpan took)
    {
        lock (gate)
        {
            recent[count++ % Most] = took;
        }
    }

    public ConvergenceTimeFigures Read()
    {
        TimeSpan[] sorted;
        long all;
        lock (gate)
        {
            all = count;
            sorted = recent[..(int)Math.Min(all, Most)];
        }

        Array.Sort(sorted);
        return new ConvergenceTimeFigures(all, sorted.Length, At(sorted, 50), At(sorted, 90), At(sorted, 99), sorted.Length == 0 ? null : sorted[^1]);
    }

    /// <summary>The smallest value that so many per cent do not exceed.</summary>
    private static TimeSpan? At(TimeSpan[] sorted, int percent) =>
        sorted.Length == 0 ? null : sorted[Math.Max(0, ((sorted.Length * percent) + 99) / 100 - 1)];
}
