using System.Diagnostics;

namespace DeviceTwin.Bench.Soak.Fuzz;

/// <summary>What an input did that no input may do.</summary>
/// <param name="Input">Cut down as far as it still does it.</param>
public sealed record FuzzFailure(FuzzTarget Target, int Seed, long Number, string What, byte[] Input);

/// <summary>How one parser fared.</summary>
/// <param name="WorstShare">The largest part of its allowance of memory that an input has used.</param>
public sealed record FuzzResult(FuzzTarget Target, long Inputs, double WorstShare, TimeSpan Longest);

/// <summary>
/// Throws spoilt inputs at parsers: no exception escapes, memory is bounded by the input's length, and so is the work. A time cannot be
/// judged on a busy machine, so an input counts as too slow only if it is so several times in a row, and as endless after much longer.
/// </summary>
public sealed class Fuzzer(IReadOnlyList<FuzzTarget> targets, int seed)
{
    private const long Block = 4096;
    private static readonly TimeSpan Endless = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private readonly Tally[] tallies = [.. targets.Select(_ => new Tally())];
    private readonly List<FuzzFailure> failures = [];
    private long next;
    private volatile bool stop;

    /// <summary>An input that takes longer than this, however often it is tried, is too slow.</summary>
    public TimeSpan Slow { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>What was found; at most one per parser, in its smallest form.</summary>
    public IReadOnlyList<FuzzFailure> Failures
    {
        get
        {
            lock (gate)
            {
                return [.. failures];
            }
        }
    }

    /// <summary>Runs until a number of inputs or a time is reached, whichever comes first.</summary>
    public IReadOnlyList<FuzzResult> Run(long inputs, TimeSpan time, int threads)
    {
        var workers = Enumerable.Range(0, threads).Select(_ => new Worker()).ToArray();
        foreach (var worker in workers)
        {
            worker.Thread = new Thread(() => Work(worker, inputs)) { IsBackground = true, Name = "fuzzer" };
            worker.Thread.Start();
        }

        var watch = Stopwatch.StartNew();
        foreach (var worker in workers)
        {
            while (!worker.Thread!.Join(TimeSpan.FromMilliseconds(100)))
            {
                stop |= watch.Elapsed >= time;
                if (workers.FirstOrDefault(each => each.Busy > Endless) is { } lost)
                {
                    // It cannot be ended from outside; it is a background thread and goes with the process.
                    stop = true;
                    var (target, number) = lost.At;
                    Note(new FuzzFailure(target!, seed, number, $"has not come back after {Endless.TotalSeconds} s", Mutator.Make(target!, seed, number)));
                    return Results();
                }
            }
        }

        return Results();
    }

    /// <summary>What is wrong with an input, or null.</summary>
    public static string? Judge(FuzzTarget target, byte[] input, out double share, out TimeSpan took)
    {
        var started = Stopwatch.GetTimestamp();
        var before = GC.GetAllocatedBytesForCurrentThread();
        string? wrong = null;
        try
        {
            target.Parse(input);
        }
        catch (Exception exception)
        {
            wrong = $"throws {exception.GetType().Name}: {exception.Message}";
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        took = Stopwatch.GetElapsedTime(started);
        share = (double)allocated / target.Allowed(input.Length);
        return wrong ?? (share > 1 ? $"allocates {allocated} bytes for {input.Length}, {target.Allowed(input.Length)} are allowed" : null);
    }

    private void Work(Worker worker, long inputs)
    {
        // What is made once, statics and generated code, is nobody's input.
        foreach (var target in targets)
        {
            foreach (var good in target.Corpus)
            {
                target.Parse(good);
            }
        }

        while (!stop)
        {
            var from = Interlocked.Add(ref next, Block) - Block;
            if (from >= inputs)
            {
                return;
            }

            for (var number = from; number < Math.Min(from + Block, inputs) && !stop; number++)
            {
                var index = (int)(number % targets.Count);
                worker.Begin(targets[index], number);
                Try(targets[index], number, tallies[index]);
            }

            worker.Rest();
        }
    }

    private void Try(FuzzTarget target, long number, Tally tally)
    {
        var input = Mutator.Make(target, seed, number);
        var wrong = Judge(target, input, out var share, out var took);
        if (wrong is not null)
        {
            // Once more: what is made at first use is not the input's.
            wrong = Judge(target, input, out share, out took);
        }

        if (wrong is null && took > Slow && Quickest(target, input) is var quickest && quickest > Slow)
        {
            wrong = $"takes {quickest.TotalMilliseconds:F0} ms for {input.Length} bytes";
        }

        lock (gate)
        {
            tally.Inputs++;
            tally.Share = Math.Max(tally.Share, share);
            tally.Longest = took > tally.Longest ? took : tally.Longest;
            if (wrong is null || failures.Exists(known => known.Target == target))
            {
                return;
            }
        }

        Note(new FuzzFailure(target, seed, number, wrong, Smallest(target, input)));
    }

    private static TimeSpan Quickest(FuzzTarget target, byte[] input) => Enumerable.Range(0, 3)
        .Min(_ =>
        {
            Judge(target, input, out var _, out var took);
            return took;
        });

    /// <summary>Takes out whatever can go, in ever smaller pieces, while what is left still fails.</summary>
    public static byte[] Smallest(FuzzTarget target, byte[] input)
    {
        for (var size = input.Length / 2; size > 0; size /= 2)
        {
            for (var at = 0; at + size <= input.Length;)
            {
                byte[] less = [.. input[..at], .. input[(at + size)..]];
                if (Judge(target, less, out _, out _) is not null)
                {
                    input = less;
                }
                else
                {
                    at += size;
                }
            }
        }

        return input;
    }

    private void Note(FuzzFailure failure)
    {
        lock (gate)
        {
            failures.Add(failure);
        }
    }

    private FuzzResult[] Results()
    {
        lock (gate)
        {
            return [.. targets.Zip(tallies, (target, tally) => new FuzzResult(target, tally.Inputs, tally.Share, tally.Longest))];
        }
    }

    private sealed class Tally
    {
        public long Inputs { get; set; }

        public double Share { get; set; }

        public TimeSpan Longest { get; set; }
    }

    private sealed class Worker
    {
        private readonly Lock gate = new();
        private FuzzTarget? target;
        private long number;
        private long since;

        public Thread? Thread { get; set; }

        public (FuzzTarget? Target, long Number) At
        {
            get
            {
                lock (gate)
                {
                    return (target, number);
                }
            }
        }

        /// <summary>How long it has been at its input.</summary>
        public TimeSpan Busy
        {
            get
            {
                lock (gate)
                {
                    return target is null ? TimeSpan.Zero : Stopwatch.GetElapsedTime(since);
                }
            }
        }

        public void Begin(FuzzTarget begun, long index)
        {
            lock (gate)
            {
                (target, number, since) = (begun, index, Stopwatch.GetTimestamp());
            }
        }

        public void Rest()
        {
            lock (gate)
            {
                target = null;
            }
        }
    }
}
