using System.Collections.Concurrent;
using DeviceTwin.Analytics.Reports;

namespace DeviceTwin.Analytics.Replays;

/// <summary>
/// Answers what settings would have said of stored captures, beside those that hold. Series are independent of each other: as many are worked
/// on at once as the options say, each worker holds one waveform at a time, and the report is the same whatever their order.
/// </summary>
public static class Replay
{
    private const int MostWorkers = 256;

    /// <summary>Runs a replay to its end.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="source">Where the samples are.</param>
    /// <param name="options">How; null = as <see cref="ReplayOptions"/> has them.</param>
    /// <exception cref="ReplayException"><see cref="ReplayException.JournalOfAnotherReplay"/>.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the series that were done are in the journal.</exception>
    public static async Task<ReplayReport> RunAsync(
        ReplayRequest request, IWaveformSource source, ReplayOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new ReplayOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Parallelism, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Parallelism, MostWorkers);
        var run = new Run(request, source, options);
        await run.WorkAsync(cancellation);
        return run.Report();
    }

    private sealed class Run
    {
        private readonly ReplayRequest _request;
        private readonly IWaveformSource _source;
        private readonly ReplayOptions _options;
        private readonly SeriesReport?[] _done;
        private readonly ConcurrentBag<ReplayBench> _benches = [];
        private readonly Lock _gate = new();
        private readonly long _captures;
        private long _capturesDone;
        private int _seriesDone;

        public Run(ReplayRequest request, IWaveformSource source, ReplayOptions options)
        {
            _request = request;
            _source = source;
            _options = options;
            _captures = request.Captures;
            _done = new SeriesReport?[request.Series.Count];
            if (options.Journal is { } journal)
            {
                TakeOver(journal);
            }
        }

        public Task WorkAsync(CancellationToken cancellation)
        {
            // The longest first: the last ones to end are then short.
            var open = Enumerable.Range(0, _done.Length).Where(index => _done[index] is null)
                .OrderByDescending(index => _request.Series[index].Captures.Count).ToArray();
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = _options.Parallelism, CancellationToken = cancellation };
            return Parallel.ForEachAsync(open, parallel, WorkAsync);
        }

        public ReplayReport Report() => ReplayReport.Of(_request, [.. _done.Select(series => series!)]);

        private void TakeOver(IReplayJournal journal)
        {
            var bytes = journal.Read();
            var (done, length) = JournalLines.Read(bytes, _request.Hash);
            if (length < bytes.Length)
            {
                journal.Cut(length);
            }

            if (length == 0)
            {
                journal.Append(JournalLines.Head(_request.Hash));
            }

            var places = _request.Series.Select((series, index) => (Key: (series.Machine, series.Point, series.DeviceId), index))
                .ToDictionary(pair => pair.Key, pair => pair.index);
            foreach (var series in done)
            {
                // Of the same request, so it is one of its series.
                var index = places[(series.Machine, series.Point, series.DeviceId)];
                _capturesDone += _done[index] is null ? series.Captures.Total : 0;
                _seriesDone += _done[index] is null ? 1 : 0;
                _done[index] = series;
            }
        }

        private async ValueTask WorkAsync(int index, CancellationToken cancellation)
        {
            if (!_benches.TryTake(out var bench))
            {
                bench = new ReplayBench();
            }

            var series = _request.Series[index];
            var replay = new SeriesReplay(series, _request.Findings, _request.Rules, bench);
            foreach (var capture in series.Captures)
            {
                cancellation.ThrowIfCancellationRequested();
                if (SeriesReplay.Objection(capture) is { } objection)
                {
                    replay.Take(capture, WaveformRead.Refused(objection), default);
                }
                else
                {
                    var content = bench.Content(capture.Length);
                    var read = await _source.ReadAsync(capture, content, cancellation);
                    replay.Take(capture, read, content.Span);
                }

                Tell(Interlocked.Increment(ref _capturesDone));
            }

            Keep(index, replay.Finish());
            _benches.Add(bench);
        }

        private void Keep(int index, SeriesReport series)
        {
            var line = _options.Journal is null ? [] : JournalLines.Entry(series);
            lock (_gate)
            {
                _options.Journal?.Append(line);
                _done[index] = series;
                _seriesDone++;
            }

            Tell(Interlocked.Read(ref _capturesDone));
        }

        private void Tell(long captures) =>
            _options.Progress?.Report(new ReplayProgress(Volatile.Read(ref _seriesDone), _done.Length, captures, _captures));
    }
}
