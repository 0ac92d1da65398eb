#nullable enable

using System;
using System.Collections.Generic;
using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.SensorNode.Simulator.Machines;

/// <summary>A machine that becomes another one while it is watched: a bearing breaks, a coupling is aligned, the drive is switched off.</summary>
public sealed class SwitchedMachine : IMachine
{
    private readonly ulong _seed;
    private readonly Dictionary<MachineKind, IMachine> _machines = [];
    private IMachine _now;

    /// <param name="kind">What is the matter with it at first.</param>
    /// <param name="seed">Seed of everything random in it.</param>
    public SwitchedMachine(MachineKind kind, ulong seed)
    {
        _seed = seed;
        Kind = kind;
        _now = Of(kind);
    }

    /// <summary>What is the matter with it; a capture under way ends as it began.</summary>
    public MachineKind Kind { get; private set; }

    /// <inheritdoc/>
    public string Name => "switched";

    /// <inheritdoc/>
    public string Label => MachineFactory.Word(Kind);

    /// <inheritdoc/>
    public int ShaftSpeedMilliHertz => _now.ShaftSpeedMilliHertz;

    /// <inheritdoc/>
    public BearingOrders Orders => _now.Orders;

    /// <inheritdoc/>
    public bool AmplitudeKnown => _now.AmplitudeKnown;

    /// <summary>From the next capture on it is another one.</summary>
    public void Become(MachineKind kind) => Kind = kind;

    /// <inheritdoc/>
    public void BeginCapture(double atSeconds, double rateHertz)
    {
        _now = Of(Kind);
        _now.BeginCapture(atSeconds, rateHertz);
    }

    /// <inheritdoc/>
    public int Read(Span<float> accelerationG) => _now.Read(accelerationG);

    /// <inheritdoc/>
    public double TemperatureCelsius(double atSeconds) => Of(Kind).TemperatureCelsius(atSeconds);

    private IMachine Of(MachineKind kind)
    {
        if (!_machines.TryGetValue(kind, out IMachine? machine))
        {
            machine = MachineFactory.Create(kind, _seed);
            _machines.Add(kind, machine);
        }

        return machine;
    }
}
