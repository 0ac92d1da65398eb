#nullable enable

using System;
using System.Collections.Generic;
using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.SensorNode.Simulator.Machines;

/// <summary>
/// Builds machines. Levels are those of a small motor and pump set: ISO 10816-3 calls 1 mm/s a newly commissioned machine
/// and 7.1 mm/s the upper end of what a flexibly mounted one of 15 to 300 kW may have.
/// </summary>
public static class MachineFactory
{
    // Residual lines of a good machine, RMS velocity in mm/s at orders 1, 2, 3: 0.8 mm/s together.
    private static readonly (double Order, double Velocity)[] Residual = [(1, 0.7), (2, 0.3), (3, 0.15)];

    // Misaligned couplings push at twice the shaft speed; 1x and 3x come with it (fault tables of ISO 13373-3).
    private static readonly (double Order, double Velocity)[] Misaligned = [(1, 3.2), (2, 7.6), (3, 2.6)];

    // A loose foot hits its stop every turn or every second one: a long row of harmonics and odd halves (fault tables of ISO 13373-3).
    private static readonly (double Order, double Velocity)[] Loose =
    [
        (0.5, 1.8), (1, 5.6), (1.5, 1.2), (2, 4.6), (2.5, 0.8), (3, 3.6), (4, 2.6), (5, 1.9), (6, 1.4), (7, 1.0), (8, 0.8), (9, 0.6), (10, 0.5),
    ];

    // Mass excentricity of a badly unbalanced rotor in metres: e w = 15.6 mm/s at 29.5 Hz, well beyond G 6.3 of ISO 21940-11.
    private const double UnbalanceMetres = 84e-6;
    private const double HissG = 0.008;

    // What comes through the floor into a machine that stands still.
    private const double NeighboursG = 0.0005;
    private const double BearingPeakG = 3;
    private const double CageRubG = 0.1;

    /// <summary>The word of a kind, as used for <see cref="IMachine.Label"/>.</summary>
    public static string Word(MachineKind kind) => kind switch
    {
        MachineKind.Healthy => "healthy",
        MachineKind.Unbalance => "unbalance",
        MachineKind.Misalignment => "misalignment",
        MachineKind.Looseness => "looseness",
        MachineKind.OuterRace => "outer",
        MachineKind.InnerRace => "inner",
        MachineKind.Ball => "ball",
        MachineKind.Cage => "cage",
        MachineKind.Overheating => "overheating",
        MachineKind.Degrading => "degrading",
        MachineKind.Standing => "standing",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>A machine of this kind and seed, everything else by default.</summary>
    public static IMachine Create(MachineKind kind, ulong seed = 1) => Create(new MachineOptions { Kind = kind, Seed = seed });

    /// <summary>A machine.</summary>
    public static IMachine Create(MachineOptions options)
    {
        Xoshiro256 random = new(options.Seed);
        List<ISignalSource> sources = [new Hiss(options.Kind == MachineKind.Standing ? NeighboursG : HissG)];
        AddLines(sources, Lines(options.Kind), options.ShaftHertz, random);
        if (options.Kind == MachineKind.Unbalance)
        {
            sources.Add(Unbalance(options.ShaftHertz, random.NextUniform()));
        }

        if (options.Kind == MachineKind.Cage)
        {
            sources.Add(new Rub(CageRubG, options.Bearing.Ftf * options.ShaftHertz));
        }

        if (Impacts(options) is { } impacts)
        {
            sources.Add(new ImpactTrain(impacts));
        }

        bool known = options.DataKnown;
        return new RotatingMachine(
            options.Name ?? Word(options.Kind),
            Word(options.Kind),
            known ? options.ShaftHertz : 0,
            known ? options.Bearing.Orders : BearingOrders.None,
            sources,
            Thermal(options),
            options.Seed);
    }

    /// <summary>
    /// Unbalance of a rotor on soft supports: the machine moves by the mass excentricity e whatever the speed, so its acceleration
    /// is e w² (the force m e w² over the mass; Rao, Mechanical Vibrations, rotating unbalance, r well above 1).
    /// </summary>
    private static Tone Unbalance(double shaftHertz, double phaseTurns)
    {
        double radians = 2 * Math.PI * shaftHertz;
        return new Tone(shaftHertz, UnbalanceMetres * radians * radians / Units.StandardGravity, phaseTurns);
    }

    private static (double Order, double Velocity)[] Lines(MachineKind kind) => kind switch
    {
        MachineKind.Misalignment => Misaligned,
        MachineKind.Looseness => Loose,
        MachineKind.Standing => [],
        _ => Residual,
    };

    private static void AddLines(List<ISignalSource> sources, (double Order, double Velocity)[] lines, double shaftHertz, Xoshiro256 random)
    {
        foreach ((double order, double velocity) in lines)
        {
            sources.Add(Tone.OfVelocity(order * shaftHertz, velocity, random.NextUniform()));
        }
    }

    private static ImpactTrainOptions? Impacts(MachineOptions options)
    {
        double shaft = options.ShaftHertz;
        BearingGeometry bearing = options.Bearing;
        return options.Kind switch
        {
            MachineKind.OuterRace => new ImpactTrainOptions { RateHertz = bearing.Bpfo * shaft, PeakG = BearingPeakG },
            MachineKind.InnerRace => new ImpactTrainOptions { RateHertz = bearing.Bpfi * shaft, PeakG = BearingPeakG, LoadZoneHertz = shaft },
            MachineKind.Ball => new ImpactTrainOptions
            {
                RateHertz = 2 * bearing.Bsf * shaft,
                PeakG = BearingPeakG,
                LoadZoneHertz = bearing.Ftf * shaft,
                SecondImpact = 0.8,
            },

            MachineKind.Degrading => new ImpactTrainOptions
            {
                RateHertz = bearing.Bpfo * shaft,
                PeakG = BearingPeakG,
                Severity = seconds => Growth(seconds / options.DegradesWithinSeconds),
            },
            _ => null,
        };
    }

    /// <summary>
    /// Severity of a spreading defect: exponential growth from 1/10 000 to 1 (a spall grows in proportion to its size), then it stays.
    /// At a third of the way its impacts still drown in the hiss of machine and sensor, half way they stand out.
    /// </summary>
    private static double Growth(double share) => Math.Exp(Math.Log(10_000) * (Math.Clamp(share, 0, 1) - 1));

    private static FirstOrderThermal Thermal(MachineOptions options) => options.Kind switch
    {
        MachineKind.Overheating => new FirstOrderThermal(24, 82, options.ThermalTauSeconds, 0.3),
        MachineKind.Standing => new FirstOrderThermal(22, 0, options.ThermalTauSeconds),
        _ => new FirstOrderThermal(22, 19, options.ThermalTauSeconds),
    };
}
