#nullable enable

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>What distinguishes one simulated accelerometer from the next.</summary>
public abstract record AccelerometerModelOptions
{
    /// <summary>How far the part's output rate is off, as a fraction (0.01 = 1 % fast). Real parts: some percent.</summary>
    public double RateError { get; init; }

    /// <summary>Noise density in micro-g per root hertz.</summary>
    public double NoiseMicroGPerRootHertz { get; init; }

    /// <summary>Zero-g offset of the z axis in g. Data sheet: tens of milli-g.</summary>
    public double ZeroOffsetG { get; init; } = 0.02;

    /// <summary>What WHO_AM_I answers; another value stands for another chip.</summary>
    public byte Identity { get; init; }

    /// <summary>What the stimulus of the self-test does to every axis, in milli-g.</summary>
    public double SelfTestMilliG { get; init; }

    /// <summary>Whether the z axis is stuck: neither machine nor stimulus move it (in the output registers).</summary>
    public bool StuckAxis { get; init; }

    /// <summary>Seed of the noise.</summary>
    public ulong Seed { get; init; } = 1;
}
