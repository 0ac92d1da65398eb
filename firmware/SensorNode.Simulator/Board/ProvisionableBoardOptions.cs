#nullable enable

using System;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Simulator.Machines;

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>What a board on the bench is made of, and what is around it.</summary>
public sealed record ProvisionableBoardOptions
{
    /// <summary>Address of its radio, 12 hexadecimal digits: tells boards apart.</summary>
    public required string Mac { get; init; }

    /// <summary>Kind of board.</summary>
    public string Name { get; init; } = SimulatedBoard.BoardName;

    /// <summary>What it keeps; memory where null.</summary>
    public IFiles? Files { get; init; }

    /// <summary>Its accelerometer, see <see cref="SimulatedBoard"/>.</summary>
    public AccelerometerModelOptions? Sensor { get; init; }

    /// <summary>What it is bolted to; a machine that stands still where null.</summary>
    public IMachine? Machine { get; init; }

    /// <summary>
    /// Makes the session with its hub at each start with an identity, such as a <see cref="TlsMqttSession"/>; where null no node runs, and nothing but the dialogue is served.
    /// </summary>
    public Func<IMqttSession>? Session { get; init; }

    /// <summary>
    /// What the time server answers, in milliseconds since 1970, once the radio has its network; null for no answer. Without one the board knows the time from the
    /// technician or not at all.
    /// </summary>
    public Func<long?>? TimeServer { get; init; }

    /// <summary>Whether somebody taps on the machine a second after a tap test has begun.</summary>
    public bool IsTapped { get; init; }
}
