#nullable enable

namespace DeviceTwin.SensorNode.Simulator.Machines;

/// <summary>What to build. Defaults are a four-pole motor at 29.5 Hz on a bearing 6205.</summary>
public sealed record MachineOptions
{
    /// <summary>What is the matter with it.</summary>
    public required MachineKind Kind { get; init; }

    /// <summary>Name for people; the kind's word where null.</summary>
    public string? Name { get; init; }

    /// <summary>Shaft speed in hertz.</summary>
    public double ShaftHertz { get; init; } = 29.5;

    /// <summary>The bearing the sensor sits on.</summary>
    public BearingGeometry Bearing { get; init; } = BearingGeometry.Type6205;

    /// <summary>Whether shaft speed and bearing are told to others. A machine nobody has data of says no.</summary>
    public bool DataKnown { get; init; } = true;

    /// <summary>Seed of everything random in it.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Kind <see cref="MachineKind.Degrading"/>: virtual seconds until the defect is fully grown.</summary>
    public double DegradesWithinSeconds { get; init; } = 600;

    /// <summary>Kind <see cref="MachineKind.Overheating"/>: thermal time constant in virtual seconds.</summary>
    public double ThermalTauSeconds { get; init; } = 600;
}
