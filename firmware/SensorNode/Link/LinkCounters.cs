namespace DeviceTwin.SensorNode.Link;

/// <summary>What the link counts since the node's start. Written by the talk loop only; whoever else reads may be one step behind.</summary>
public sealed class LinkCounters
{
    /// <summary>Attempts to connect.</summary>
    public int ConnectAttempts;

    /// <summary>Attempts that failed.</summary>
    public int ConnectFailures;

    /// <summary>Failures in which the hub refused the node itself.</summary>
    public int ConnectRefusals;

    /// <summary>Connections after the first.</summary>
    public int Reconnects;

    /// <summary>Connections taken for dead because the hub left requests unanswered.</summary>
    public int HalfOpen;

    /// <summary>Reconnects to renew the token.</summary>
    public int TokenRenewals;

    /// <summary>Twins asked for.</summary>
    public int TwinReads;

    /// <summary>Reported patches sent.</summary>
    public int Reports;

    /// <summary>Telemetry messages sent, repetitions included.</summary>
    public int TelemetrySent;

    /// <summary>Telemetry messages confirmed.</summary>
    public int TelemetryConfirmed;

    /// <summary>Telemetry messages put back after the last attempt: others go first, then they are sent again.</summary>
    public int TelemetryUnconfirmed;

    /// <summary>Confirmations of nothing that is under way: late, double, or strange.</summary>
    public int StrayConfirmations;

    /// <summary>Direct methods called.</summary>
    public int MethodCalls;

    /// <summary>Answers to direct methods sent.</summary>
    public int MethodAnswers;

    /// <summary>Registrations with the provisioning service that ended with a hub.</summary>
    public int Registrations;

    /// <summary>Times that the hub's refusal made the node doubt its clock.</summary>
    public int ClockDoubts;

    /// <summary>Messages on topics that the node does not know.</summary>
    public int UnknownMessages;
}
