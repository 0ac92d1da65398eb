#nullable enable

using System;

namespace DeviceTwin.SensorNode.Simulator.Machines;

/// <summary>Broadband vibration of flow, friction and a healthy bearing: white noise of a given RMS over half the sampling rate.</summary>
internal sealed class Hiss : ISignalSource
{
    private readonly double _rmsG;
    private Xoshiro256 _random = new(0);

    /// <param name="rmsG">RMS acceleration in g.</param>
    public Hiss(double rmsG)
    {
        _rmsG = rmsG;
    }

    public void Begin(double atSeconds, double rateHertz, ulong seed) => _random = new Xoshiro256(seed);

    public void Add(Span<float> accelerationG)
    {
        for (int i = 0; i < accelerationG.Length; i++)
        {
            accelerationG[i] += (float)(_rmsG * _random.NextRoughGaussian());
        }
    }
}
