#nullable enable

using System;

namespace DeviceTwin.SensorNode.Simulator.Machines;

/// <summary>
/// A line: a(t) = A cos(2 pi f t + phase). The phase belongs to absolute virtual time, so that successive captures see one running machine.
/// </summary>
internal sealed class Tone : ISignalSource
{
    private readonly double _frequencyHertz;
    private readonly double _amplitudeG;
    private readonly double _phaseTurns;
    private double _stepTurns;
    private double _turns;

    /// <param name="frequencyHertz">Frequency.</param>
    /// <param name="amplitudeG">Peak acceleration in g.</param>
    /// <param name="phaseTurns">Phase at virtual time 0 in turns.</param>
    public Tone(double frequencyHertz, double amplitudeG, double phaseTurns)
    {
        _frequencyHertz = frequencyHertz;
        _amplitudeG = amplitudeG;
        _phaseTurns = phaseTurns;
    }

    /// <summary>A line whose vibration velocity is given: a = 2 pi f v.</summary>
    /// <param name="frequencyHertz">Frequency.</param>
    /// <param name="velocityMmPerSecondRms">RMS velocity in mm/s.</param>
    /// <param name="phaseTurns">Phase at virtual time 0 in turns.</param>
    public static Tone OfVelocity(double frequencyHertz, double velocityMmPerSecondRms, double phaseTurns) =>
        new(frequencyHertz, PeakG(frequencyHertz, velocityMmPerSecondRms), phaseTurns);

    /// <summary>Peak acceleration in g of a line of this RMS velocity.</summary>
    public static double PeakG(double frequencyHertz, double velocityMmPerSecondRms) =>
        Math.Sqrt(2) * 2 * Math.PI * frequencyHertz * velocityMmPerSecondRms / 1000 / Units.StandardGravity;

    public void Begin(double atSeconds, double rateHertz, ulong seed)
    {
        _stepTurns = _frequencyHertz / rateHertz;
        _turns = ((_frequencyHertz * atSeconds) + _phaseTurns) % 1;
    }

    public void Add(Span<float> accelerationG)
    {
        // A rotating pointer costs two multiplications per sample instead of a cosine; each block starts exactly.
        (double sin, double cos) = Math.SinCos(2 * Math.PI * _turns);
        (double stepSin, double stepCos) = Math.SinCos(2 * Math.PI * _stepTurns);
        sin *= _amplitudeG;
        cos *= _amplitudeG;
        for (int i = 0; i < accelerationG.Length; i++)
        {
            accelerationG[i] += (float)cos;
            double next = (cos * stepCos) - (sin * stepSin);
            sin = (sin * stepCos) + (cos * stepSin);
            cos = next;
        }

        _turns = (_turns + (_stepTurns * accelerationG.Length)) % 1;
    }
}
