using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode.Acquisition;

/// <summary>
/// Waits for a tap on the mounting and records it, step by step. The FIFO runs all the while and the wake-up logic says when it happened, so
/// the record has the tap, what was before it and how it rings out, although nobody looks more often than every four milliseconds.
/// </summary>
public sealed class TapRun
{
    /// <summary>The sensor's range during the test: a tap is short and strong.</summary>
    public const int RangeG = 16;

    /// <summary>Acceleration that counts as a tap, in milli-g.</summary>
    public const int LevelMilliG = 500;

    private const int PollMilliseconds = 4;

    // The high-pass in front of the wake-up logic takes some hundred samples to forget gravity.
    private const int HighPassMilliseconds = 100;

    private const int StateSettling = 0;
    private const int StateForgetting = 1;
    private const int StateWaiting = 2;
    private const int StateRinging = 3;
    private const int StateDone = 4;

    private readonly IAccelerometer _sensor;
    private readonly TapRecord _record = new TapRecord();
    private int _state = StateDone;
    private int _fault;
    private int _rateMilliHertz;
    private long _untilMs;
    private long _dueMs;

    /// <param name="sensor">The accelerometer.</param>
    public TapRun(IAccelerometer sensor)
    {
        _sensor = sensor;
    }

    /// <summary>Whether no test is under way.</summary>
    public bool IsDone()
    {
        return _state == StateDone;
    }

    /// <summary>What went wrong with the sensor, a number of <see cref="AcquisitionFault"/>.</summary>
    public int Fault()
    {
        return _fault;
    }

    /// <summary>What was recorded.</summary>
    public TapRecord Record()
    {
        return _record;
    }

    /// <summary>Ends a test before it began: the sensor cannot be asked.</summary>
    public void Refuse(int fault)
    {
        Clear();
        _fault = fault;
    }

    /// <summary>Starts to wait for a tap.</summary>
    /// <param name="nowMs">Uptime in milliseconds.</param>
    /// <param name="patienceMs">How long to wait for it.</param>
    /// <param name="rateMilliHertz">The sensor's rate as it is known.</param>
    public void Begin(long nowMs, int patienceMs, int rateMilliHertz)
    {
        Clear();
        _rateMilliHertz = rateMilliHertz;
        _fault = _sensor.Configure(RangeG);
        _state = _fault == AcquisitionFault.None ? StateSettling : StateDone;
        _dueMs = nowMs + _sensor.Facts().SettlingMilliseconds + 1;
        _untilMs = nowMs + patienceMs;
    }

    /// <summary>Does what is due.</summary>
    /// <param name="nowMs">Uptime in milliseconds.</param>
    /// <param name="raw">Room for the words of one FIFO.</param>
    /// <param name="samples">Receives the record.</param>
    /// <returns>When it wants to run again.</returns>
    public long Step(long nowMs, byte[] raw, short[] samples)
    {
        if (_state == StateDone || nowMs < _dueMs)
        {
            return _dueMs;
        }

        switch (_state)
        {
            case StateSettling:
                Check(_sensor.ArmWakeUp(LevelMilliG));
                Check(_sensor.StartFifo());
                _dueMs = nowMs + HighPassMilliseconds;
                Enter(StateForgetting);
                break;
            case StateForgetting:
                // What settling itself has woken up is no tap.
                Check(_sensor.ReadWakeUp());
                _dueMs = nowMs + PollMilliseconds;
                Enter(StateWaiting);
                break;
            case StateWaiting:
                Check(_sensor.ReadWakeUp());
                if (_sensor.WokeUp())
                {
                    // Five eighths of the FIFO: it still holds some milliseconds from before the tap.
                    _record.IsTapped = true;
                    _dueMs = nowMs + (_sensor.Facts().FifoMilliseconds * 5 / 8);
                    Enter(StateRinging);
                    break;
                }

                _dueMs = nowMs + PollMilliseconds;
                Enter(nowMs >= _untilMs ? StateDone : StateWaiting);
                break;
            default:
                Take(raw, samples);
                break;
        }

        return _dueMs;
    }

    private void Take(byte[] raw, short[] samples)
    {
        Check(_sensor.ReadLevel());
        int words = _sensor.Level();
        words = words > TapRecord.MaximumSamples ? TapRecord.MaximumSamples : words;
        Check(_sensor.Drain(raw, 0, words));
        Check(_sensor.StopFifo());
        if (_fault == AcquisitionFault.None)
        {
            var unpack = new RawWords();
            unpack.ReadAxes(raw, RawWords.Position(0), words, samples, TapRecord.MaximumSamples);
            _record.Samples = samples;
            _record.Count = unpack.Count;
            _record.SaturatedCount = unpack.Saturated;
            _record.SampleRateMilliHertz = _rateMilliHertz;
            _record.NanoGPerCount = _sensor.MicroGPerCount(RangeG) * 1000;
        }

        _state = StateDone;
    }

    private void Check(int fault)
    {
        if (_fault == AcquisitionFault.None)
        {
            _fault = fault;
        }
    }

    private void Enter(int state)
    {
        _state = _fault == AcquisitionFault.None ? state : StateDone;
    }

    private void Clear()
    {
        _state = StateDone;
        _fault = AcquisitionFault.None;
        _record.Samples = null;
        _record.Count = 0;
        _record.SaturatedCount = 0;
        _record.IsTapped = false;
    }
}
