#nullable enable

using System;

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>
/// Second-order Butterworth low-pass by bilinear transform with prewarping (Oppenheim and Schafer, Discrete-Time Signal Processing, 7.1):
/// gain 1 at 0 Hz, -3 dB at the corner, 0 at half the sampling rate.
/// </summary>
internal sealed class SecondOrderLowPass
{
    private readonly double _b;
    private readonly double _a1;
    private readonly double _a2;
    private double _s1;
    private double _s2;
    private bool _empty = true;

    /// <param name="cornerHertz">Where the gain is -3 dB; below half the sampling rate.</param>
    /// <param name="rateHertz">Sampling rate.</param>
    public SecondOrderLowPass(double cornerHertz, double rateHertz)
    {
        double k = Math.Tan(Math.PI * cornerHertz / rateHertz);
        double norm = 1 / (1 + (Math.Sqrt(2) * k) + (k * k));
        _b = k * k * norm;
        _a1 = 2 * ((k * k) - 1) * norm;
        _a2 = (1 - (Math.Sqrt(2) * k) + (k * k)) * norm;
    }

    /// <summary>The next sample starts a new signal, as if it had always been there.</summary>
    public void Forget() => _empty = true;

    /// <summary>One sample.</summary>
    public double Next(double input)
    {
        if (_empty)
        {
            _empty = false;
            _s2 = (_b - _a2) * input;
            _s1 = ((2 * _b) - _a1) * input + _s2;
        }

        double output = (_b * input) + _s1;
        _s1 = (2 * _b * input) - (_a1 * output) + _s2;
        _s2 = (_b * input) - (_a2 * output);
        return output;
    }
}
