namespace DeviceTwin.Hub.Bridge;

/// <summary>Where the mirror of a device stands.</summary>
internal enum BridgeState
{
    /// <summary>Not begun: too many devices, or not registered here.</summary>
    Waiting,

    Connecting,

    /// <summary>Connected; the twins are compared, or something is on its way.</summary>
    Syncing,

    /// <summary>Whatever is mirrored is there, as far as the other hub takes it.</summary>
    InStep,

    /// <summary>Something failed; the next try comes by itself.</summary>
    BackingOff,
}

/// <summary>Something that went wrong, and when.</summary>
internal sealed record BridgeProblem(BridgeFault Fault, string Message, DateTimeOffset At);

/// <summary>The mirror of one device, as people see it.</summary>
/// <param name="There">The device's name there.</param>
/// <param name="Since">When the state was taken on.</param>
internal sealed record BridgeStatus(string DeviceId, string There, BridgeState State, DateTimeOffset Since)
{
    /// <summary>The last one; stays when it is over.</summary>
    public BridgeProblem? LastProblem { get; init; }

    /// <summary>Since when something is not there yet; null where nothing is.</summary>
    public DateTimeOffset? BehindSince { get; init; }

    /// <summary>Messages that wait.</summary>
    public int TelemetryWaiting { get; init; }

    /// <summary>Messages that were left out, since the hub started.</summary>
    public long TelemetryDropped { get; init; }

    /// <summary>Reported properties that the other hub does not take.</summary>
    public IReadOnlyList<string> Refused { get; init; } = [];

    /// <summary>Version of the desired properties there; null = not known.</summary>
    public long? DesiredVersionThere { get; init; }

    /// <summary>The version there whose desired properties are other than here, where this hub owns them; null = none.</summary>
    public long? DesiredNotTaken { get; init; }

    /// <summary>When a patch or a message was last accepted there.</summary>
    public DateTimeOffset? LastSentAt { get; init; }
}
