#nullable enable

using System;

namespace DeviceTwin.SensorNode.Simulator.Machines;

/// <summary>What a bearing defect is like.</summary>
internal sealed record ImpactTrainOptions
{
    /// <summary>Mean rate of impacts in hertz.</summary>
    public required double RateHertz { get; init; }

    /// <summary>Peak acceleration of a full-strength impact's ring-down in g, before its own decay.</summary>
    public required double PeakG { get; init; }

    /// <summary>
    /// Rate at which the defect travels through the load zone: the shaft's for an inner race, the cage's for a ball; 0 = it stays in the zone.
    /// </summary>
    public double LoadZoneHertz { get; init; }

    /// <summary>Strength of every second impact relative to the others: a ball strikes the inner and the outer race in turn.</summary>
    public double SecondImpact { get; init; } = 1;

    /// <summary>Standard deviation of the time between two impacts as a fraction of its mean.</summary>
    public double Slip { get; init; } = 0.01;

    /// <summary>Resonance that the impacts excite, in hertz.</summary>
    public double ResonanceHertz { get; init; } = 3200;

    /// <summary>Damping ratio of the resonance.</summary>
    public double Damping { get; init; } = 0.05;

    /// <summary>Severity 0 to 1 at a virtual time in seconds; constant within a capture.</summary>
    public Func<double, double> Severity { get; init; } = static _ => 1;
}
