namespace DeviceTwin.Dashboard.Circuit;

/// <summary>
/// Turns a storm of changes into at most one redraw per period: the first change passes at once, those that follow within the
/// period are gathered into one redraw at its end. Nothing is lost: a redraw reads the state as it then is.
/// </summary>
public sealed class UpdateGate : IDisposable
{
    private readonly object gate = new();
    private readonly TimeProvider time;
    private readonly TimeSpan period;
    private readonly Action redraw;
    private readonly ITimer timer;
    private long lastRedraw;
    private bool everDrawn;
    private bool armed;
    private bool disposed;

    /// <param name="redraw">Runs on a timer thread, never two at a time for one armed period; must not block.</param>
    public UpdateGate(TimeProvider time, TimeSpan period, Action redraw)
    {
        this.time = time;
        this.period = period;
        this.redraw = redraw;
        timer = time.CreateTimer(_ => Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Says that something changed. Cheap; any thread.</summary>
    public void Changed()
    {
        lock (gate)
        {
            if (armed || disposed)
            {
                return;
            }

            armed = true;
            var since = time.GetElapsedTime(lastRedraw);
            var wait = everDrawn && since < period ? period - since : TimeSpan.Zero;
            timer.Change(wait, Timeout.InfiniteTimeSpan);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
        }

        timer.Dispose();
    }

    private void Fire()
    {
        lock (gate)
        {
            if (disposed)
            {
                return;
            }

            armed = false;
            everDrawn = true;
            lastRedraw = time.GetTimestamp();
        }

        redraw();
    }
}
