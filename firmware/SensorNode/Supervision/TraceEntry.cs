namespace DeviceTwin.SensorNode.Supervision;

/// <summary>One event of the ring.</summary>
public sealed class TraceEntry
{
    /// <summary>Number of the event, from 1 at the node's first start.</summary>
    public int Number;

    /// <summary>A constant of <see cref="TraceEvent"/>.</summary>
    public int Event;

    /// <summary>When it was, in milliseconds since the start in which it was.</summary>
    public long UptimeMs;

    /// <summary>What <see cref="TraceEvent"/> says of the event.</summary>
    public int First;

    /// <summary>What <see cref="TraceEvent"/> says of the event.</summary>
    public int Second;
}
