using DeviceTwin.SensorNode.Acquisition;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Provisioning;
using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode;

/// <summary>The technician's measurements, made by whoever owns the sensors: the node that runs, or the bench of one without an identity.</summary>
/// <remarks>
/// A measurement waits its turn behind a capture under way and is not broken off: one that is cancelled ends by itself, and nobody looks. How long a
/// capture for the noise lasts is the plan's affair: a duration is that of the wait for a tap, and the time over which the captures for the noise are spread.
/// </remarks>
public sealed class TechnicianSensors : IProvisioningSensors
{
    private const int MicroGPerMilliG = 1000;

    // Each is judged and told to the hub like any other that was asked for.
    private const int NoiseCaptures = 4;

    private readonly SensorDesk _desk;
    private int _measurement;
    private int _before;
    private long _startMs;
    private int _durationMs = 1;
    private bool _isAsked;
    private long _nextCaptureMs;
    private int _noises;
    private long _noiseSquares;
    private int _noisePeakMicroG;
    private SensorFindings _findings = new SensorFindings();

    public TechnicianSensors(SensorDesk desk)
    {
        _desk = desk;
    }

    /// <inheritdoc/>
    public bool Begin(int measurement, int durationMs, long nowMs)
    {
        _measurement = measurement;
        _startMs = nowMs;
        _durationMs = durationMs < 1 ? 1 : durationMs;
        _findings = new SensorFindings();
        _before = Ended();
        switch (measurement)
        {
            case ProvisioningMeasurement.SensorCheck:
                _desk.RequestSelfTest();
                break;
            case ProvisioningMeasurement.TapTest:
                _desk.RequestTapTest(_durationMs);
                break;
            default:
                _noises = 0;
                _noiseSquares = 0;
                _noisePeakMicroG = 0;
                _nextCaptureMs = nowMs;
                RequestNoise();
                break;
        }

        return true;
    }

    /// <inheritdoc/>
    public int Step(long nowMs)
    {
        if (_measurement == 0)
        {
            return ProvisioningMeasurement.Running;
        }

        if (_measurement == ProvisioningMeasurement.NoiseFloor)
        {
            return StepNoise(nowMs);
        }

        if (Ended() == _before)
        {
            return GoOn(nowMs);
        }

        bool isGood;
        switch (_measurement)
        {
            case ProvisioningMeasurement.SensorCheck:
                isGood = TakeSelfTest(_desk.SelfTest());
                break;
            default:
                isGood = TakeTap(_desk.TapTest());
                break;
        }

        return End(isGood);
    }

    /// <inheritdoc/>
    public void Cancel()
    {
        _measurement = 0;
    }

    /// <inheritdoc/>
    public SensorFindings Findings()
    {
        return _findings;
    }

    private int GoOn(long nowMs)
    {
        long percent = (nowMs - _startMs) * 100 / _durationMs;
        _findings.Percent = percent < 0 ? 0 : percent > 99 ? 99 : (int)percent;
        return ProvisioningMeasurement.Running;
    }

    private int End(bool isGood)
    {
        _findings.Percent = 100;
        _measurement = 0;
        return isGood ? ProvisioningMeasurement.Done : ProvisioningMeasurement.Failed;
    }

    // Captures spread over the time that was asked for, at least one; where one outlasts its share there are fewer.
    private int StepNoise(long nowMs)
    {
        int ended = Ended();
        if (ended != _before)
        {
            _before = ended;
            _isAsked = false;
            if (!AddNoise(_desk.NoiseFloor()))
            {
                return End(false);
            }
        }

        bool isOver = nowMs - _startMs >= _durationMs;
        if (isOver && _noises > 0)
        {
            _findings.NoiseMicroG = Rounding.Nearest(SquareRoot.Of(Rounding.Float(Division.LongNearest(_noiseSquares, _noises))));
            _findings.PeakMilliG = _noisePeakMicroG / MicroGPerMilliG;
            return End(true);
        }

        if (!isOver && !_isAsked && nowMs >= _nextCaptureMs)
        {
            RequestNoise();
        }

        return GoOn(nowMs);
    }

    private void RequestNoise()
    {
        _nextCaptureMs += _durationMs / NoiseCaptures;
        _isAsked = true;
        _desk.RequestCapture();
    }

    private int Ended()
    {
        switch (_measurement)
        {
            case ProvisioningMeasurement.SensorCheck:
                return _desk.SelfTests();
            case ProvisioningMeasurement.TapTest:
                return _desk.TapTests();
            default:
                return _desk.Captures();
        }
    }

    private bool TakeSelfTest(SelfTestResult result)
    {
        Blame(result.Fault);
        _findings.SelfTestPassed = result.Outcome == SelfTestOutcome.Passed ? 1 : 0;
        int temperature = _desk.CentiCelsius();
        if (temperature != TemperatureAcquisition.Unknown)
        {
            _findings.TemperatureCentiCelsius = temperature;
        }

        return result.Outcome == SelfTestOutcome.Passed && _desk.ThermometerFault() == AcquisitionFault.None;
    }

    private bool TakeTap(TapResult result)
    {
        Blame(result.Fault);
        if (result.Fault != AcquisitionFault.None)
        {
            return false;
        }

        _findings.Taps = (result.Findings & TapFinding.NoTap) != 0 ? 0 : 1;
        _findings.ResonanceHertz = result.ResonanceMilliHertz / 1000;
        _findings.GravityXMilliG = result.RestMilliG[0];
        _findings.GravityYMilliG = result.RestMilliG[1];
        _findings.GravityZMilliG = result.RestMilliG[2];
        _findings.PeakMilliG = result.PeakMilliG;
        return true;
    }

    private bool AddNoise(NoiseFloor noise)
    {
        Blame(_desk.CaptureFault());
        if (noise == null || _desk.CaptureFault() != AcquisitionFault.None)
        {
            return false;
        }

        _noises++;
        _noiseSquares += (long)noise.MicroG * noise.MicroG;
        _noisePeakMicroG = noise.PeakMicroG > _noisePeakMicroG ? noise.PeakMicroG : _noisePeakMicroG;
        return true;
    }

    private void Blame(int accelerometerFault)
    {
        _findings.AccelerometerFault = AcquisitionFault.Word(accelerometerFault);
        _findings.ThermometerFault = AcquisitionFault.Word(_desk.ThermometerFault());
    }
}
