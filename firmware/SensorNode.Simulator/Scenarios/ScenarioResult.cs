#nullable enable

using System.Collections.Generic;

namespace DeviceTwin.SensorNode.Simulator.Scenarios;

/// <summary>How a scenario ended.</summary>
/// <param name="TraceHash">SHA-256 over all that the hub received, in hexadecimal: the same scenario gives the same.</param>
/// <param name="Violations">What was violated, a sentence each.</param>
/// <param name="VirtualMs">Virtual time until all nodes had settled.</param>
public sealed record ScenarioResult(string TraceHash, IReadOnlyList<string> Violations, long VirtualMs)
{
    /// <summary>Captures judged.</summary>
    public int Captures { get; init; }

    /// <summary>Starts of all nodes.</summary>
    public int Starts { get; init; }

    /// <summary>Telemetry messages made.</summary>
    public int Made { get; init; }

    /// <summary>Those that the hub has, each counted once.</summary>
    public int Received { get; init; }

    /// <summary>Those that were counted as dropped.</summary>
    public int Dropped { get; init; }

    /// <summary>Those that were in memory when a start ended.</summary>
    public int Forgotten { get; init; }

    /// <summary>Alarm messages that the hub has, each counted once.</summary>
    public int Alarms { get; init; }

    /// <summary>Alarms that ended with the power before they could be written.</summary>
    public int AlarmsForgotten { get; init; }

    /// <summary>Waveforms that arrived.</summary>
    public int Waveforms { get; init; }
}
