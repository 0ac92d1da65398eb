#nullable enable

using System;

namespace DeviceTwin.SensorNode.Simulator.Machines;

/// <summary>
/// A part that rubs once a turn: broadband noise that swells and fades smoothly, as a worn or broken cage makes it. Unlike blows it has only a
/// few harmonics.
/// </summary>
internal sealed class Rub : ISignalSource
{
    // Width of the swell: the fourth harmonic of the envelope is about a twentieth of the first.
    private const double Sharpness = 2.8;

    private readonly double _peakRmsG;
    private readonly double _rateHertz;
    private Xoshiro256 _random = new(0);
    private double _phase;
    private double _step;

    /// <param name="peakRmsG">RMS acceleration in g where the noise is loudest.</param>
    /// <param name="rateHertz">How often it swells, in hertz.</param>
    public Rub(double peakRmsG, double rateHertz)
    {
        _peakRmsG = peakRmsG;
        _rateHertz = rateHertz;
    }

    public void Begin(double atSeconds, double rateHertz, ulong seed)
    {
        _random = new Xoshiro256(seed);
        _phase = 2 * Math.PI * _random.NextUniform();
        _step = 2 * Math.PI * _rateHertz / rateHertz;
    }

    public void Add(Span<float> accelerationG)
    {
        for (int i = 0; i < accelerationG.Length; i++)
        {
            accelerationG[i] += (float)(_peakRmsG * Math.Exp(Sharpness * (Math.Cos(_phase) - 1)) * _random.NextRoughGaussian());
            _phase += _step;
        }
    }
}
