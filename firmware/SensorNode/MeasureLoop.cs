using DeviceTwin.SensorNode.Acquisition;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Methods;
using DeviceTwin.SensorNode.Signal;
using DeviceTwin.SensorNode.Supervision;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.SensorNode;

/// <summary>The walk of a sample up to the outbox: acquisition, detector, verdict, telemetry. Runs in schedule time, which a simulation may speed up.</summary>
public sealed class MeasureLoop
{
    private const int AlarmPeriodMs = 1000;

    // What is learned within this time may be lost with a power cut; the flash lives long with one write in it.
    private const int BaselinePeriodMs = 600000;

    private const int EveryAlarm = -1;

    private readonly IClock _clock;
    private readonly VibrationAcquisition _vibration;
    private readonly TemperatureAcquisition _temperature;
    private readonly SensorDesk _sensors;
    private readonly Detector _detector;
    private readonly int _detectorWindow;
    private readonly DetectorSettings _settings = new DetectorSettings();
    private readonly DetectorResult _result;
    private readonly Monitor _monitor = new Monitor();
    private readonly Trial _trial = new Trial();
    private readonly AlarmNews _news = new AlarmNews();
    private readonly TelemetryComposer _composer;
    private readonly Outbox _outbox;
    private readonly WaveformShelf _shelf;
    private readonly SettingsMailbox _mailbox;
    private readonly BaselineMailbox _baselines;
    private readonly MeasureMailbox _requests;
    private readonly TraceRing _trace;
    private readonly VerdictBoard _board;
    private readonly HealthCounters _health;
    private SettingsValues _values;
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
    private int _toldUnacknowledged;
    private int _toldTrial = -1;
    private int _acknowledged = -1;
    private byte[] _savedBaseline;
    private long _nextBaselineMs = BaselinePeriodMs;
    private int _capturesSinceSpectrum;
    private long _captureUtcMs;
    private int _captureFault;
    private int _captureReason;
    private int _asked;
    private int _testsBefore;
    private long _nextAlarmMs;
    private long _nextFeaturesMs;

    public MeasureLoop(
        NodeParts parts,
        string bootId,
        Outbox outbox,
        WaveformShelf shelf,
        SettingsMailbox mailbox,
        BaselineMailbox baselines,
        MeasureMailbox requests,
        VerdictBoard board,
        HealthCounters health,
        TraceRing trace)
    {
        _requests = requests;
        _trace = trace;
        _clock = parts.Clock;
        _capacity = parts.CaptureCapacity;
        _vibration = new VibrationAcquisition(SensorCatalogue.Accelerometer(parts.Accelerometer, parts.AccelerometerBus), parts.CaptureCapacity);
        _temperature = new TemperatureAcquisition(
            SensorCatalogue.Thermometer(parts.TemperatureSensor, parts.TemperatureBus, parts.TemperatureLine));
        _sensors = new SensorDesk(_vibration, _temperature);
        _detectorWindow = parts.DetectorWindow;
        _detector = new Detector(parts.DetectorWindow, _vibration.Capacity());
        _result = Detector.ResultFor(parts.DetectorWindow, _vibration.Capacity());
        _composer = new TelemetryComposer(bootId, _vibration.Scratch());
        _outbox = outbox;
        _shelf = shelf;
        _mailbox = mailbox;
        _baselines = baselines;
        _board = board;
        _health = health;
    }

    /// <summary>Takes over what an earlier start learned; before the first step.</summary>
    /// <param name="baseline">Null where there is nothing.</param>
    public void Restore(byte[] baseline)
    {
        _monitor.Baseline.Decode(baseline);
        _savedBaseline = baseline;
    }

    /// <summary>Does what is due.</summary>
    /// <returns>The time at which the loop wants to run again.</returns>
    public long Step(long nowMs)
    {
        if (!_vibration.IsUnderWay())
        {
            TakeSettings(nowMs);
            TakeRequest(nowMs);
        }

        long next = _vibration.Step(nowMs, _clock.UtcMs());
        if (_vibration.IsUnderWay() || _vibration.Capturing())
        {
            _shelf.Reclaim();
        }

        Capture capture = _vibration.Finished();
        if (capture != null)
        {
            Judge(capture, nowMs);
            _vibration.HandBack();
        }

        _sensors.Step();
        AnswerTests();

        // A thermometer may hold the processor for milliseconds, one that is broken for a second: it waits until the samples are in.
        long nextTemperature = _vibration.Capturing() ? next : _temperature.Step(nowMs);
        if (_captures > 0 && nowMs >= _nextAlarmMs)
        {
            // Delays run out and the machine warms up between captures, too.
            _trial.Step(_temperature.CentiCelsius(), nowMs);
            Decide(null, nowMs);
            if (_news.Raised != 0)
            {
                // Its capture is gone; the next one shows the machine as well.
                _shelf.Request();
            }
        }

        next = nextTemperature < next ? nextTemperature : next;
        return _captures > 0 && _nextAlarmMs < next ? _nextAlarmMs : next;
    }

    /// <summary>Whether a capture is under way.</summary>
    public bool IsCapturing()
    {
        return _vibration.Capturing();
    }

    /// <summary>Messages made since the start, sent or not.</summary>
    public int MessagesMade()
    {
        return _composer.Sequence;
    }

    /// <summary>What anybody may ask of the sensors, beside the plan.</summary>
    public SensorDesk Sensors
    {
        get { return _sensors; }
    }

    // One request at a time. What is not carried out at once is answered where it ends.
    private void TakeRequest(long nowMs)
    {
        int request = _requests.Take();
        switch (request)
        {
            case MeasureRequest.Capture:
                _asked = request;

                // Whoever asks for it will want to see it, too.
                _shelf.Request();
                _sensors.RequestCapture();
                break;
            case MeasureRequest.SelfTest:
                _asked = request;
                _testsBefore = _sensors.SelfTests();
                _sensors.RequestSelfTest();
                break;
            case MeasureRequest.TapTest:
                _asked = request;
                _testsBefore = _sensors.TapTests();
                _sensors.RequestTapTest(_requests.Argument() * 1000);
                break;
            case MeasureRequest.AcknowledgeAlarms:
                _monitor.Acknowledge(_requests.Argument());
                _requests.Answer(MethodStatus.Done, MeasureAnswers.Pair("active", _monitor.Alarms, "unacknowledged", _monitor.Unacknowledged));
                Decide(null, nowMs);
                break;
            case MeasureRequest.RelearnBaseline:
                _monitor.Baseline.Forget();
                _nextBaselineMs = nowMs;
                SaveBaseline(nowMs);
                _requests.Answer(MethodStatus.Done, MeasureAnswers.Pair("captures", _captures, "warmUp", _settings.BaselineWarmUpCaptures));
                break;
        }
    }

    private void AnswerCapture()
    {
        if (_asked == MeasureRequest.Capture && _captureReason == CaptureReason.Requested)
        {
            _asked = MeasureRequest.None;
            bool isGood = _captureFault == AcquisitionFault.None;
            _requests.Answer(
                isGood ? MethodStatus.Done : MethodStatus.Failed,
                isGood ? MeasureAnswers.Pair("capture", _result.CaptureSequence, "fault", 0) : MeasureAnswers.SensorFault(_captureFault));
        }
    }

    private void AnswerTests()
    {
        if (_asked == MeasureRequest.SelfTest && _sensors.SelfTests() != _testsBefore)
        {
            _asked = MeasureRequest.None;
            SelfTestResult result = _sensors.SelfTest();
            bool isGood = result.Fault == AcquisitionFault.None;
            _requests.Answer(
                isGood ? MethodStatus.Done : MethodStatus.Failed,
                isGood ? MeasureAnswers.SelfTest(result) : MeasureAnswers.SensorFault(result.Fault));
        }
        else if (_asked == MeasureRequest.TapTest && _sensors.TapTests() != _testsBefore)
        {
            _asked = MeasureRequest.None;
            TapResult result = _sensors.TapTest();
            bool isGood = result.Fault == AcquisitionFault.None;
            _requests.Answer(
                isGood ? MethodStatus.Done : MethodStatus.Failed,
                isGood ? MeasureAnswers.TapTest(result) : MeasureAnswers.SensorFault(result.Fault));
        }
    }

    private void TakeSettings(long nowMs)
    {
        SettingsValues taken = _mailbox.Take(out int version);
        int rate = _vibration.SampleRateMilliHertz();
        if (taken == null && rate == _plannedRate)
        {
            return;
        }

        if (taken != null)
        {
            _values = taken;
            SettingsMap.Apply(_values, _settings);
            _settingsVersion = version < 0 ? 0 : version;
            string hash = Fingerprint.SettingsHash(_settings);
            if (hash != _settingsHash)
            {
                // Verdicts by other settings are other verdicts.
                _settingsHash = hash;
                _fingerprint = Fingerprint.Of(hash, _detectorWindow);
                _sameVerdictRun = 0;
            }

            _trial.Apply(_values, _settings, _monitor.Baseline);
            Acknowledge(_values.Numbers[TwinModel.MaintenanceAcknowledgeGeneration]);
            _board.PostSettings(version, _settingsHash, _fingerprint, _sameVerdictRun);
            _temperature.Plan(_values.Numbers[TwinModel.SamplingTemperatureIntervalSeconds]);

            // A shorter telemetry interval counts at once.
            long soonest = nowMs + (_values.Numbers[TwinModel.ReportingTelemetryIntervalSeconds] * 1000L);
            _nextFeaturesMs = _nextFeaturesMs > soonest ? soonest : _nextFeaturesMs;
        }

        _plannedRate = rate;
        _vibration.PlanTrigger(_values.Numbers[TwinModel.SamplingTriggerLevelMilliG]);

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
        _captureReason = capture.Reason;
        _sensors.Note(capture, _captureFault);

        if (_captureFault != AcquisitionFault.None)
        {
            _health.CaptureFaults++;
            _trace.Add(TraceEvent.CaptureFault, nowMs, _captureFault, _captures);
        }

        if (capture.Overrun)
        {
            _health.Overruns++;
        }

        _detector.Analyze(capture, _settings, _result);
        _trial.Judge(capture, _detector, _settings, _result, _temperature.CentiCelsius(), nowMs);
        Decide(_result, nowMs);
        _shelf.Offer(capture, _composer.BootId, _news.Raised != 0);
        AnswerCapture();
        SaveBaseline(nowMs);
        int every = _values.Numbers[TwinModel.ReportingSpectrumEveryCaptures];
        _capturesSinceSpectrum++;
        if (every > 0 && _capturesSinceSpectrum >= every)
        {
            _capturesSinceSpectrum = 0;
            Offer(
                TelemetryComposer.Spectrum,
                _composer.ComposeSpectrum(_result, _settings, _captureUtcMs),
                TelemetryMessage.Low);
        }
    }

    private void Decide(DetectorResult result, long nowMs)
    {
        _nextAlarmMs = nowMs + AlarmPeriodMs;
        int temperature = _temperature.CentiCelsius();
        int verdict = _monitor.Step(result, temperature, nowMs, _settings);
        if (result != null)
        {
            _sameVerdictRun = verdict == _runVerdict ? _sameVerdictRun + 1 : 1;
            _runVerdict = verdict;
        }

        _board.Post(_monitor, _captures, _sameVerdictRun, _result.VelocityUmPerSecond, temperature);
        _board.PostTrial(_trial);
        TellAlarms();
        int trial = _trial.IsJudged ? (_trial.Verdict << Verdict.Count) | _trial.Alarms : -1;
        bool isNews = verdict != _toldVerdict || _monitor.Alarms != _toldAlarms || _monitor.Unacknowledged != _toldUnacknowledged
            || trial != _toldTrial;
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
        _toldAlarms = _monitor.Alarms;
        _toldUnacknowledged = _monitor.Unacknowledged;
        _toldTrial = trial;
        Offer(
            TelemetryComposer.Features,
            _composer.ComposeFeatures(
                _result, _monitor, _trial, _captureUtcMs, temperature, _captureFault, _captureReason, _settingsVersion, _settingsHash,
                _fingerprint),
            isNews ? TelemetryMessage.Urgent : TelemetryMessage.Normal);
    }

    // What the composer made last, with its number: a message that the outbox drops leaves a gap that the hub can see.
    private void Offer(string kind, byte[] payload, int priority)
    {
        _outbox.Offer(new TelemetryMessage(kind, payload, priority, _composer.BootId, _composer.Sequence));
    }

    // In this order: what ended makes room for what begins.
    private void TellAlarms()
    {
        _news.Step(_monitor.Alarms, _monitor.Unacknowledged);
        Tell(_news.Cleared, AlarmState.Normal);
        Tell(_news.Raised, AlarmState.Raised);
        Tell(_news.Acknowledged, AlarmState.Acknowledged);
    }

    private void Tell(int alarms, int state)
    {
        for (int verdict = 0; alarms != 0 && verdict < Verdict.Count; verdict++)
        {
            if ((alarms & Verdict.Flag(verdict)) != 0)
            {
                Offer(
                    TelemetryComposer.Alarm,
                    _composer.ComposeAlarm(
                        verdict,
                        _news.Raises(verdict),
                        state,
                        _monitor,
                        _result.CaptureSequence,
                        _captureUtcMs,
                        _clock.UtcMs(),
                        _settingsHash,
                        _fingerprint),
                    TelemetryMessage.Urgent);
            }
        }
    }

    // The number that holds at the start acknowledges nothing: alarms start anew, too.
    private void Acknowledge(int generation)
    {
        if (_acknowledged >= 0 && _acknowledged != generation)
        {
            _monitor.Acknowledge(EveryAlarm);
        }

        _acknowledged = generation;
    }

    private void SaveBaseline(long nowMs)
    {
        if (nowMs < _nextBaselineMs)
        {
            return;
        }

        _nextBaselineMs = nowMs + BaselinePeriodMs;
        byte[] content = _monitor.Baseline.Encode();
        if (!AreEqual(content, _savedBaseline))
        {
            _savedBaseline = content;
            _baselines.Put(content);
        }
    }

    private static bool AreEqual(byte[] one, byte[] other)
    {
        if (other == null || one.Length != other.Length)
        {
            return false;
        }

        for (int index = 0; index < one.Length; index++)
        {
            if (one[index] != other[index])
            {
                return false;
            }
        }

        return true;
    }
}
