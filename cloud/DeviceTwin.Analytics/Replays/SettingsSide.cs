using DeviceTwin.Analytics.Reports;
using DeviceTwin.SensorNode;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Recordings;
using DeviceTwin.SensorNode.Twin;
using Monitor = DeviceTwin.SensorNode.Detection.Monitor;

namespace DeviceTwin.Analytics.Replays;

/// <summary>One set of settings on one series: the node's own monitor in the time of the captures, and a ledger of what it said.</summary>
internal sealed class SettingsSide
{
    private readonly Monitor _monitor = new();
    private readonly AlarmNews _news = new();
    private readonly DelayClock _delays;
    private readonly AlarmLedger _ledger;
    private readonly long[] _verdicts = new long[Verdict.Count];
    private readonly long[] _refusals = new long[Refusal.Count];
    private readonly SortedDictionary<(string Found, string Said), long> _confusion = [];
    private readonly int _telemetrySeconds;
    private readonly int _spectrumEvery;
    private long _features;
    private long _spectra;
    private long _alarmMessages;
    private long _nextFeaturesMs;
    private int _capturesSinceSpectrum;
    private int _toldVerdict = -1;
    private int _toldAlarms;
    private string _lastSha256 = "";
    private long _lastCaptureMs;

    public SettingsSide(ReplaySettings settings, int detectorWindow, AlarmLedger ledger)
    {
        Settings = settings.ToDetector();
        SettingsHash = SensorNode.Detection.Fingerprint.SettingsHash(Settings);
        Fingerprint = SensorNode.Detection.Fingerprint.Of(SettingsHash, detectorWindow);
        _telemetrySeconds = settings.Number(TwinModel.ReportingTelemetryIntervalSeconds);
        _spectrumEvery = settings.Number(TwinModel.ReportingSpectrumEveryCaptures);
        _delays = new DelayClock(Settings);
        _ledger = ledger;
    }

    public DetectorSettings Settings { get; }

    public string SettingsHash { get; }

    public string Fingerprint { get; }

    /// <summary>The verdict of the last capture by itself.</summary>
    public int CaptureVerdict { get; private set; }

    /// <summary>Flags of the alarms that are active.</summary>
    public int Alarms => _monitor.Alarms;

    /// <summary>Flags of what stands behind them.</summary>
    public int Causes => _monitor.Causes;

    /// <summary>Lets the delays run out that end before a moment; one that ends at it is the next capture's.</summary>
    public void Advance(long toMs)
    {
        while (_delays.NextMs < toMs)
        {
            var dueMs = _delays.NextMs;
            Step(null, dueMs);
            if (_delays.NextMs <= dueMs)
            {
                // The monitor has another idea of its delays than the clock: better an end than no end.
                throw new InvalidOperationException($"A delay that ends after {dueMs} ms did not run out.");
            }
        }
    }

    /// <summary>Judges a capture.</summary>
    /// <param name="nowMs">When it began, since the first capture.</param>
    public void Take(StoredCapture capture, DetectorResult result, long nowMs)
    {
        _lastSha256 = capture.Sha256;
        _lastCaptureMs = nowMs;
        CaptureVerdict = RecordingJudgement.VerdictOf(result, Settings);
        _verdicts[CaptureVerdict]++;
        for (var reason = 0; reason < Refusal.Count; reason++)
        {
            _refusals[reason] += (result.Refusals >> reason) & 1;
        }

        Step(result, nowMs);
        _capturesSinceSpectrum++;
        if (_spectrumEvery > 0 && _capturesSinceSpectrum >= _spectrumEvery)
        {
            _capturesSinceSpectrum = 0;
            _spectra++;
        }
    }

    /// <summary>Counts what was said at the last capture beside what was found.</summary>
    public void Compare(string found)
    {
        var cell = (found, Verdict.Word(SaidWords.Said(_monitor.Alarms, CaptureVerdict)));
        _confusion[cell] = _confusion.GetValueOrDefault(cell) + 1;
    }

    /// <summary>What it said of the last capture.</summary>
    /// <param name="result">Null where the other side has the features.</param>
    public CaptureSaid Said(DetectorResult result, bool withFeatures) => new(
        Verdict.Word(CaptureVerdict),
        result.ConfidencePermille,
        SaidWords.OfAlarms(_monitor.Alarms),
        SaidWords.OfCauses(_monitor.Causes),
        SaidWords.OfRefusals(result.Refusals),
        SettingsHash,
        Fingerprint,
        withFeatures ? CaptureFeatures.Of(result) : null);

    /// <summary>Ends the series.</summary>
    /// <param name="endMs">When the last capture's time is over.</param>
    public SideReport Finish(long endMs)
    {
        Advance(endMs);
        _ledger.Finish(endMs);
        return new SideReport(
            SettingsHash,
            Fingerprint,
            _ledger.Count,
            _ledger.ByKind,
            _ledger.Spans,
            _ledger.AlarmedMs,
            WordCount.Of(_verdicts.Select((count, verdict) => KeyValuePair.Create(Verdict.Word(verdict), count))),
            WordCount.Of(_refusals.Select((count, reason) => KeyValuePair.Create(Refusal.Word(reason), count))),
            [.. _confusion.OrderBy(pair => pair.Key.Found, StringComparer.Ordinal).ThenBy(pair => pair.Key.Said, StringComparer.Ordinal)
                .Select(pair => new ConfusionCell(pair.Key.Found, pair.Key.Said, pair.Value))],
            _ledger.ByTruth,
            _ledger.FirstAlarms,
            new MessageCounts(_features, _spectra, _alarmMessages));
    }

    private void Step(DetectorResult? result, long nowMs)
    {
        var verdict = _monitor.Step(result, Monitor.NoTemperature, nowMs, Settings);
        _delays.Follow(_monitor, nowMs);
        _news.Step(_monitor.Alarms, _monitor.Unacknowledged);
        _alarmMessages += int.PopCount(_news.Raised) + int.PopCount(_news.Cleared);
        _ledger.Step(_news.Raised, _news.Cleared, _monitor.Alarms, _monitor.Causes, nowMs, _lastSha256, nowMs - _lastCaptureMs);
        Tell(verdict, isCapture: result is not null, nowMs);
    }

    /// <summary>Counts the features messages as the node's measuring loop makes them: news at once, else one an interval at the most.</summary>
    private void Tell(int verdict, bool isCapture, long nowMs)
    {
        var intervalMs = _telemetrySeconds * 1000L;
        var isNews = verdict != _toldVerdict || _monitor.Alarms != _toldAlarms;
        var isDue = isCapture && nowMs >= _nextFeaturesMs - (intervalMs >> 4);
        if (!isNews && !isDue)
        {
            return;
        }

        if (isDue)
        {
            _nextFeaturesMs += intervalMs;
            if (_nextFeaturesMs <= nowMs)
            {
                _nextFeaturesMs = nowMs + intervalMs;
            }
        }

        _toldVerdict = verdict;
        _toldAlarms = _monitor.Alarms;
        _features++;
    }
}
