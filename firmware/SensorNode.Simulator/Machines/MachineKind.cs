#nullable enable

namespace DeviceTwin.SensorNode.Simulator.Machines;

/// <summary>What can be the matter with a simulated machine.</summary>
public enum MachineKind
{
    /// <summary>Nothing: about 1 mm/s, a warm housing.</summary>
    Healthy,

    /// <summary>Unbalance: a strong line at the shaft speed.</summary>
    Unbalance,

    /// <summary>Misaligned coupling: lines at 1, 2 and 3 times the shaft speed, the second the strongest.</summary>
    Misalignment,

    /// <summary>Mechanical looseness: many harmonics and halves of the shaft speed.</summary>
    Looseness,

    /// <summary>Outer race defect of the bearing.</summary>
    OuterRace,

    /// <summary>Inner race defect of the bearing.</summary>
    InnerRace,

    /// <summary>Ball defect of the bearing.</summary>
    Ball,

    /// <summary>Cage defect of the bearing.</summary>
    Cage,

    /// <summary>A motor that gets too hot while it runs.</summary>
    Overheating,

    /// <summary>Healthy at first; an outer race defect grows while it is watched.</summary>
    Degrading,

    /// <summary>A machine that is switched off: what its neighbours shake into it, and the temperature of the room.</summary>
    Standing,
}
