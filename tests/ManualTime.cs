namespace DeviceTwin.Tests;

/// <summary>A clock that stands still until a test moves it.</summary>
internal sealed class ManualTime : TimeProvider
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly List<Timer> timers = [];
    private readonly List<(Func<TimeSpan, bool> IsIt, TaskCompletionSource Found)> waiters = [];
    private DateTimeOffset now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (timers)
        {
            return now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock; what becomes due is called in order, at its own time.</summary>
    public void Advance(TimeSpan by)
    {
        DateTimeOffset end = GetUtcNow() + by;
        while (true)
        {
            Timer? next;
            lock (timers)
            {
                next = timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
                if (next is null)
                {
                    now = end;
                    return;
                }

                now = next.Due > now ? next.Due : now;
                next.Rearm();
            }

            next.Callback();
        }
    }

    /// <summary>Completes once some timer is due within this time from now; fails when none turns up in twenty real seconds.</summary>
    public Task UntilTimerWithin(TimeSpan span) => UntilTimer(left => left <= span);

    /// <summary>Completes once some timer is due after exactly this time from now: who waits for so long has come to wait.</summary>
    public Task UntilTimerIn(TimeSpan span) => UntilTimer(left => left == span);

    private Task UntilTimer(Func<TimeSpan, bool> isIt)
    {
        lock (timers)
        {
            if (timers.Any(timer => isIt(timer.Due - now)))
            {
                return Task.CompletedTask;
            }

            var found = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiters.Add((isIt, found));
            return found.Task.WaitAsync(Patience);
        }
    }

    private void Added(Timer timer)
    {
        foreach (var waiter in waiters.Where(waiter => waiter.IsIt(timer.Due - now)).ToArray())
        {
            waiter.Found.TrySetResult();
            waiters.Remove(waiter);
        }
    }

    private sealed class Timer(ManualTime owner, Action callback) : ITimer
    {
        private TimeSpan period;

        public Action Callback => callback;

        public DateTimeOffset Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (owner.timers)
            {
                this.period = period;
                owner.timers.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = owner.now + dueTime;
                    owner.timers.Add(this);
                    owner.Added(this);
                }
            }

            return true;
        }

        public void Rearm()
        {
            if (period > TimeSpan.Zero)
            {
                Due += period;
            }
            else
            {
                owner.timers.Remove(this);
            }
        }

        public void Dispose()
        {
            lock (owner.timers)
            {
                owner.timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
