namespace DeviceTwin.Hub.History;

/// <summary>
/// Says whether the clock may decide over what is old. A hub whose clock jumps by years, or that starts with a wrong one, must not
/// throw its history away: after a jump, and where the newest message is long past, the clock must first run steadily for a day.
/// </summary>
internal sealed class RetentionClock(TimeProvider time)
{
    private static readonly TimeSpan LargestDrift = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromDays(30);
    private static readonly TimeSpan Proof = TimeSpan.FromDays(1);

    private DateTimeOffset lastNow;
    private long lastStamp;
    private bool started;
    private long? doubtedAt;

    /// <summary>The time to judge by; null while the clock is in doubt.</summary>
    /// <param name="newest">The newest message of the history.</param>
    /// <param name="doubt">Why it is in doubt, where it has just become so.</param>
    public DateTimeOffset? Now(DateTimeOffset? newest, out string? doubt)
    {
        doubt = null;
        var (now, stamp) = (time.GetUtcNow(), time.GetTimestamp());
        if (!started)
        {
            doubt = newest is { } last && (now - last).Duration() > LongestSilence ? $"the newest message is of {last:u}" : null;
        }
        else if (((now - lastNow) - time.GetElapsedTime(lastStamp, stamp)).Duration() > LargestDrift)
        {
            doubt = $"a moment ago it was {lastNow:u}";
        }

        (started, lastNow, lastStamp) = (true, now, stamp);
        if (doubt is not null)
        {
            doubtedAt = stamp;
        }
        else if (doubtedAt is { } since && time.GetElapsedTime(since, stamp) >= Proof)
        {
            doubtedAt = null;
        }

        return doubtedAt is null ? now : null;
    }
}
