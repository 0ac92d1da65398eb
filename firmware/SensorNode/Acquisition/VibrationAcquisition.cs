using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode.Acquisition;

/// <summary>
/// Takes captures: by plan, on request, and where the acceleration goes over a level; starts one at its time, drains the sensor's FIFO a burst
/// per step, finishes with a <see cref="Capture"/> and its facts. Between captures it runs self-test and tap test where somebody asks.
/// A stepped room: call <see cref="Step"/> when it asks to be called; it never waits and never throws.
/// </summary>
/// <remarks>
/// A sensor that fails is tried again every five seconds. Meanwhile each planned capture still finishes, empty, with the reason in
/// <see cref="Fault"/>: the node says "refused" in its usual rhythm instead of falling silent.
/// While a capture is under way each step is two bus transfers long, straight into memory. Where the FIFO lasts long enough the samples
/// are read out of the words at once, into two bytes each; where it does not, afterwards, a piece per step.
/// The level that triggers is the sensor's own wake-up logic, which sees every sample; its latched flag is polled in a register. A pin would
/// say no more: the runtime hands an edge to managed code through a queue, milliseconds later, and the flag stays until it is read.
/// The request methods may be called from any thread; everything else belongs to the measure loop.
/// </remarks>
public sealed class VibrationAcquisition
{
    /// <summary>After a triggered capture the level is not looked at for so long: a loud machine would trigger for ever.</summary>
    public const int TriggerPauseMilliseconds = 60000;

    /// <summary>Longest wait for a tap: the loop that talks waits meanwhile, and a hub loses patience some time.</summary>
    public const int LongestTapTestMilliseconds = 30000;

    private const int ResetPatienceMilliseconds = 20;
    private const int RetryMilliseconds = 5000;
    private const int IdlePollMilliseconds = 50;
    private const int RequestPollMilliseconds = 1000;

    private const int StateStart = 0;
    private const int StateResetting = 1;
    private const int StateSettling = 2;
    private const int StateReady = 3;
    private const int StateCapturing = 4;
    private const int StateDecoding = 5;
    private const int StateFailed = 6;
    private const int StateSelfTest = 7;
    private const int StateTapTest = 8;

    // Some 9 000 instructions of the interpreter: about 5 ms on an ESP32. A piece with a gap is no part of the coverage.
    private const int WordsPerPiece = 256;

    // Two places for each overrun that is kept; what comes behind so many is no part of the coverage.
    private const int BreakCapacity = 32;

    private readonly IAccelerometer _sensor;
    private readonly AccelerometerFacts _facts;
    private readonly Capture _capture;
    private readonly byte[] _raw;
    private readonly SampleRateMeter _meter = new SampleRateMeter();
    private readonly RawWords _unpack = new RawWords();
    private readonly SelfTestRun _selfTest;
    private readonly TapRun _tapTest;
    private readonly int[] _breaks = new int[BreakCapacity];

    private int _state = StateStart;
    private long _stateSince;
    private int _fault;
    private bool _finished;
    private bool _handedOut;
    private int _sequence;

    private long _intervalMs = 60000;
    private int _rangeG = 16;
    private int _planned;
    private int _configuredRangeG;
    private bool _scheduled;
    private long _dueMs;
    private int _triggerMilliG;
    private bool _armed;
    private long _triggerFromMs;

    // Set by any thread, cleared by the measure loop.
    private bool _captureAsked;
    private bool _selfTestAsked;
    private int _tapTestAskedMs;
    private SelfTestResult _selfTestResult;
    private TapRecord _tapRecord;
    private int _tapFault;

    private int _target;
    private long _deadlineMs;
    private int _words;
    private int _decoded;
    private int _lastBurst;
    private int _run;
    private int _longestRun;
    private int _longestBefore;
    private int _breakCount;
    private int _breaksPassed;
    private bool _stopped;
    private bool _wasFull;
    private int _faultBehind;
    private bool _counting;
    private long _countedFromMs;
    private long _countedFromWords;
    private long _lastLookMs;
    private long _lastLookWords;

    /// <param name="sensor">The accelerometer; owned by this room from now on.</param>
    /// <param name="capacity">
    /// Samples of the longest capture, at least three times <see cref="TapRecord.MaximumSamples"/>. Two buffers: two bytes a sample, and seven
    /// a word, as many words as the sensor's way of unpacking needs.
    /// </param>
    public VibrationAcquisition(IAccelerometer sensor, int capacity)
    {
        _sensor = sensor;
        _facts = sensor.Facts();
        int least = 3 * TapRecord.MaximumSamples;
        _capture = new Capture(capacity < least ? least : capacity);
        _raw = new byte[RawWords.BufferBytes(_facts.UnpacksAtOnce ? _facts.FifoWords : _capture.Samples.Length)];
        _selfTest = new SelfTestRun(sensor);
        _tapTest = new TapRun(sensor);
    }

    /// <summary>Samples of the longest capture.</summary>
    public int Capacity()
    {
        return _capture.Samples.Length;
    }

    /// <summary>
    /// Bytes that the room needs only within a step: whoever runs in the same loop may use them in between. Null where raw words are kept from step
    /// to step.
    /// </summary>
    public byte[] Scratch()
    {
        return _facts.UnpacksAtOnce ? _raw : null;
    }

    /// <summary>The sensor's rate in millihertz: measured against the clock, else by its factory trim, else nominal.</summary>
    public int SampleRateMilliHertz()
    {
        return _meter.RateMilliHertz(_sensor.FactoryRateMilliHertz());
    }

    /// <summary>What is wrong with the sensor now, a number of <see cref="AcquisitionFault"/>.</summary>
    public int Fault()
    {
        return _fault;
    }

    /// <summary>Whether samples are on their way: a late step would lose some.</summary>
    public bool Capturing()
    {
        return _state == StateCapturing || _state == StateTapTest;
    }

    /// <summary>Whether a capture was begun and is not handed out yet: it is to be judged by the settings that planned it.</summary>
    public bool IsUnderWay()
    {
        return _state == StateCapturing || _state == StateDecoding;
    }

    /// <summary>
    /// Sets the plan for the captures that start from now on; one under way is finished as it began.
    /// Without a plan nothing is captured.
    /// </summary>
    /// <param name="intervalSeconds">Period from start to start, at least 1.</param>
    /// <param name="rangeG">2, 4, 8 or 16.</param>
    /// <param name="samples">Samples of a capture; cut to the capacity.</param>
    public void Plan(int intervalSeconds, int rangeG, int samples)
    {
        long intervalMs = (intervalSeconds < 1 ? 1 : intervalSeconds) * 1000L;
        if (_scheduled)
        {
            _dueMs += intervalMs - _intervalMs;
        }

        _intervalMs = intervalMs;
        _rangeG = rangeG;
        _planned = samples > _capture.Samples.Length ? _capture.Samples.Length : samples;
    }

    /// <summary>Sets the level that triggers a capture.</summary>
    /// <param name="milliG">Acceleration without its slow part, in milli-g; the sensor rounds it up to its next step. 0 = no trigger.</param>
    public void PlanTrigger(int milliG)
    {
        _armed = _armed && milliG == _triggerMilliG;
        _triggerMilliG = milliG;
    }

    /// <summary>Asks for one more capture, as soon as the sensor is free. The rhythm of the others stays.</summary>
    public void RequestCapture()
    {
        _captureAsked = true;
    }

    /// <summary>Asks for a self-test of the sensor, as soon as it is free.</summary>
    public void RequestSelfTest()
    {
        _selfTestAsked = true;
    }

    /// <summary>Asks for a tap test, as soon as the sensor is free.</summary>
    /// <param name="patienceMs">How long to wait for the tap, in milliseconds.</param>
    public void RequestTapTest(int patienceMs)
    {
        _tapTestAskedMs = patienceMs < 1 ? 1 : patienceMs > LongestTapTestMilliseconds ? LongestTapTestMilliseconds : patienceMs;
    }

    /// <summary>What the last self-test found, or null before the first.</summary>
    public SelfTestResult SelfTest()
    {
        return _selfTestResult;
    }

    /// <summary>
    /// The record of a tap test that has just ended, or null. It lies in the capture's buffer: until the receiver gives it back with
    /// <see cref="HandBackTap"/> nothing else starts.
    /// </summary>
    public TapRecord Tap()
    {
        return _tapRecord;
    }

    /// <summary>What was wrong with the sensor in that test, a number of <see cref="AcquisitionFault"/>.</summary>
    public int TapFault()
    {
        return _tapFault;
    }

    /// <summary>The receiver is through with the record of the tap.</summary>
    public void HandBackTap()
    {
        _tapRecord = null;
    }

    /// <summary>Does what is due.</summary>
    /// <param name="nowMs">Uptime in milliseconds.</param>
    /// <param name="utcMs">UTC in milliseconds since 1970, 0 while the node does not know it.</param>
    /// <returns>The uptime at which the room wants to run again.</returns>
    public long Step(long nowMs, long utcMs)
    {
        switch (_state)
        {
            case StateStart:
                return StepStart(nowMs);
            case StateResetting:
                return StepResetting(nowMs);
            case StateSettling:
                return StepSettling(nowMs);
            case StateReady:
                return StepReady(nowMs, utcMs);
            case StateCapturing:
                return StepCapturing(nowMs);
            case StateDecoding:
                return StepDecoding(nowMs);
            case StateSelfTest:
                return StepSelfTest(nowMs);
            case StateTapTest:
                return StepTapTest(nowMs);
            default:
                return StepFailed(nowMs, utcMs);
        }
    }

    /// <summary>The finished capture, or null. Until the receiver gives it back with <see cref="HandBack"/> no other starts.</summary>
    public Capture Finished()
    {
        if (!_finished || _handedOut)
        {
            return null;
        }

        _handedOut = true;
        return _capture;
    }

    /// <summary>The receiver is through with the capture; its buffer is used again.</summary>
    public void HandBack()
    {
        _finished = false;
        _handedOut = false;
    }

    private long StepStart(long nowMs)
    {
        int fault = _sensor.Identify();
        if (fault == AcquisitionFault.None)
        {
            fault = _sensor.StartReset();
        }

        if (fault != AcquisitionFault.None)
        {
            return Fail(fault, nowMs);
        }

        Enter(StateResetting, nowMs);
        return nowMs + 1;
    }

    private long StepResetting(long nowMs)
    {
        int fault = _sensor.ResetDone();
        if (fault == AcquisitionFault.ResetStuck && nowMs - _stateSince < ResetPatienceMilliseconds)
        {
            return nowMs + 1;
        }

        return fault == AcquisitionFault.None ? StartSettling(nowMs) : Fail(fault, nowMs);
    }

    private long StartSettling(long nowMs)
    {
        _configuredRangeG = 0;
        _armed = false;
        int fault = _sensor.Configure(_rangeG);
        if (fault != AcquisitionFault.None)
        {
            return Fail(fault, nowMs);
        }

        _configuredRangeG = _rangeG;
        Enter(StateSettling, nowMs);
        return nowMs + _facts.SettlingMilliseconds + 1;
    }

    private long StepSettling(long nowMs)
    {
        // One more than the settling time: the clock's millisecond may just have begun when the range was written.
        long goodFrom = _stateSince + _facts.SettlingMilliseconds + 1;
        if (nowMs < goodFrom)
        {
            return goodFrom;
        }

        _fault = AcquisitionFault.None;
        Enter(StateReady, nowMs);
        return nowMs;
    }

    private long StepReady(long nowMs, long utcMs)
    {
        if (_finished || _tapRecord != null)
        {
            return nowMs + IdlePollMilliseconds;
        }

        if (_selfTestAsked)
        {
            _selfTestAsked = false;
            _selfTest.Begin(nowMs);
            Enter(StateSelfTest, nowMs);
            return nowMs;
        }

        if (_tapTestAskedMs > 0)
        {
            _tapTest.Begin(nowMs, _tapTestAskedMs, SampleRateMilliHertz());
            _tapTestAskedMs = 0;
            Enter(StateTapTest, nowMs);
            return nowMs;
        }

        if (_planned <= 0)
        {
            return nowMs + IdlePollMilliseconds;
        }

        bool isDue = !_scheduled || nowMs >= _dueMs;
        if (_configuredRangeG != _rangeG && (isDue || _captureAsked || _triggerMilliG > 0))
        {
            return StartSettling(nowMs);
        }

        if (_captureAsked)
        {
            _captureAsked = false;
            return StartCapture(CaptureReason.Requested, nowMs, utcMs);
        }

        return isDue ? StartCapture(CaptureReason.Scheduled, nowMs, utcMs) : WatchLevel(nowMs, utcMs);
    }

    private long WatchLevel(long nowMs, long utcMs)
    {
        // Somebody may ask for something at any time.
        bool isWatching = _triggerMilliG > 0 && nowMs >= _triggerFromMs;
        long next = nowMs + (isWatching ? IdlePollMilliseconds : RequestPollMilliseconds);
        next = next < _dueMs ? next : _dueMs;
        if (!isWatching)
        {
            return next;
        }

        bool wasArmed = _armed;
        int fault = wasArmed ? _sensor.ReadWakeUp() : _sensor.ArmWakeUp(_triggerMilliG);
        if (fault != AcquisitionFault.None)
        {
            return Fail(fault, nowMs);
        }

        _armed = true;
        if (wasArmed && _sensor.WokeUp())
        {
            _triggerFromMs = nowMs + TriggerPauseMilliseconds;
            return StartCapture(CaptureReason.Triggered, nowMs, utcMs);
        }

        return next;
    }

    private long StartCapture(int reason, long nowMs, long utcMs)
    {
        Begin(reason, nowMs, utcMs);
        int fault = _sensor.StartFifo();
        if (fault != AcquisitionFault.None)
        {
            Finish();
            return Fail(fault, nowMs);
        }

        long planMs = (long)_target * 1000000 / SampleRateMilliHertz();
        _deadlineMs = nowMs + planMs + (planMs / 4) + 100;
        Enter(StateCapturing, nowMs);
        return nowMs + _facts.BurstMilliseconds;
    }

    private long StepCapturing(long nowMs)
    {
        int fault = _sensor.ReadLevel();
        if (fault != AcquisitionFault.None)
        {
            return StartDecoding(fault, nowMs);
        }

        Look(nowMs);
        int words = _sensor.Level();
        if (words > _target - _words)
        {
            words = _target - _words;
        }

        fault = _sensor.Drain(_raw, _facts.UnpacksAtOnce ? 0 : _words, words);
        if (fault != AcquisitionFault.None)
        {
            return StartDecoding(fault, nowMs);
        }

        _lastBurst = _words;
        _words += words;
        if (_facts.UnpacksAtOnce)
        {
            _longestBefore = _longestRun;
            Unpack(0, words);
        }

        if (_words >= _target)
        {
            return Complete(nowMs);
        }

        if (nowMs >= _deadlineMs)
        {
            _sensor.StopFifo();
            return StartDecoding(AcquisitionFault.NoSamples, nowMs);
        }

        return nowMs + _facts.BurstMilliseconds;
    }

    private long Complete(long nowMs)
    {
        // The FIFO may have filled up while the last burst was read.
        if (_sensor.ReadLevel() == AcquisitionFault.None && _sensor.Overrun())
        {
            Break();
        }

        if (!_capture.Overrun && _counting)
        {
            _meter.Add(_lastLookWords - _countedFromWords, _lastLookMs - _countedFromMs);
        }

        return StartDecoding(_sensor.StopFifo(), nowMs);
    }

    private long StartDecoding(int fault, long nowMs)
    {
        _faultBehind = fault;
        Enter(StateDecoding, nowMs);
        return nowMs;
    }

    private long StepDecoding(long nowMs)
    {
        int words = _words - _decoded;
        if (words > WordsPerPiece)
        {
            words = WordsPerPiece;
        }

        if (words > 0)
        {
            Unpack(_decoded, words);
            if (_decoded < _words)
            {
                return nowMs;
            }
        }

        Finish();
        if (_faultBehind != AcquisitionFault.None)
        {
            return Fail(_faultBehind, nowMs);
        }

        Enter(StateReady, nowMs);
        return nowMs;
    }

    private long StepSelfTest(long nowMs)
    {
        long next = _selfTest.Step(nowMs);
        if (!_selfTest.IsDone())
        {
            return next;
        }

        _selfTestResult = _selfTest.Result();
        return _selfTestResult.Fault == AcquisitionFault.None ? StartSettling(nowMs) : Fail(_selfTestResult.Fault, nowMs);
    }

    private long StepTapTest(long nowMs)
    {
        long next = _tapTest.Step(nowMs, _raw, _capture.Samples);
        if (!_tapTest.IsDone())
        {
            return next;
        }

        PublishTap();
        return _tapFault == AcquisitionFault.None ? StartSettling(nowMs) : Fail(_tapFault, nowMs);
    }

    private void PublishTap()
    {
        _tapFault = _tapTest.Fault();
        _tapRecord = _tapTest.Record();
    }

    private long StepFailed(long nowMs, long utcMs)
    {
        if (_selfTestAsked)
        {
            _selfTestAsked = false;
            _selfTest.Refuse(_fault);
            _selfTestResult = _selfTest.Result();
        }

        if (_tapTestAskedMs > 0 && _tapRecord == null)
        {
            _tapTestAskedMs = 0;
            _tapTest.Refuse(_fault);
            PublishTap();
        }

        if (nowMs - _stateSince >= RetryMilliseconds)
        {
            Enter(StateStart, nowMs);
            return nowMs;
        }

        bool isDue = !_scheduled || nowMs >= _dueMs;
        if (!_finished && _tapRecord == null && _planned > 0 && (isDue || _captureAsked))
        {
            Begin(_captureAsked ? CaptureReason.Requested : CaptureReason.Scheduled, nowMs, utcMs);
            _captureAsked = false;
            Finish();
            return nowMs;
        }

        long retryMs = _stateSince + RetryMilliseconds;
        return _scheduled && !_finished && _dueMs < retryMs ? _dueMs : retryMs;
    }

    private void Enter(int state, long nowMs)
    {
        _state = state;
        _stateSince = nowMs;
    }

    private long Fail(int fault, long nowMs)
    {
        _fault = fault;
        _configuredRangeG = 0;
        _armed = false;
        Enter(StateFailed, nowMs);
        return nowMs;
    }

    private void Begin(int reason, long nowMs, long utcMs)
    {
        if (reason == CaptureReason.Scheduled)
        {
            if (!_scheduled)
            {
                _scheduled = true;
                _dueMs = nowMs;
            }

            // Keep the rhythm; where a whole period was missed, start a new one instead of catching up.
            _dueMs += _intervalMs;
            if (_dueMs <= nowMs)
            {
                _dueMs = nowMs + _intervalMs;
            }
        }

        _sequence++;
        _armed = false;
        _target = _planned;
        _words = 0;
        _decoded = 0;
        _lastBurst = 0;
        _run = 0;
        _longestRun = 0;
        _longestBefore = 0;
        _breakCount = 0;
        _breaksPassed = 0;
        _stopped = false;
        _wasFull = false;
        _counting = false;
        _capture.Count = 0;
        _capture.SampleRateMilliHertz = SampleRateMilliHertz();
        _capture.NanoGPerCount = _sensor.MicroGPerCount(_rangeG) * 1000;
        _capture.NoiseNanoGPerRootHertz = _facts.NoiseNanoGPerRootHertz;
        _capture.SaturatedCount = 0;
        _capture.Overrun = false;
        _capture.Gaps = 0;
        _capture.CoveragePermille = 0;
        _capture.StartUtcMs = utcMs;
        _capture.Sequence = _sequence;
        _capture.Reason = reason;
    }

    /// <summary>Books what the status registers said: overrun, and samples against the clock.</summary>
    private void Look(long nowMs)
    {
        if (_sensor.Overrun())
        {
            Break();
        }
        else
        {
            _wasFull = false;
        }

        if (_capture.Overrun)
        {
            return;
        }

        long words = _words + _sensor.Level();
        if (!_counting)
        {
            _counting = true;
            _countedFromMs = nowMs;
            _countedFromWords = words;
        }

        _lastLookMs = nowMs;
        _lastLookWords = words;
    }

    // Where the FIFO is full now, samples are missing between what was drained and what waits; whether it had been full before the last burst
    // was drained as well, nobody knows. Where it is not, it was full before that burst was drained: samples are missing in front of it, which is
    // no news if it was full when that burst was looked at.
    private void Break()
    {
        bool isFull = _sensor.Level() >= _facts.FifoWords;
        bool isNews = isFull || !_wasFull;
        _wasFull = isFull;
        _capture.Overrun = true;
        if (!isNews)
        {
            return;
        }

        _capture.Gaps++;
        _longestRun = _facts.UnpacksAtOnce ? _longestBefore : _longestRun;
        if (_breakCount + 1 < BreakCapacity)
        {
            _breaks[_breakCount] = _lastBurst;
            _breaks[_breakCount + 1] = isFull ? _words : _lastBurst;
            _breakCount += 2;
        }
        else
        {
            _stopped = true;
        }
    }

    /// <summary>Reads samples out of raw words, and finds the longest piece that has no gap.</summary>
    /// <param name="word">Where the words stand in the buffer.</param>
    /// <param name="words">Their number.</param>
    private void Unpack(int word, int words)
    {
        // A piece ends where samples are missing behind it.
        while (words > 0)
        {
            int piece = words;
            if (_breaksPassed < _breakCount)
            {
                int before = _breaks[_breaksPassed] - _decoded;
                if (before <= 0)
                {
                    _run = 0;
                    _breaksPassed++;
                    continue;
                }

                piece = before < piece ? before : piece;
            }

            _unpack.Read(_raw, RawWords.Position(word), piece, _capture.Samples, _capture.Count);
            _capture.SaturatedCount += _unpack.Saturated;
            _capture.Count += _unpack.Count;
            if (_unpack.Count < piece)
            {
                // The bus brought words that carry no acceleration: what is around them is not one piece.
                _capture.Overrun = true;
                _capture.Gaps++;
                _run = 0;
            }
            else if (!_stopped || _breaksPassed < _breakCount)
            {
                _run += piece;
                _longestRun = _run > _longestRun ? _run : _longestRun;
            }

            _decoded += piece;
            word += piece;
            words -= piece;
        }
    }

    private void Finish()
    {
        _capture.SampleRateMilliHertz = SampleRateMilliHertz();
        _capture.CoveragePermille = (int)((long)_longestRun * 1000 / _target);
        _finished = true;
    }
}
