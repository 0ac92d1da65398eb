#nullable enable

using System.Collections.Generic;

namespace DeviceTwin.SensorNode.Simulator.Fleet;

/// <summary>A simulated node seen from outside at one moment.</summary>
public sealed record NodeStatus
{
    /// <summary>The device's name at the hub.</summary>
    public required string DeviceId { get; init; }

    /// <summary>Name of the machine it is bolted to.</summary>
    public required string Machine { get; init; }

    /// <summary>What is the matter with that machine.</summary>
    public required string Label { get; init; }

    /// <summary>The node's verdict; "" before the first capture.</summary>
    public required string Verdict { get; init; }

    /// <summary>ISO zone, as the node reports it.</summary>
    public required string Zone { get; init; }

    /// <summary>Words of the active alarms.</summary>
    public required IReadOnlyList<string> Alarms { get; init; }

    /// <summary>Captures judged since the node's start.</summary>
    public required int Captures { get; init; }

    /// <summary>How many captures in a row gave the present verdict by the settings that were applied last.</summary>
    public required int SameVerdictRun { get; init; }

    /// <summary>Velocity RMS of the last capture in um/s, or -1.</summary>
    public required int VelocityUmPerSecond { get; init; }

    /// <summary>Last temperature in hundredths of a degree Celsius, or <see cref="int.MinValue"/>.</summary>
    public required int TemperatureCentiCelsius { get; init; }

    /// <summary>Version of the desired properties in force; -1 before the first.</summary>
    public required int DesiredVersion { get; init; }

    /// <summary>Version of the reported properties as the hub last confirmed it; -1 where not known.</summary>
    public required int ReportedVersion { get; init; }

    /// <summary>Whether twin and telemetry flow.</summary>
    public required bool Connected { get; init; }

    /// <summary>Whether the twin is read and applied, and everything reported confirmed.</summary>
    public required bool TwinSettled { get; init; }

    /// <summary>Telemetry messages confirmed by the hub since the node's start.</summary>
    public required int Telemetry { get; init; }

    /// <summary>Reported patches sent since the node's start.</summary>
    public required int ReportedPatches { get; init; }

    /// <summary>Connections after the first.</summary>
    public required int Reconnects { get; init; }

    /// <summary>Starts of the node since it joined the fleet.</summary>
    public required int Starts { get; init; }

    /// <summary>The name of the node's start.</summary>
    public string BootId { get; init; } = "";

    /// <summary>Telemetry messages made since the node's start.</summary>
    public int Made { get; init; }

    /// <summary>Telemetry messages dropped since the node's start.</summary>
    public int Dropped { get; init; }

    /// <summary>Telemetry messages that wait for the hub.</summary>
    public int Waiting { get; init; }
}
