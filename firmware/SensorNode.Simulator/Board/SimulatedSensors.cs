#nullable enable

using DeviceTwin.SensorNode.Provisioning;

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>Sensors that answer a technician after the time they were given, with values that a test or an owner decides.</summary>
public sealed class SimulatedSensors : IProvisioningSensors
{
    private int _measurement;
    private long _startMs;
    private int _durationMs;

    /// <summary>Another measurement has them.</summary>
    public bool AreBusy { get; set; }

    /// <summary>They never come to an end.</summary>
    public bool Hang { get; set; }

    /// <summary>Word of the accelerometer's fault.</summary>
    public string AccelerometerFault { get; set; } = "none";

    /// <summary>Taps on the machine in each second of a tap test.</summary>
    public int TapsPerSecond { get; set; } = 1;

    /// <summary>Resonance of the mounting in hertz.</summary>
    public int ResonanceHertz { get; set; } = 6200;

    /// <summary>Whether a measurement is under way.</summary>
    public bool IsMeasuring { get; private set; }

    /// <inheritdoc/>
    public bool Begin(int measurement, int durationMs, long nowMs)
    {
        if (AreBusy || IsMeasuring)
        {
            return false;
        }

        IsMeasuring = true;
        _measurement = measurement;
        _startMs = nowMs;
        _durationMs = measurement == ProvisioningMeasurement.SensorCheck ? 500 : durationMs;
        _elapsedMs = 0;
        return true;
    }

    private long _elapsedMs;

    /// <inheritdoc/>
    public int Step(long nowMs)
    {
        _elapsedMs = nowMs - _startMs;
        if (Hang || _elapsedMs < _durationMs)
        {
            return ProvisioningMeasurement.Running;
        }

        IsMeasuring = false;
        return AccelerometerFault == "none" ? ProvisioningMeasurement.Done : ProvisioningMeasurement.Failed;
    }

    /// <inheritdoc/>
    public void Cancel() => IsMeasuring = false;

    /// <inheritdoc/>
    public SensorFindings Findings()
    {
        SensorFindings findings = new()
        {
            Percent = (int)long.Clamp(_elapsedMs * 100 / _durationMs, 0, 100),
            AccelerometerFault = AccelerometerFault,
        };
        bool isDone = !IsMeasuring && AccelerometerFault == "none";
        switch (_measurement)
        {
            case ProvisioningMeasurement.SensorCheck when isDone:
                findings.AccelerometerId = 0x7B;
                findings.ThermometerId = 0x0400;
                findings.SelfTestPassed = 1;
                findings.TemperatureCentiCelsius = 2350;
                break;
            case ProvisioningMeasurement.TapTest:
                findings.Taps = (int)(_elapsedMs / 1000) * TapsPerSecond;
                if (isDone)
                {
                    findings.ResonanceHertz = ResonanceHertz;
                    findings.GravityXMilliG = 3;
                    findings.GravityYMilliG = -12;
                    findings.GravityZMilliG = 998;
                }

                break;
            case ProvisioningMeasurement.NoiseFloor when isDone:
                findings.NoiseMicroG = 4700;
                findings.PeakMilliG = 21;
                break;
        }

        return findings;
    }
}
