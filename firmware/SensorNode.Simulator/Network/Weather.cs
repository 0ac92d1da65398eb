#nullable enable

namespace DeviceTwin.SensorNode.Simulator.Network;

/// <summary>What the network and the hub do to a node, as chances from 0 to 1 per occasion. All 0: fair weather.</summary>
/// <remarks>
/// The network is TCP: on a connection that lives nothing is lost and nothing overtakes. What gets lost gets lost with its connection, which
/// breaks (both sides learn of it) or goes half open (neither does). What M2Mqtt makes of confirmations (nanoframework/Home#935) comes on top.
/// </remarks>
public sealed record Weather
{
    /// <summary>Nothing goes wrong, and everything takes 20 ms.</summary>
    public static readonly Weather Fair = new();

    /// <summary>Longest time for a message on its way, in milliseconds; the shortest is a tenth of it.</summary>
    public int LatencyMs { get; init; } = 20;

    /// <summary>An attempt to connect does not reach the hub.</summary>
    public double Unreachable { get; init; }

    /// <summary>An attempt to connect never ends by itself.</summary>
    public double Hanging { get; init; }

    /// <summary>The hub is busy: CONNACK 3.</summary>
    public double Unavailable { get; init; }

    /// <summary>Per message: the connection breaks before the message arrives.</summary>
    public double Break { get; init; }

    /// <summary>Per message: the connection goes half open, and nothing arrives any more.</summary>
    public double HalfOpen { get; init; }

    /// <summary>Per request about the twin: the hub answers with an error instead (429, 500, 503, 400, 404, 412, 413).</summary>
    public double Refusal { get; init; }

    /// <summary>Per request about the twin: the hub carries it out and does not answer.</summary>
    public double Silence { get; init; }

    /// <summary>Per confirmation: the client loses it.</summary>
    public double LostConfirmation { get; init; }

    /// <summary>Per confirmation: it comes up to 40 s late.</summary>
    public double LateConfirmation { get; init; }

    /// <summary>Per confirmation, desired patch and method: it comes twice.</summary>
    public double Twice { get; init; }
}
