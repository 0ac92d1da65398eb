using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode.Acquisition;

/// <summary>
/// Takes captures by plan: starts one at its time, drains the sensor's FIFO a burst per step, finishes with a <see cref="Capture"/> and
/// its facts.
/// A stepped room: call <see cref="Step"/> when it asks to be called; it never waits and never throws.
/// </summary>
/// <remarks>
/// A sensor that fails is tried again every five seconds. Meanwhile each planned capture still finishes, empty, with the reason in
/// <see cref="Fault"/>: the node says "refused" in its usual rhythm instead of falling silent.
/// While a capture is under way each step is two bus transfers long, straight into memory; the samples are read out of the words
/// afterwards, a piece per step.
/// </remarks>
public sealed class VibrationAcquisition
{
    /// <summary>Longest time between two steps during a capture. The FIFO lasts 19 ms.</summary>
    public const int BurstMilliseconds = 8;

    private const int ResetPatienceMilliseconds = 20;
    private const int RetryMilliseconds = 5000;
    private const int IdlePollMilliseconds = 50;

    private const int StateStart = 0;
    private const int StateResetting = 1;
    private const int StateSettling = 2;
    private const int StateReady = 3;
    private const int StateCapturing = 4;
    private const int StateDecoding = 5;
    private const int StateFailed = 6;

    // Some 9 000 instructions of the interpreter: about 5 ms on an ESP32. A piece with a gap is no part of the coverage.
    private const int WordsPerPiece = 256;

    private readonly Iis3dwb _sensor;
    private readonly Capture _capture;
    private readonly byte[] _raw;
    private readonly SampleRateMeter _meter = new SampleRateMeter();
    private readonly RawWords _unpack = new RawWords();

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

    private int _target;
    private long _deadlineMs;
    private int _words;
    private int _run;
    private int _longestRun;
    private int _decoded;
    private int _decodedRun;
    private int _longestDecodedRun;
    private int _faultBehind;
    private bool _counting;
    private long _countedFromMs;
    private long _countedFromWords;
    private long _lastLookMs;
    private long _lastLookWords;

    /// <param name="sensor">The accelerometer; owned by this room from now on.</param>
    /// <param name="capacity">Samples of the longest capture: two buffers, nine bytes a sample together.</param>
    public VibrationAcquisition(Iis3dwb sensor, int capacity)
    {
        _sensor = sensor;
        _capture = new Capture(capacity);
        _raw = new byte[Iis3dwb.RawBytes(capacity)];
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

    /// <summary>Whether a capture is under way: a late step would lose samples.</summary>
    public bool Capturing()
    {
        return _state == StateCapturing;
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
        int fault = _sensor.Configure(_rangeG);
        if (fault != AcquisitionFault.None)
        {
            return Fail(fault, nowMs);
        }

        _configuredRangeG = _rangeG;
        Enter(StateSettling, nowMs);
        return nowMs + Iis3dwb.SettlingMilliseconds + 1;
    }

    private long StepSettling(long nowMs)
    {
        // One more than the settling time: the clock's millisecond may just have begun when the range was written.
        long goodFrom = _stateSince + Iis3dwb.SettlingMilliseconds + 1;
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
        if (_finished || _planned <= 0)
        {
            return nowMs + IdlePollMilliseconds;
        }

        if (_scheduled && nowMs < _dueMs)
        {
            return _dueMs;
        }

        if (_configuredRangeG != _rangeG)
        {
            return StartSettling(nowMs);
        }

        Begin(nowMs, utcMs);
        int fault = _sensor.StartFifo();
        if (fault != AcquisitionFault.None)
        {
            Finish();
            return Fail(fault, nowMs);
        }

        long planMs = (long)_target * 1000000 / SampleRateMilliHertz();
        _deadlineMs = nowMs + planMs + planMs / 4 + 100;
        Enter(StateCapturing, nowMs);
        return nowMs + BurstMilliseconds;
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

        fault = _sensor.Drain(_raw, _words, words);
        if (fault != AcquisitionFault.None)
        {
            return StartDecoding(fault, nowMs);
        }

        _words += words;
        _run += words;
        if (_run > _longestRun)
        {
            _longestRun = _run;
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

        return nowMs + BurstMilliseconds;
    }

    private long Complete(long nowMs)
    {
        // The FIFO may have filled up while the last burst was read.
        if (_sensor.ReadLevel() == AcquisitionFault.None && _sensor.Overrun())
        {
            _capture.Overrun = true;
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

        _unpack.Read(_raw, Iis3dwb.RawPosition(_decoded), words, _capture.Samples, _capture.Count);
        int samples = _unpack.Count;
        _capture.SaturatedCount += _unpack.Saturated;
        _capture.Count += samples;
        _decoded += words;
        if (samples < words)
        {
            // The bus brought words that carry no acceleration: what is around them is not one piece.
            _capture.Overrun = true;
            _decodedRun = 0;
        }
        else
        {
            _decodedRun += samples;
            if (_decodedRun > _longestDecodedRun)
            {
                _longestDecodedRun = _decodedRun;
            }
        }

        if (_decoded < _words)
        {
            return nowMs;
        }

        Finish();
        if (_faultBehind != AcquisitionFault.None)
        {
            return Fail(_faultBehind, nowMs);
        }

        Enter(StateReady, nowMs);
        return nowMs;
    }

    private long StepFailed(long nowMs, long utcMs)
    {
        if (nowMs - _stateSince >= RetryMilliseconds)
        {
            Enter(StateStart, nowMs);
            return nowMs;
        }

        if (!_finished && _planned > 0 && (!_scheduled || nowMs >= _dueMs))
        {
            Begin(nowMs, utcMs);
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
        Enter(StateFailed, nowMs);
        return nowMs;
    }

    private void Begin(long nowMs, long utcMs)
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

        _sequence++;
        _target = _planned;
        _words = 0;
        _run = 0;
        _longestRun = 0;
        _decoded = 0;
        _decodedRun = 0;
        _longestDecodedRun = 0;
        _counting = false;
        _capture.Count = 0;
        _capture.SampleRateMilliHertz = SampleRateMilliHertz();
        _capture.NanoGPerCount = Iis3dwb.MicroGPerCount(_rangeG) * 1000;
        _capture.NoiseNanoGPerRootHertz = Iis3dwb.NoiseNanoGPerRootHertz;
        _capture.SaturatedCount = 0;
        _capture.Overrun = false;
        _capture.CoveragePermille = 0;
        _capture.StartUtcMs = utcMs;
        _capture.Sequence = _sequence;
    }

    /// <summary>Books what the status registers said: overrun, and samples against the clock.</summary>
    private void Look(long nowMs)
    {
        if (_sensor.Overrun())
        {
            // What was drained before and what waits now are not neighbours.
            _capture.Overrun = true;
            _run = 0;
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

    private void Finish()
    {
        _capture.SampleRateMilliHertz = SampleRateMilliHertz();
        int longest = _longestDecodedRun < _longestRun ? _longestDecodedRun : _longestRun;
        _capture.CoveragePermille = (int)((long)longest * 1000 / _target);
        _finished = true;
    }
}
