namespace DeviceTwin.Hub.Gateway.Shaping;

/// <summary>How fast something may go on.</summary>
/// <param name="PerSecond">0 = as fast as it likes.</param>
/// <param name="Burst">How much may come at once after a rest.</param>
public sealed record Pace(double PerSecond, double Burst);

/// <summary>
/// A token bucket that says how long each one must wait rather than that it may not come. Kept as the moment at which the bucket will be
/// full again, so it costs one comparison and one addition. Not for several threads at once.
/// </summary>
internal sealed class TokenBucket
{
    private readonly double interval;
    private readonly double tolerance;
    private readonly double frequency;
    private double fullAt = double.MinValue;

    /// <param name="frequency">Of the timestamps that <see cref="Take"/> is given.</param>
    public TokenBucket(Pace pace, long frequency)
    {
        this.frequency = frequency;
        interval = pace.PerSecond > 0 ? frequency / pace.PerSecond : 0;
        tolerance = Math.Max(pace.Burst - 1, 0) * interval;
    }

    /// <summary>Takes a token, an awaited one too.</summary>
    /// <param name="now">A timestamp.</param>
    /// <returns>How long to wait for it; null, and none is taken, where that is longer than <paramref name="longest"/>.</returns>
    public TimeSpan? Take(long now, TimeSpan longest)
    {
        if (interval == 0)
        {
            return TimeSpan.Zero;
        }

        double start = Math.Max(fullAt, now);
        double wait = start - now - tolerance;
        if (wait <= 0)
        {
            fullAt = start + interval;
            return TimeSpan.Zero;
        }

        TimeSpan delay = TimeSpan.FromSeconds(wait / frequency);
        if (delay > longest)
        {
            return null;
        }

        fullAt = start + interval;
        return delay;
    }
}
