#nullable enable

using System;
using DeviceTwin.SensorNode.Simulator.Board;

namespace DeviceTwin.SensorNode.Simulator.Bench;

/// <summary>What lies on a simulated bench.</summary>
public sealed record SimulatedBenchOptions
{
    /// <summary>How many boards, 1 to 99.</summary>
    public int Boards { get; init; } = 1;

    /// <summary>Folder with a link to each board's port, by name: <c>board-01</c>. Made where it does not exist. None where null.</summary>
    public string? PortsFolder { get; init; }

    /// <summary>Folder in which the boards keep their files, each in one of its own, so that they are the same after the bench has ended; memory where null.</summary>
    public string? FilesFolder { get; init; }

    /// <summary>Whether boards with an identity become nodes of their hub.</summary>
    public bool HasNetwork { get; init; } = true;

    /// <summary>Whether a time server answers them.</summary>
    public bool HasTimeServer { get; init; } = true;

    /// <summary>Whether somebody taps where a tap test asks for it.</summary>
    public bool IsTapped { get; init; } = true;

    /// <summary>Changes a board's options, by its place from 0; none where null.</summary>
    public Func<int, ProvisionableBoardOptions, ProvisionableBoardOptions>? Each { get; init; }
}
