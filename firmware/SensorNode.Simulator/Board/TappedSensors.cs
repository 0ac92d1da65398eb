#nullable enable

using DeviceTwin.SensorNode.Provisioning;

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>The technician's measurements with a hand that taps on the machine when it is asked to.</summary>
/// <param name="sensors">Measures.</param>
/// <param name="accelerometer">Is tapped.</param>
/// <param name="isTapped">Whether there is a hand.</param>
internal sealed class TappedSensors(IProvisioningSensors sensors, StAccelerometerModel accelerometer, bool isTapped) : IProvisioningSensors
{
    // A hand needs a moment; the mounting rings at 2.5 kHz for some milliseconds.
    private const long HesitationMs = 1000;
    private const int Axis = 2;
    private const double BlowG = 5;
    private const double RingHertz = 2500;
    private const double DecaySeconds = 0.003;

    private long _tapAtMs = long.MaxValue;

    /// <inheritdoc/>
    public bool Begin(int measurement, int durationMs, long nowMs)
    {
        bool begins = sensors.Begin(measurement, durationMs, nowMs);
        _tapAtMs = begins && isTapped && measurement == ProvisioningMeasurement.TapTest ? nowMs + HesitationMs : long.MaxValue;
        return begins;
    }

    /// <inheritdoc/>
    public int Step(long nowMs)
    {
        if (nowMs >= _tapAtMs)
        {
            _tapAtMs = nowMs + HesitationMs;
            accelerometer.Tap(Axis, BlowG, RingHertz, DecaySeconds);
        }

        int state = sensors.Step(nowMs);
        if (state != ProvisioningMeasurement.Running)
        {
            _tapAtMs = long.MaxValue;
        }

        return state;
    }

    /// <inheritdoc/>
    public void Cancel()
    {
        _tapAtMs = long.MaxValue;
        sensors.Cancel();
    }

    /// <inheritdoc/>
    public SensorFindings Findings() => sensors.Findings();
}
