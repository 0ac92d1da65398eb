#nullable enable

using System;

namespace DeviceTwin.SensorNode.Simulator.Machines;

/// <summary>
/// Vibration of a localised bearing defect:
/// a(t) = sum over k of A q(theta_k) exp(-zeta w (t - t_k)) sin(w_d (t - t_k)), t_(k+1) = t_k + T (1 + slip g_k), g_k standard normal.
/// </summary>
/// <remarks>
/// Impacts excite a resonance of the housing that rings down: McFadden and Smith, "Model for the vibration produced by a single point defect
/// in a rolling element bearing", J. Sound and Vibration 96 (1984). The time between impacts wanders because the balls slip, so the train is
/// not strictly periodic: Randall and Antoni, "Rolling element bearing diagnostics: a tutorial", Mech. Syst. Signal Process. 25 (2011), with
/// slip of the order of 1 %. A defect that travels through the load zone strikes with the load there, q(theta) of Stribeck for zero
/// clearance: cos(theta)^1.5 in the loaded half (Harris, Rolling Bearing Analysis), over a remainder of 10 % for preload and gravity.
/// </remarks>
internal sealed class ImpactTrain : ISignalSource
{
    private const double Unloaded = 0.1;
    private const double StrengthScatter = 0.1;

    private readonly ImpactTrainOptions _options;
    private readonly double _decay;
    private readonly double _dampedRadians;

    private Xoshiro256 _random = new(0);
    private double _atSeconds;
    private double _severity;
    private double _sampleSeconds;
    private long _sample;
    private double _nextImpact;
    private bool _second;
    private double _re;
    private double _im;
    private double _stepRe;
    private double _stepIm;

    public ImpactTrain(ImpactTrainOptions options)
    {
        _options = options;
        double radians = 2 * Math.PI * options.ResonanceHertz;
        _decay = options.Damping * radians;
        _dampedRadians = radians * Math.Sqrt(1 - (options.Damping * options.Damping));
    }

    public void Begin(double atSeconds, double rateHertz, ulong seed)
    {
        _random = new Xoshiro256(seed);
        _atSeconds = atSeconds;
        _severity = _options.Severity(atSeconds);
        _sampleSeconds = 1 / rateHertz;
        _sample = 0;
        (_stepRe, _stepIm) = Ringing(_sampleSeconds);
        _re = 0;
        _im = 0;
        // The machine has been running: what rings from impacts before the first sample is part of the capture.
        double interval = 1 / _options.RateHertz;
        _nextImpact = -(10 / _decay) - (interval * _random.NextUniform());
        _second = false;
        Strike(0);
    }

    public void Add(Span<float> accelerationG)
    {
        for (int i = 0; i < accelerationG.Length; i++)
        {
            if (_sample > 0)
            {
                double re = (_re * _stepRe) - (_im * _stepIm);
                _im = (_re * _stepIm) + (_im * _stepRe);
                _re = re;
                double now = _sample * _sampleSeconds;
                if (_nextImpact <= now)
                {
                    Strike(now);
                }
            }

            accelerationG[i] += (float)_im;
            _sample++;
        }
    }

    /// <summary>The resonance as a decaying pointer exp((-decay + j w) t).</summary>
    private (double Re, double Im) Ringing(double seconds)
    {
        double length = Math.Exp(-_decay * seconds);
        (double sin, double cos) = Math.SinCos(_dampedRadians * seconds);
        return (length * cos, length * sin);
    }

    /// <summary>Adds every impact up to now, at its exact moment between two samples.</summary>
    private void Strike(double now)
    {
        while (_nextImpact <= now)
        {
            double strength = _options.PeakG * _severity * LoadAt(_nextImpact) * (_second ? _options.SecondImpact : 1);
            strength *= Math.Max(0, 1 + (StrengthScatter * _random.NextGaussian()));
            (double re, double im) = Ringing(now - _nextImpact);
            _re += strength * re;
            _im += strength * im;
            _second = !_second;
            // A jitter beyond 50 % would turn time around; at a slip of some percent it does not happen.
            double jitter = Math.Clamp(_options.Slip * _random.NextGaussian(), -0.5, 0.5);
            _nextImpact += (1 + jitter) / _options.RateHertz;
        }
    }

    private double LoadAt(double seconds)
    {
        if (_options.LoadZoneHertz <= 0)
        {
            return 1;
        }

        double cos = Math.Cos(2 * Math.PI * (((_atSeconds + seconds) * _options.LoadZoneHertz) % 1));
        return Unloaded + ((1 - Unloaded) * (cos > 0 ? cos * Math.Sqrt(cos) : 0));
    }
}
