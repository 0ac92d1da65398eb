using Microsoft.Extensions.Logging;

namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>Log lines by event number, for tests that wait for one.</summary>
internal sealed class LogWatch : ILoggerProvider
{
    private readonly List<(int Event, LogLevel Level, string Text)> lines = [];
    private readonly List<(Predicate<string> Wanted, int Event, TaskCompletionSource<string> Found)> waiters = [];

    /// <summary>The first line with this number that contains the text, now or later.</summary>
    public Task<string> Saw(int number, string text = "")
    {
        lock (lines)
        {
            foreach (var (seen, _, line) in lines)
            {
                if (seen == number && line.Contains(text))
                {
                    return Task.FromResult(line);
                }
            }

            var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            waiters.Add((line => line.Contains(text), number, found));
            return InTime(found.Task, $"{number} {text}");
        }
    }

    /// <summary>Waits until the number has been logged so many times.</summary>
    public Task SawTimes(int number, int times)
    {
        lock (lines)
        {
            int missing = times - lines.Count(line => line.Event == number);
            if (missing <= 0)
            {
                return Task.CompletedTask;
            }

            var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            waiters.Add((_ => Interlocked.Decrement(ref missing) <= 0, number, found));
            return InTime(found.Task, $"{number}, {times} times");
        }
    }

    public int Count(int number)
    {
        lock (lines)
        {
            return lines.Count(line => line.Event == number);
        }
    }

    /// <summary>Everything that was logged as an error.</summary>
    public IReadOnlyList<string> Errors()
    {
        lock (lines)
        {
            return [.. lines.Where(line => line.Level >= LogLevel.Error).Select(line => line.Text)];
        }
    }

    private async Task<string> InTime(Task<string> found, string what)
    {
        try
        {
            return await found.WaitAsync(GatewayHost.Patience);
        }
        catch (TimeoutException)
        {
            lock (lines)
            {
                throw new AssertionException(
                    $"The log never had {what}, but:\n" + string.Join('\n', lines.Select(line => $"{line.Event} {line.Text}")));
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => new Writer(this);

    public void Dispose()
    {
    }

    private sealed class Writer(LogWatch watch) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            string line = formatter(state, exception) + exception;
            lock (watch.lines)
            {
                watch.lines.Add((eventId.Id, logLevel, line));
                foreach (var waiter in watch.waiters.Where(waiter => waiter.Event == eventId.Id && waiter.Wanted(line)).ToArray())
                {
                    waiter.Found.TrySetResult(line);
                    watch.waiters.Remove(waiter);
                }
            }
        }
    }
}
