namespace DeviceTwin.SensorNode.Supervision;

/// <summary>
/// What the node counts about itself since its start. Each field has one writer, the loop named; the other loop and the
/// simulator only read, so a read may be one step behind.
/// </summary>
public sealed class HealthCounters
{
    /// <summary>Captures finished (measure).</summary>
    public int Captures;

    /// <summary>Captures that ended with a sensor fault (measure).</summary>
    public int CaptureFaults;

    /// <summary>Captures whose FIFO overran (measure).</summary>
    public int Overruns;

    /// <summary>Attempts to connect (talk).</summary>
    public int ConnectAttempts;

    /// <summary>Attempts that failed (talk).</summary>
    public int ConnectFailures;

    /// <summary>Failures in which the hub refused the node itself (talk).</summary>
    public int ConnectRefusals;

    /// <summary>Connections after the first (talk).</summary>
    public int Reconnects;

    /// <summary>Connections taken for dead because the hub left requests unanswered (talk).</summary>
    public int HalfOpen;

    /// <summary>Reconnects to renew the token (talk).</summary>
    public int TokenRenewals;

    /// <summary>Twins asked for (talk).</summary>
    public int TwinReads;

    /// <summary>Reported patches sent (talk).</summary>
    public int Reports;

    /// <summary>Telemetry messages sent, repetitions included (talk).</summary>
    public int TelemetrySent;

    /// <summary>Telemetry messages confirmed (talk).</summary>
    public int TelemetryConfirmed;

    /// <summary>Telemetry messages given up after the last attempt; the hub may have them (talk).</summary>
    public int TelemetryUnconfirmed;

    /// <summary>Messages on topics that the node does not know (talk).</summary>
    public int UnknownMessages;

    /// <summary>Exceptions that a loop caught; each is a fault of the firmware (both).</summary>
    public int LoopFailures;

    /// <summary>Writes that the file system refused (both).</summary>
    public int FileFailures;
}
