namespace DeviceTwin.Hub.Bridge;

/// <summary>What of a bridge does not stand in its file.</summary>
internal sealed record BridgeOptions
{
    /// <summary>The file, to be read again when it changes; null = it does not change.</summary>
    public string? File { get; init; }

    /// <summary>How often the file and the devices that the query selects are looked at.</summary>
    public TimeSpan Look { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Handshakes that run at once.</summary>
    public int ConnectsAtOnce { get; init; } = 4;

    /// <summary>Messages of one device that wait at most.</summary>
    public int TelemetryPerDevice { get; init; } = 256;

    /// <summary>Bytes of all messages that wait.</summary>
    public long TelemetryBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>0 to 65535: silence after which the other hub may take the bridge for gone; 0 = never.</summary>
    public int KeepAliveSeconds { get; init; } = 120;

    /// <summary>Of the jitter; null = another each time.</summary>
    public int? Seed { get; init; }

    /// <summary>Hears of each change of a device's state or last problem, in order; must not block.</summary>
    public Action<BridgeStatus>? Noted { get; init; }

    /// <summary>How the other hub is reached.</summary>
    public BridgeDial Dial { get; init; } = HubThere.Tcp;
}
