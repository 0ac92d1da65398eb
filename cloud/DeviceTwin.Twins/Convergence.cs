using System.Text.Json.Nodes;

namespace DeviceTwin.Twins;

/// <summary>Where one desired path, or a whole node, stands. The order is from worst to best.</summary>
public enum ConvergenceState
{
    Rejected,
    Drifted,
    Unknown,
    Pending,
    InSync,
}

/// <param name="Path">Dotted path below <c>properties</c>, e.g. <c>detection.velocityLimitUmPerSecond</c>.</param>
/// <param name="Reason">Why rejected or drifted, in words; null otherwise.</param>
/// <param name="DesiredVersion">The desired version in which this path last changed.</param>
/// <param name="AcknowledgedVersion">The version the node acknowledged (<c>av</c>), or null.</param>
public sealed record PathConvergence(
    string Path,
    JsonNode? Desired,
    JsonNode? Reported,
    ConvergenceState State,
    string? Reason,
    int? AcknowledgementCode,
    long DesiredVersion,
    long? AcknowledgedVersion);

/// <summary>A node's state is that of its worst path.</summary>
public sealed record NodeConvergence(string DeviceId, ConvergenceState State, IReadOnlyList<PathConvergence> Paths);
