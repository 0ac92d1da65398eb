namespace DeviceTwin.SensorNode.Acquisition;

/// <summary>
/// One self-test, step by step: rest, stimulus upwards, stimulus downwards, rest again; each time 100 ms for the output to settle, one sample
/// thrown away, five averaged, as ST's procedure for both parts has it. The procedure asks for a part at rest, so the rest is looked at too:
/// where it moves by more than half of what the stimulus must do at least, the test says so instead of guessing.
/// </summary>
public sealed class SelfTestRun
{
    /// <summary>Time for the output to settle after each change, in milliseconds.</summary>
    public const int SettlingMilliseconds = 100;

    /// <summary>Samples averaged in each phase.</summary>
    public const int Samples = 5;

    private const int RestBefore = 0;
    private const int Up = 1;
    private const int Down = 2;
    private const int RestAfter = 3;
    private const int Phases = 4;

    // Six samples at 52 Hz take 115 ms.
    private const int PatienceMilliseconds = 500;

    private readonly IAccelerometer _sensor;
    private readonly long[] _sums = new long[Phases * 3];
    private readonly int[] _least = new int[3];
    private readonly int[] _most = new int[3];
    private SelfTestResult _result;
    private int _phase;
    private int _taken;
    private long _goodFromMs;
    private int _tests;
    private bool _isDone = true;

    /// <param name="sensor">The accelerometer.</param>
    public SelfTestRun(IAccelerometer sensor)
    {
        _sensor = sensor;
    }

    /// <summary>Whether no test is under way.</summary>
    public bool IsDone()
    {
        return _isDone;
    }

    /// <summary>What the last test found, or null.</summary>
    public SelfTestResult Result()
    {
        return _isDone ? _result : null;
    }

    /// <summary>Ends a test before it began: the sensor cannot be asked.</summary>
    public void Refuse(int fault)
    {
        Open();
        Close(SelfTestOutcome.SensorFault, fault, -1);
    }

    /// <summary>Starts a test.</summary>
    public void Begin(long nowMs)
    {
        Open();
        for (int index = 0; index < _sums.Length; index++)
        {
            _sums[index] = 0;
        }

        int fault = _sensor.StartSelfTest();
        if (fault != AcquisitionFault.None)
        {
            Close(SelfTestOutcome.SensorFault, fault, -1);
            return;
        }

        Enter(RestBefore, nowMs);
    }

    /// <summary>Does what is due.</summary>
    /// <returns>When it wants to run again.</returns>
    public long Step(long nowMs)
    {
        if (_isDone || nowMs < _goodFromMs)
        {
            return _goodFromMs;
        }

        int fault = _sensor.ReadSample();
        if (fault == AcquisitionFault.None && !_sensor.HasSample() && nowMs - _goodFromMs > PatienceMilliseconds)
        {
            fault = AcquisitionFault.NoSamples;
        }

        if (fault != AcquisitionFault.None)
        {
            Close(SelfTestOutcome.SensorFault, fault, -1);
            return nowMs;
        }

        if (!_sensor.HasSample())
        {
            return nowMs + 1;
        }

        Take();
        if (_taken <= Samples)
        {
            return nowMs + 1;
        }

        return NextPhase(nowMs);
    }

    private void Take()
    {
        // The first one may be from before the change.
        if (_taken > 0)
        {
            bool isRest = _phase == RestBefore || _phase == RestAfter;
            for (int axis = 0; axis < 3; axis++)
            {
                int value = _sensor.Sample(axis);
                _sums[(_phase * 3) + axis] += value;
                if (isRest)
                {
                    bool isFirst = _phase == RestBefore && _taken == 1;
                    _least[axis] = isFirst || value < _least[axis] ? value : _least[axis];
                    _most[axis] = isFirst || value > _most[axis] ? value : _most[axis];
                }
            }
        }

        _taken++;
    }

    private long NextPhase(long nowMs)
    {
        if (_phase == RestAfter)
        {
            Judge();
            return nowMs;
        }

        int phase = _phase + 1;
        int fault = _sensor.Stimulate(phase == Up ? 1 : phase == Down ? -1 : 0);
        if (fault != AcquisitionFault.None)
        {
            Close(SelfTestOutcome.SensorFault, fault, -1);
            return nowMs;
        }

        Enter(phase, nowMs);
        return _goodFromMs;
    }

    private void Enter(int phase, long nowMs)
    {
        _phase = phase;
        _taken = 0;

        // One more than the settling time: the clock's millisecond may just have begun.
        _goodFromMs = nowMs + SettlingMilliseconds + 1;
    }

    private void Judge()
    {
        int least = _result.LeastMilliG;
        int most = _result.MostMilliG;
        int outcome = SelfTestOutcome.Passed;
        int decisive = -1;
        for (int axis = 0; axis < 3; axis++)
        {
            long rest = _sums[axis] + _sums[(RestAfter * 3) + axis];
            int up = MilliG((2 * _sums[(Up * 3) + axis]) - rest, 2 * Samples);
            int down = MilliG((2 * _sums[(Down * 3) + axis]) - rest, 2 * Samples);
            _result.UpMilliG[axis] = up;
            _result.DownMilliG[axis] = down;
            if (outcome != SelfTestOutcome.Passed)
            {
                continue;
            }

            int upSize = up < 0 ? -up : up;
            int downSize = down < 0 ? -down : down;
            decisive = axis;
            if (MilliG(_most[axis] - _least[axis], 1) > least / 2)
            {
                outcome = SelfTestOutcome.NotStill;
            }
            else if (upSize < least || downSize < least)
            {
                outcome = SelfTestOutcome.TooSmall;
            }
            else if (upSize > most || downSize > most)
            {
                outcome = SelfTestOutcome.TooLarge;
            }
            else if ((up < 0) == (down < 0))
            {
                outcome = SelfTestOutcome.WrongDirection;
            }
            else
            {
                decisive = -1;
            }
        }

        Close(outcome, AcquisitionFault.None, decisive);
    }

    // Counts, summed over so many samples, as milli-g, rounded to the nearest.
    private int MilliG(long counts, int samples)
    {
        long scaled = counts * _sensor.SampleMicroG();
        long unit = 1000L * samples;
        return (int)((scaled + (scaled < 0 ? -unit / 2 : unit / 2)) / unit);
    }

    private void Open()
    {
        _tests++;
        _isDone = false;
        var result = new SelfTestResult();
        result.Sequence = _tests;
        result.LeastMilliG = _sensor.Facts().SelfTestLeastMilliG;
        result.MostMilliG = _sensor.Facts().SelfTestMostMilliG;
        _result = result;
    }

    private void Close(int outcome, int fault, int axis)
    {
        _result.Outcome = outcome;
        _result.Fault = fault;
        _result.Axis = axis;
        _isDone = true;
    }
}
