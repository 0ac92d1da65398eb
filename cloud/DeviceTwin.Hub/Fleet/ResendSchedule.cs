namespace DeviceTwin.Hub.Fleet;

/// <summary>
/// Waits for the answers that connected devices owe. One timer for all; each device gets a bounded number of reminders per version and
/// connection, at doubling intervals.
/// </summary>
/// <param name="remind">Reminds the device of the given attempt (from 1); false where it owes nothing any more.</param>
internal sealed class ResendSchedule : IDisposable
{
    private readonly Lock gate = new();
    private readonly TimeProvider time;
    private readonly TimeSpan first;
    private readonly int limit;
    private readonly Func<string, int, bool> remind;
    private readonly ITimer timer;
    private readonly Dictionary<string, Wait> waits = new(StringComparer.Ordinal);
    private readonly PriorityQueue<(string DeviceId, Wait Wait), long> due = new();

    public ResendSchedule(TimeProvider time, TimeSpan first, int limit, Func<string, int, bool> remind)
    {
        this.time = time;
        this.first = first;
        this.limit = limit;
        this.remind = remind;
        timer = time.CreateTimer(_ => Run(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A device came that owes an answer: the count of reminders begins anew.</summary>
    public void Begin(string deviceId, long version)
    {
        lock (gate)
        {
            Schedule(deviceId, new Wait(version, 1, Doubt: false));
        }
    }

    /// <summary>
    /// A version was written, or is in doubt: reminders for it begin, unless the device is, or was, being waited for about this version
    /// already.
    /// </summary>
    /// <param name="doubt">The device speaks of a version that its twin never had.</param>
    /// <returns>Whether such a doubt is new for this version and connection.</returns>
    public bool Await(string deviceId, long version, bool doubt)
    {
        lock (gate)
        {
            var known = waits.TryGetValue(deviceId, out var wait) && wait.Version == version;
            if (known && (wait!.Doubt || !doubt))
            {
                return false;
            }

            Schedule(deviceId, new Wait(version, 1, doubt));
            return doubt;
        }
    }

    /// <summary>The device went or is no more.</summary>
    public void Forget(string deviceId)
    {
        lock (gate)
        {
            waits.Remove(deviceId);
        }
    }

    public void Dispose() => timer.Dispose();

    private void Run()
    {
        while (TakeDue() is var (deviceId, wait))
        {
            var owes = remind(deviceId, wait.Attempt);
            lock (gate)
            {
                // Whoever came in the meantime has a wait of its own.
                if (!ReferenceEquals(waits.GetValueOrDefault(deviceId), wait))
                {
                    continue;
                }

                if (!owes)
                {
                    waits.Remove(deviceId);
                }
                else if (wait.Attempt < limit)
                {
                    Schedule(deviceId, wait with { Attempt = wait.Attempt + 1 });
                }

                // After the last reminder the wait stays, so that nothing begins anew before another version or connection.
            }
        }
    }

    private (string DeviceId, Wait Wait)? TakeDue()
    {
        lock (gate)
        {
            var now = time.GetTimestamp();
            while (due.TryPeek(out var entry, out var at))
            {
                // A wait that was given up or replaced stays in the queue until its time.
                var current = ReferenceEquals(waits.GetValueOrDefault(entry.DeviceId), entry.Wait);
                if (current && at > now)
                {
                    timer.Change(time.GetElapsedTime(now, at), Timeout.InfiniteTimeSpan);
                    return null;
                }

                due.Dequeue();
                if (current)
                {
                    return entry;
                }
            }

            return null;
        }
    }

    private void Schedule(string deviceId, Wait wait)
    {
        waits[deviceId] = wait;
        var delay = first * (1L << Math.Min(wait.Attempt - 1, 16));
        var at = time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency);
        due.Enqueue((deviceId, wait), at);
        if (due.TryPeek(out var next, out _) && ReferenceEquals(next.Wait, wait))
        {
            timer.Change(delay, Timeout.InfiniteTimeSpan);
        }
    }

    /// <param name="Attempt">The reminder that is next, from 1.</param>
    private sealed record Wait(long Version, int Attempt, bool Doubt);
}
