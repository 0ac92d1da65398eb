using DeviceTwin.SensorNode.Boards;

namespace DeviceTwin.SensorNode.Supervision;

/// <summary>
/// The catalogue of what the trace ring tells. Numbers are never used again; each has a word and up to two integers.
/// <c>firmware/DEPLOY.md</c> prints the same table.
/// </summary>
public static class TraceEvent
{
    /// <summary>The node started. First: number of the start; second: <see cref="ResetCause"/>.</summary>
    public const int Started = 1;

    /// <summary>Connected, and subscribed. First: connections so far.</summary>
    public const int LinkReady = 2;

    /// <summary>The connection was lost or given up. First: the link's state then; second: half-open connections so far.</summary>
    public const int LinkLost = 3;

    /// <summary>An attempt to connect failed. First: CONNACK code, status of the provisioning service, or -1; second: failures so far.</summary>
    public const int ConnectFailed = 4;

    /// <summary>The provisioning service named a hub. First: registrations so far.</summary>
    public const int Registered = 5;

    /// <summary>The clock was doubted and the time server asked. First: doubts so far.</summary>
    public const int ClockDoubted = 6;

    /// <summary>The clock jumped against the monotonic one. First: milliseconds, held to the range of an integer.</summary>
    public const int ClockJumped = 7;

    /// <summary>Desired settings were applied. First: their version; second: changes so far.</summary>
    public const int SettingsApplied = 8;

    /// <summary>A file could not be written. First: failures so far.</summary>
    public const int FileFailed = 9;

    /// <summary>A direct method was answered. First: number of the method, 0 where it is unknown; second: status.</summary>
    public const int MethodAnswered = 10;

    /// <summary>The node restarts. First: <see cref="ResetCause"/>; second: minutes it ran.</summary>
    public const int Restarting = 11;

    /// <summary>Settings and what was learned were deleted because it was told to.</summary>
    public const int FactoryReset = 12;

    /// <summary>A capture ended with a sensor fault. First: the fault; second: captures so far.</summary>
    public const int CaptureFault = 13;

    /// <summary>The start has become healthy. First: unhealthy starts before it; second: minutes it took.</summary>
    public const int Healthy = 14;

    /// <summary>A loop stands still. First: 0 measure, 1 talk; second: for how many seconds.</summary>
    public const int Stalled = 15;

    /// <summary>The settings under which the node was last healthy hold again. First: unhealthy starts.</summary>
    public const int LastGood = 16;

    /// <summary>Nothing is measured. First: unhealthy starts.</summary>
    public const int SafeMode = 17;

    /// <summary>A loop threw. First: how often so far.</summary>
    public const int LoopFailed = 18;

    /// <summary>The FIFO overran. First: captures with an overrun so far.</summary>
    public const int Overrun = 19;

    /// <summary>Messages were dropped. First: how many so far.</summary>
    public const int Dropped = 20;

    /// <summary>A technician's session opened. First: 0 nothing to protect, 1 signed, 2 button; second: wrong answers before.</summary>
    public const int ProvisioningOpened = 21;

    /// <summary>A technician was refused. First: wrong answers so far.</summary>
    public const int ProvisioningRefused = 22;

    /// <summary>Another configuration was stored.</summary>
    public const int Provisioned = 23;

    /// <summary>Number of entries, with the one that is not used (0).</summary>
    public const int Count = 24;

    private const string Words =
        "none started linkReady linkLost connectFailed registered clockDoubted clockJumped settingsApplied fileFailed "
        + "methodAnswered restarting factoryReset captureFault healthy stalled lastGood safeMode loopFailed overrun dropped "
        + "provisioningOpened provisioningRefused provisioned";

    /// <summary>The stable word of an event.</summary>
    public static string Word(int trace)
    {
        return trace < 0 || trace >= Count ? "unknown" : WordList.At(Words, trace);
    }

    /// <summary>Whether the ring is saved soon after it (see <see cref="Supervisor"/>), and not only at an orderly restart.</summary>
    public static bool IsImportant(int trace)
    {
        return trace == Started || trace >= FileFailed;
    }
}
