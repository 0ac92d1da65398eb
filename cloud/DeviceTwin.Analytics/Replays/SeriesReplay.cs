using System.Security.Cryptography;
using DeviceTwin.Analytics.Reports;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.Analytics.Replays;

/// <summary>
/// One series, capture by capture, through the node's own detector and monitors under both settings. Time is that of the captures; nothing is
/// read here, no clock asked.
/// </summary>
internal sealed class SeriesReplay
{
    /// <summary>Reason of a content of an odd number of bytes, or of no whole number of frames.</summary>
    public const string FramesNotWhole = "framesNotWhole";

    /// <summary>Reason of a content longer than a waveform may be.</summary>
    public const string TooLong = "tooLong";

    /// <summary>Bytes of the longest content that is replayed: as the hub keeps them.</summary>
    public const int LongestContent = 4 * 1024 * 1024;

    private readonly ReplaySeries _series;
    private readonly ReplayRules _rules;
    private readonly ReplayBench _bench;
    private readonly Detector _detector;
    private readonly (int Index, ReplayFinding Finding)[] _findings;
    private readonly long[] _findingCaptures;
    private readonly SortedDictionary<string, long> _refused = new(StringComparer.Ordinal);
    private readonly List<CaptureDifference> _differences = [];
    private readonly SettingsSide _old;
    private readonly SettingsSide _new;
    private readonly bool _shares;
    private readonly DateTimeOffset _start;
    private readonly long _standsForMs;
    private long _replayed;
    private long _missing;
    private long _damaged;
    private long _arrivals;
    private long _differenceCount;
    private long _coveredMs;
    private long _noFaultMs;
    private long _signalMicroseconds;
    private DateTimeOffset? _from;
    private DateTimeOffset? _last;

    public SeriesReplay(ReplaySeries series, IReadOnlyList<ReplayFinding> findings, ReplayRules rules, ReplayBench bench)
    {
        _series = series;
        _rules = rules;
        _bench = bench;
        _detector = bench.Detector(series.DetectorWindow);
        _findings = [.. findings.Select((finding, index) => (index, finding)).Where(pair => pair.finding.IsAbout(series.Machine, series.Point))];
        _findingCaptures = new long[_findings.Length];
        _start = series.Captures.Count > 0 ? series.Captures[0].TakenAt : default;
        _standsForMs = series.Old.Number(TwinModel.SamplingCaptureIntervalSeconds) * 1000L;
        _old = new SettingsSide(series.Old, series.DetectorWindow, new AlarmLedger(_start, _findings, rules));
        _new = new SettingsSide(series.New, series.DetectorWindow, new AlarmLedger(_start, _findings, rules));
        _shares = Shadow.SharesResult(_old.Settings, _new.Settings);
    }

    /// <summary>Why a capture is not even read; null where nothing speaks against it.</summary>
    public static string? Objection(StoredCapture capture) =>
        capture.Length > LongestContent ? TooLong
        : capture.Length == 0 || capture.Length % (2 * capture.AxisCount) != 0 ? FramesNotWhole
        : null;

    /// <summary>Takes the next capture with what came of reading it.</summary>
    /// <param name="content">Its bytes where they were read.</param>
    public void Take(StoredCapture stored, WaveformRead read, ReadOnlySpan<byte> content)
    {
        switch (read.State)
        {
            case WaveformState.Missing:
                _missing++;
                return;
            case WaveformState.Refused:
                _refused[read.Reason] = _refused.GetValueOrDefault(read.Reason) + 1;
                return;
            case WaveformState.Damaged:
                _damaged++;
                return;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        if (!Convert.ToHexStringLower(hash).Equals(stored.Sha256, StringComparison.Ordinal))
        {
            _damaged++;
            return;
        }

        Judge(stored, content);
    }

    /// <summary>Ends the series.</summary>
    public SeriesReport Finish()
    {
        var until = _last?.AddMilliseconds(_standsForMs);
        Cover(until ?? default);
        var endMs = until is { } end ? Milliseconds(end) : 0;
        return new SeriesReport(
            _series.Machine,
            _series.Point,
            _series.DeviceId,
            new CaptureCounts(
                _series.Captures.Count,
                _replayed,
                _missing,
                _damaged,
                WordCount.Of(_refused),
                _arrivals,
                _from,
                _last,
                until,
                _coveredMs,
                _noFaultMs,
                _signalMicroseconds / 1000),
            _series.Old.ChangesTo(_series.New),
            [.. _findings.Zip(_findingCaptures, (pair, captures) => new FindingCaptures(pair.Index, captures)).Where(pair => pair.Captures > 0)],
            _old.Finish(endMs),
            _new.Finish(endMs),
            _differenceCount,
            _differences);
    }

    private void Judge(StoredCapture stored, ReadOnlySpan<byte> content)
    {
        Cover(stored.TakenAt);
        _from ??= stored.TakenAt;
        _last = stored.TakenAt;
        _replayed++;
        _arrivals += stored.IsArrivalTime ? 1 : 0;
        _bench.Fill(stored, content);
        var capture = _bench.Capture;
        _signalMicroseconds += stored.RateMilliHertz > 0 ? capture.Count * 1_000_000_000L / stored.RateMilliHertz : 0;
        capture.NoiseNanoGPerRootHertz = _series.NoiseNanoGPerRootHertz;
        capture.StartUtcMs = stored.TakenAt.ToUnixTimeMilliseconds();
        capture.Sequence = (int)Math.Min(_replayed, int.MaxValue);
        _detector.Analyze(capture, _old.Settings, _bench.OldResult);
        var newResult = _bench.OldResult;
        if (!_shares)
        {
            newResult = _bench.NewResult;
            _detector.Analyze(capture, _new.Settings, newResult);
        }

        var nowMs = Milliseconds(stored.TakenAt);
        _old.Advance(nowMs);
        _new.Advance(nowMs);
        _old.Take(stored, _bench.OldResult, nowMs);
        _new.Take(stored, newResult, nowMs);
        Compare(stored);
        if (_old.CaptureVerdict == _new.CaptureVerdict && _old.Alarms == _new.Alarms)
        {
            return;
        }

        _differenceCount++;
        if (_differences.Count < _rules.MostDifferences)
        {
            _differences.Add(new CaptureDifference(stored, _old.Said(_bench.OldResult, withFeatures: true), _new.Said(newResult, withFeatures: !_shares)));
        }
    }

    /// <summary>Holds what is said now against what was found then.</summary>
    private void Compare(StoredCapture stored)
    {
        string? found = null;
        for (var i = 0; i < _findings.Length; i++)
        {
            var finding = _findings[i].Finding;
            if (!finding.Holds(stored.TakenAt))
            {
                continue;
            }

            _findingCaptures[i]++;

            // A fault that was found weighs more than that somebody else, at the same time, found none.
            found = found is null || (found == ReplayFinding.NoFault && finding.IsFault) ? finding.Kind : found;
        }

        if (found is not null)
        {
            _old.Compare(found);
            _new.Compare(found);
        }
    }

    /// <summary>The last capture stands for the time up to a moment, one capture interval at most.</summary>
    private void Cover(DateTimeOffset until)
    {
        if (_last is not { } last)
        {
            return;
        }

        var time = Math.Min(_standsForMs, (long)(until - last).TotalMilliseconds);
        _coveredMs += time;
        if (Array.Exists(_findings, pair => !pair.Finding.IsFault && pair.Finding.Holds(last))
            && !Array.Exists(_findings, pair => pair.Finding.IsFault && pair.Finding.Holds(last)))
        {
            _noFaultMs += time;
        }
    }

    private long Milliseconds(DateTimeOffset at) => at.ToUnixTimeMilliseconds() - _start.ToUnixTimeMilliseconds();
}
