#nullable enable

using System;

namespace DeviceTwin.SensorNode.Simulator.Machines;

/// <summary>One physical cause of vibration; a machine adds up several.</summary>
internal interface ISignalSource
{
    /// <summary>A capture starts.</summary>
    /// <param name="atSeconds">Virtual time of its first sample.</param>
    /// <param name="rateHertz">Sampling rate.</param>
    /// <param name="seed">Seed of this source in this capture.</param>
    void Begin(double atSeconds, double rateHertz, ulong seed);

    /// <summary>Adds the next samples to what is there, in g.</summary>
    void Add(Span<float> accelerationG);
}
