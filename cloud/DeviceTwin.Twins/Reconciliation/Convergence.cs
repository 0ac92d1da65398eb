using System.Text.Json.Nodes;

namespace DeviceTwin.Twins;

/// <summary>Where one desired path, or a whole node, stands. The order is from worst to best.</summary>
public enum ConvergenceState
{
    /// <summary>The node has read the value and refuses it.</summary>
    Rejected,

    /// <summary>The node had taken the value over and later reported another, though no newer one is desired.</summary>
    Drifted,

    /// <summary>The node has never reported the path, or what it reports cannot belong to this twin's history.</summary>
    Unknown,

    /// <summary>The node has not acknowledged the version in which the path last changed.</summary>
    Pending,

    /// <summary>The reported value equals the desired one, and the acknowledged version covers the last change.</summary>
    InSync,
}

/// <param name="Path">Dotted path below <c>properties</c>, e.g. <c>detection.velocityLimitUmPerSecond</c>.</param>
/// <param name="Reason">Why rejected, drifted or unknown, in words; null otherwise.</param>
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
