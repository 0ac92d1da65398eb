using DeviceTwin.Provisioning.Dialogue;

namespace DeviceTwin.Provisioning.Tray;

/// <summary>How a tray is worked on.</summary>
public sealed record TrayOptions
{
    /// <summary>Kind of board that every line wants; any where null.</summary>
    public string? Board { get; init; }

    /// <summary>Version of the firmware that every board shall run; any where null.</summary>
    public string? Firmware { get; init; }

    /// <summary>Ports that were named for lines: name or lasting identity of the port by device id.</summary>
    public IReadOnlyDictionary<string, string> Ports { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether lines without a named port take any other.</summary>
    public bool TakesOtherPorts { get; init; } = true;

    /// <summary>How long boards are waited for while nothing else happens.</summary>
    public TimeSpan BoardPatience { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a node may take from its restart to its hub.</summary>
    public TimeSpan ConnectPatience { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How long it may take to take over its settings then.</summary>
    public TimeSpan SyncPatience { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a hub that is away is waited for.</summary>
    public TimeSpan HubPatience { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often something is asked that takes its time.</summary>
    public TimeSpan LookPeriod { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the sensor is listened to at rest: 1 to 60 s.</summary>
    public TimeSpan NoiseDuration { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Louder at rest is not sound, in millionths of g.</summary>
    public int NoiseLimitMicroG { get; init; } = 50_000;

    /// <summary>Whether somebody taps each board.</summary>
    public bool Taps { get; init; } = true;

    /// <summary>How long a tap is waited for: 1 to 30 s.</summary>
    public TimeSpan TapDuration { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Where labels go; none are drawn where null.</summary>
    public string? LabelFolder { get; init; }

    /// <summary>Patience of the dialogue; the protocol's own where null.</summary>
    public DialogueOptions? Dialogue { get; init; }

    /// <summary>How long a restart may take.</summary>
    public TimeSpan RestartPatience { get; init; } = TimeSpan.FromSeconds(40);
}
