namespace DeviceTwin.Hub.Logging;

/// <summary>A line that the hub logged.</summary>
/// <param name="Number">From 1 at the start of the process, without a gap.</param>
/// <param name="Event">The stable number of its kind, as in <c>cloud/LOGS.md</c>; 0 = the framework's own.</param>
public sealed record LogLine(long Number, DateTimeOffset At, LogLevel Level, int Event, string Category, string Text);

/// <summary>The last lines of the log, kept in memory for whoever cannot reach the machine's own journal. All of it is also on standard error.</summary>
/// <param name="capacity">Lines that are kept.</param>
public sealed class LogRing(TimeProvider time, int capacity = LogRing.StandardCapacity) : ILoggerProvider
{
    /// <summary>Lines kept unless told otherwise.</summary>
    public const int StandardCapacity = 2000;

    private const int LongestText = 2000;
    private readonly Lock gate = new();
    private readonly Queue<LogLine> lines = new();
    private long last;

    /// <summary>The newest line's number; 0 = there is none.</summary>
    public long Last
    {
        get
        {
            lock (gate)
            {
                return last;
            }
        }
    }

    /// <summary>The newest lines that fit, in their order.</summary>
    /// <param name="after">Only lines with a higher number.</param>
    public IReadOnlyList<LogLine> Read(long after, LogLevel level, int limit)
    {
        lock (gate)
        {
            return [.. lines.Where(line => line.Number > after && line.Level >= level).TakeLast(limit)];
        }
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Add(LogLevel level, int number, string category, string text)
    {
        lock (gate)
        {
            lines.Enqueue(new LogLine(++last, time.GetUtcNow(), level, number, category, text.Length > LongestText ? text[..LongestText] + "…" : text));
            if (lines.Count > capacity)
            {
                lines.Dequeue();
            }
        }
    }

    private sealed class Logger(LogRing ring, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            // Where something broke is for the journal: the kind and the sentence of it are enough here.
            var text = formatter(state, exception);
            ring.Add(logLevel, eventId.Id, category, exception is null ? text : $"{text} ({exception.GetType().Name}: {exception.Message})");
        }
    }
}
