#nullable enable

using System;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Provisioning;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.SensorNode.Simulator.Machines;

namespace DeviceTwin.SensorNode.Simulator.Fleet;

/// <summary>One node of a simulated fleet: who it is, where its hub is, what it is bolted to.</summary>
public sealed record SimulatedNodeOptions
{
    /// <summary>The device's name at the hub; unique in the fleet.</summary>
    public required string DeviceId { get; init; }

    /// <summary>What the sensors are bolted to. One machine serves one node.</summary>
    public required IMachine Machine { get; init; }

    /// <summary>The hub's name as its certificate says it.</summary>
    public string HubHost { get; init; } = "localhost";

    /// <summary>The hub's MQTT port.</summary>
    public int HubPort { get; init; } = NodeIdentity.StandardPort;

    /// <summary>The device's key in base64.</summary>
    public string Key { get; init; } = "";

    /// <summary>PEM of the plant's certificate authority.</summary>
    public string CertificateAuthority { get; init; } = "";

    /// <summary>Life of a SAS token in seconds.</summary>
    public int TokenLifetimeSeconds { get; init; } = NodeIdentity.StandardTokenLifetimeSeconds;

    /// <summary>Makes the node's session at each start of the node; MQTT over TLS to <see cref="HubHost"/> where null.</summary>
    public Func<TimeProvider, IMqttSession>? Session { get; init; }

    /// <summary>Where the node keeps its settings; memory where null.</summary>
    public IFiles? Files { get; init; }

    /// <summary>
    /// The board it is, one of <see cref="BoardCatalogue"/>: its name, its sensors, and what fits into its memory. Where null it is called
    /// <see cref="SimulatedBoard.BoardName"/> and has memory for everything.
    /// </summary>
    public BoardDescription? Board { get; init; }

    /// <summary>
    /// Properties of its accelerometer, and by their type the kind of board (see <see cref="SimulatedBoard"/>); where null the part of its
    /// <see cref="Board"/>, an IIS3DWB where that is null, too. It is up to 2 % off its rate, by the fleet's seed.
    /// </summary>
    public AccelerometerModelOptions? Accelerometer { get; init; }

    /// <summary>What transfers on the board's buses take; nothing where null.</summary>
    public HostTiming? Timing { get; init; }

    /// <summary>How late the loop that measures runs, by the board's scheduler and collector; never where null.</summary>
    public HostModel? Host { get; init; }

    /// <summary>How far the board's calendar is off; not at all where null.</summary>
    public ClockError? ClockError { get; init; }
}
