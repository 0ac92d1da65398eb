#nullable enable

using System;
using System.Collections.Generic;
using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.SensorNode.Simulator.Machines;

/// <summary>
/// A machine made of signal sources and a heat store. The same seed and the same moments of capture give the same samples,
/// whatever happened between captures.
/// </summary>
internal sealed class RotatingMachine : IMachine
{
    private readonly IReadOnlyList<ISignalSource> _sources;
    private readonly FirstOrderThermal _thermal;
    private readonly ulong _seed;

    public RotatingMachine(
        string name,
        string label,
        double shaftHertz,
        BearingOrders orders,
        IReadOnlyList<ISignalSource> sources,
        FirstOrderThermal thermal,
        ulong seed)
    {
        Name = name;
        Label = label;
        ShaftSpeedMilliHertz = (int)Math.Round(shaftHertz * 1000);
        Orders = orders;
        _sources = sources;
        _thermal = thermal;
        _seed = seed;
    }

    public string Name { get; }

    public string Label { get; }

    public int ShaftSpeedMilliHertz { get; }

    public BearingOrders Orders { get; }

    public bool AmplitudeKnown => true;

    public void BeginCapture(double atSeconds, double rateHertz)
    {
        ulong moment = Xoshiro256.Mix(_seed, (ulong)Math.Round(atSeconds * 1e6));
        for (int i = 0; i < _sources.Count; i++)
        {
            _sources[i].Begin(atSeconds, rateHertz, Xoshiro256.Mix(moment, (ulong)i));
        }
    }

    public int Read(Span<float> accelerationG)
    {
        accelerationG.Clear();
        foreach (ISignalSource source in _sources)
        {
            source.Add(accelerationG);
        }

        return accelerationG.Length;
    }

    public double TemperatureCelsius(double atSeconds) => _thermal.At(atSeconds);
}
