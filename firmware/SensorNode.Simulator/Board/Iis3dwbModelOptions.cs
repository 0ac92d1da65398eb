#nullable enable

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>What distinguishes one simulated IIS3DWB from the next.</summary>
public sealed record Iis3dwbModelOptions
{
    /// <summary>How far the part's output rate is off, as a fraction (0.01 = 1 % fast). Real parts: some percent.</summary>
    public double RateError { get; init; }

    /// <summary>Noise density in micro-g per root hertz. Data sheet: 75 with three axes on.</summary>
    public double NoiseMicroGPerRootHertz { get; init; } = 75;

    /// <summary>Zero-g offset of the z axis in g. Data sheet: tens of milli-g.</summary>
    public double ZeroOffsetG { get; init; } = 0.02;

    /// <summary>What WHO_AM_I answers; another value stands for another chip.</summary>
    public byte Identity { get; init; } = 0x7B;

    /// <summary>Seed of the noise.</summary>
    public ulong Seed { get; init; } = 1;
}
