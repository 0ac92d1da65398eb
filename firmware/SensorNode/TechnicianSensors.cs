using DeviceTwin.SensorNode.Acquisition;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Provisioning;
using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode;

/// <summary>The technician's measurements, made by whoever owns the sensors: the node that runs, or the bench of one without an identity.</summary>
/// <remarks>
/// A measurement waits its turn behind a capture under way and is not broken off: one that is cancelled ends by itself, and nobody looks. How long a
/// capture for the noise lasts is the plan's affair; a duration counts for the tap only.
/// </remarks>
public sealed class TechnicianSensors : IProvisioningSensors
{
    private const int MicroGPerMilliG = 1000;

    private readonly SensorDesk _desk;
    private int _measurement;
    private int _before;
    private long _startMs;
    private int _durationMs = 1;
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
                _desk.RequestCapture();
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

        if (Ended() == _before)
        {
            long percent = (nowMs - _startMs) * 100 / _durationMs;
            _findings.Percent = percent < 0 ? 0 : percent > 99 ? 99 : (int)percent;
            return ProvisioningMeasurement.Running;
        }

        _findings.Percent = 100;
        bool isGood;
        switch (_measurement)
        {
            case ProvisioningMeasurement.SensorCheck:
                isGood = TakeSelfTest(_desk.SelfTest());
                break;
            case ProvisioningMeasurement.TapTest:
                isGood = TakeTap(_desk.TapTest());
                break;
            default:
                isGood = TakeNoise(_desk.NoiseFloor());
                break;
        }

        _measurement = 0;
        return isGood ? ProvisioningMeasurement.Done : ProvisioningMeasurement.Failed;
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

    private bool TakeNoise(NoiseFloor noise)
    {
        Blame(_desk.CaptureFault());
        if (noise == null || _desk.CaptureFault() != AcquisitionFault.None)
        {
            return false;
        }

        _findings.NoiseMicroG = noise.MicroG;
        _findings.PeakMilliG = noise.PeakMicroG / MicroGPerMilliG;
        return true;
    }

    private void Blame(int accelerometerFault)
    {
        _findings.AccelerometerFault = AcquisitionFault.Word(accelerometerFault);
        _findings.ThermometerFault = AcquisitionFault.Word(_desk.ThermometerFault());
    }
}
