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

    /// <summary>Exceptions that a loop caught; each is a fault of the firmware (both).</summary>
    public int LoopFailures;

    /// <summary>Writes that the file system refused (both).</summary>
    public int FileFailures;
}
