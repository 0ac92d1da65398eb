using DeviceTwin.SensorNode.Acquisition;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Signal;
using DeviceTwin.SensorNode.Supervision;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.SensorNode;

/// <summary>The walk of a sample up to the outbox: acquisition, detector, verdict, telemetry. Runs in schedule time, which a simulation may speed up.</summary>
public sealed class MeasureLoop
{
    private const int AlarmPeriodMs = 1000;

    private readonly IClock _clock;
    private readonly VibrationAcquisition _vibration;
    private readonly TemperatureAcquisition _temperature;
    private readonly Detector _detector;
    private readonly DetectorSettings _settings = new DetectorSettings();
    private readonly DetectorResult _result = new DetectorResult();
    private readonly AlarmLogic _alarms = new AlarmLogic();
    private readonly TelemetryComposer _composer;
    private readonly Outbox _outbox;
    private readonly SettingsMailbox _mailbox;
    private readonly VerdictBoard _board;
    private readonly HealthCounters _health;
    private readonly SettingsValues _values = new SettingsValues();
    private readonly int _capacity;
    private int _settingsVersion;
    private string _settingsHash;
    private string _fingerprint;
    private int _plannedRate;
    private int _captures;
    private int _sameVerdictRun;
    private int _runVerdict = -1;
    private int _toldVerdict = -1;
    private int _toldAlarms;
    private int _capturesSinceSpectrum;
    private long _captureUtcMs;
    private int _captureFault;
    private long _nextAlarmMs;
    private long _nextFeaturesMs;

    public MeasureLoop(
        NodeParts parts,
        string bootId,
        Outbox outbox,
        SettingsMailbox mailbox,
        VerdictBoard board,
        HealthCounters health)
    {
        _clock = parts.Clock;
        _capacity = parts.CaptureCapacity;
        _vibration = new VibrationAcquisition(new Iis3dwb(parts.AccelerometerBus), parts.CaptureCapacity);
        _temperature = new TemperatureAcquisition(new Mcp9808Sensor(parts.TemperatureBus));
        _detector = new Detector(parts.CaptureCapacity);
        _composer = new TelemetryComposer(bootId);
        _outbox = outbox;
        _mailbox = mailbox;
        _board = board;
        _health = health;
    }

    /// <summary>Does what is due.</summary>
    /// <returns>The time at which the loop wants to run again.</returns>
    public long Step(long nowMs)
    {
        if (!_vibration.IsUnderWay())
        {
            TakeSettings(nowMs);
        }

        long next = _vibration.Step(nowMs, _clock.UtcMs());
        Capture capture = _vibration.Finished();
        if (capture != null)
        {
            Judge(capture, nowMs);
            _vibration.HandBack();
        }

        long nextTemperature = _temperature.Step(nowMs);
        if (_captures > 0 && nowMs >= _nextAlarmMs)
        {
            // Delays run out and the machine warms up between captures, too.
            Decide(null, nowMs);
        }

        next = nextTemperature < next ? nextTemperature : next;
        return _captures > 0 && _nextAlarmMs < next ? _nextAlarmMs : next;
    }

    /// <summary>Whether a capture is under way.</summary>
    public bool IsCapturing()
    {
        return _vibration.Capturing();
    }

    private void TakeSettings(long nowMs)
    {
        int version = _mailbox.Take(_values);
        int rate = _vibration.SampleRateMilliHertz();
        if (version == int.MinValue && rate == _plannedRate)
        {
            return;
        }

        if (version != int.MinValue)
        {
            SettingsMap.Apply(_values, _settings);
            _settingsVersion = version < 0 ? 0 : version;
            string hash = Fingerprint.SettingsHash(_settings);
            if (hash != _settingsHash)
            {
                // Verdicts by other settings are other verdicts.
                _settingsHash = hash;
                _fingerprint = Fingerprint.Of(_settings);
                _sameVerdictRun = 0;
            }

            _board.PostSettings(version, _settingsHash, _fingerprint, _sameVerdictRun);
            _temperature.Plan(_values.Numbers[TwinModel.SamplingTemperatureIntervalSeconds]);

            // A shorter telemetry interval counts at once.
            long soonest = nowMs + (_values.Numbers[TwinModel.ReportingTelemetryIntervalSeconds] * 1000L);
            _nextFeaturesMs = _nextFeaturesMs > soonest ? soonest : _nextFeaturesMs;
        }

        _plannedRate = rate;

        // The rate measured during the capture may differ from the one planned with; a few revolutions more than needed cost less than a refusal.
        int samples = CapturePlan.SamplesFor(_settings, rate);
        samples += samples >> 6;
        _vibration.Plan(
            _values.Numbers[TwinModel.SamplingCaptureIntervalSeconds],
            _values.Numbers[TwinModel.SamplingAccelerationRangeG],
            samples > _capacity ? _capacity : samples);
    }

    private void Judge(Capture capture, long nowMs)
    {
        _health.Captures++;
        _captures++;
        _captureFault = _vibration.Fault();
        _captureUtcMs = capture.StartUtcMs;
        if (_captureFault != AcquisitionFault.None)
        {
            _health.CaptureFaults++;
        }

        if (capture.Overrun)
        {
            _health.Overruns++;
        }

        _detector.Analyze(capture, _settings, _result);
        Decide(_result, nowMs);
        int every = _values.Numbers[TwinModel.ReportingSpectrumEveryCaptures];
        _capturesSinceSpectrum++;
        if (every > 0 && _capturesSinceSpectrum >= every)
        {
            _capturesSinceSpectrum = 0;
            _outbox.Offer(new TelemetryMessage(
                TelemetryComposer.Spectrum,
                _composer.ComposeSpectrum(_result, _settings, _captureUtcMs),
                TelemetryMessage.Low));
        }
    }

    private void Decide(DetectorResult result, long nowMs)
    {
        _nextAlarmMs = nowMs + AlarmPeriodMs;
        int temperature = _temperature.CentiCelsius();
        int verdict = _alarms.Step(result, temperature, nowMs, _settings);
        if (result != null)
        {
            _sameVerdictRun = verdict == _runVerdict ? _sameVerdictRun + 1 : 1;
            _runVerdict = verdict;
        }

        _board.Post(Verdict.Word(verdict), _alarms.Alarms, _captures, _sameVerdictRun, _result.VelocityUmPerSecond, temperature);
        bool isNews = verdict != _toldVerdict || _alarms.Alarms != _toldAlarms;
        long intervalMs = _values.Numbers[TwinModel.ReportingTelemetryIntervalSeconds] * 1000L;

        // A capture that is a little early must not wait for the next one: a sixteenth of tolerance, made good by the rhythm.
        bool isDue = result != null && nowMs >= _nextFeaturesMs - (intervalMs >> 4);
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
        _toldAlarms = _alarms.Alarms;
        _outbox.Offer(new TelemetryMessage(
            TelemetryComposer.Features,
            _composer.ComposeFeatures(_result, _alarms, _captureUtcMs, temperature, _captureFault, _settingsVersion, _settingsHash, _fingerprint),
            isNews ? TelemetryMessage.Urgent : TelemetryMessage.Normal));
    }
}
