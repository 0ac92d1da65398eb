using System.Net;
using DeviceTwin.Hub.History;

namespace DeviceTwin.Hub.Options;

/// <summary>How log lines are written to standard error.</summary>
public enum LogFormat
{
    Console,
    Json,
}

/// <summary>What the command line asked for.</summary>
/// <param name="DataFolder">Absolute path; twins, keys and certificates live there.</param>
/// <param name="MqttPort">0 = any free port.</param>
/// <param name="HttpPort">0 = any free port.</param>
/// <param name="HostNames">Names that nodes and browsers use for this hub besides <c>localhost</c>; the first stands in connection strings.</param>
/// <param name="ExitWithStdin">Stop when standard input ends: a parent that dies takes the hub with it.</param>
public sealed record HubOptions(
    string DataFolder,
    int MqttPort,
    int HttpPort,
    IPAddress MqttBind,
    IPAddress HttpBind,
    IReadOnlyList<string> HostNames,
    bool ExitWithStdin,
    LogFormat LogFormat,
    LogLevel LogLevel)
{
    /// <summary>Callers on this machine are admin although there are users; only where HTTP stays on loopback.</summary>
    public bool LocalAdmin { get; init; }

    /// <summary>How long a hub that was told to stop goes on listening while it says that it is not ready.</summary>
    public TimeSpan Drain { get; init; }

    /// <summary>Connections of browsers and programs that may be open at once; more are closed.</summary>
    public int HttpConnections { get; init; } = 1000;

    /// <summary>How long PUBACK to nanoFramework's client is held back.</summary>
    public TimeSpan NanoPubAckDelay { get; init; } = new Gateway.GatewayOptions().NanoPubAckDelay;

    /// <summary>How much of waveforms is kept.</summary>
    public WaveformLimits Waveforms { get; init; } = new();

    /// <summary>How long what was seen of the devices of an ended change is kept.</summary>
    public TimeSpan ChangesRemembered { get; init; } = TimeSpan.FromDays(Changes.ChangeOptions.StandardDays);

    /// <summary>Where backups are kept; null = <c>backups</c> in the data folder.</summary>
    public string? BackupFolder { get; init; }

    /// <summary>Restore this backup into the data folder, and end; null = no.</summary>
    public string? Restore { get; init; }

    /// <summary>Back up the data folder of a hub that is stopped into this folder, and end; null = no.</summary>
    public string? BackupTo { get; init; }

    /// <summary>What is mirrored to another hub stands there; null = nothing is.</summary>
    public string? BridgeFile { get; init; }

    /// <summary>What of the past is kept, and for how long.</summary>
    public HistoryOptions History { get; init; } = new();

    /// <summary>Desired and reported properties that queries find by index; null = the store's own list.</summary>
    public IReadOnlyList<string>? IndexedPaths { get; init; }

    /// <summary>Rows of the feed of twin changes kept; null = as many as the store keeps by itself.</summary>
    public int? ChangesKept { get; init; }

    /// <summary>Whether the feed has changes of reported properties too.</summary>
    public bool ReportedChanges { get; init; } = true;

    /// <summary>How often a change under way is looked at.</summary>
    public TimeSpan RolloutLook { get; init; } = new Changes.ChangeOptions { Folder = "" }.Tick;

    /// <summary>So long after a start nobody counts as away because he is not back yet.</summary>
    public TimeSpan RolloutSettle { get; init; } = new Changes.ChangeOptions { Folder = "" }.Settle;

    /// <summary>A port for HTTPS besides <see cref="HttpPort"/>, for Azure's clients: REST, pages, MQTT over WebSocket. 0 = any free port; null = none.</summary>
    public int? HttpsPort { get; init; }

    /// <summary>The address of <see cref="HttpsPort"/>.</summary>
    public IPAddress HttpsBind { get; init; } = IPAddress.Loopback;

    /// <summary>What listens at <see cref="HttpBind"/> leaves this machine: then it is HTTPS.</summary>
    public bool HttpEncrypted => !IPAddress.IsLoopback(HttpBind);

    /// <summary>Pages and REST leave this machine, there or at <see cref="HttpsBind"/>: then a token is required.</summary>
    public bool HttpBeyondLoopback => HttpEncrypted || (HttpsPort is not null && !IPAddress.IsLoopback(HttpsBind));

    /// <summary>The name that certificates and connection strings carry.</summary>
    public string HostName => HostNames.Count > 0 ? HostNames[0] : "localhost";

    /// <summary>What provisioning tells devices that their hub is, as name or name:port; null = <see cref="HostName"/> and the port.</summary>
    public string? AssignedHub { get; init; }

    /// <summary>Every name by which this hub may be addressed.</summary>
    public IReadOnlyList<string> AllNames => [.. HostNames.Append("localhost").Distinct(StringComparer.OrdinalIgnoreCase)];
}

/// <summary>How much of waveforms is kept, as the command line says it.</summary>
/// <param name="Days">Age at which they go unless an alarm keeps them.</param>
/// <param name="Megabytes">All files together.</param>
/// <param name="DeviceCount">Per device.</param>
/// <param name="DeviceMegabytes">Samples per device.</param>
/// <param name="Neighbours">Before and after that of an alarm.</param>
public sealed record WaveformLimits(int Days = 90, int Megabytes = 20 * 1024, int DeviceCount = 1000, int DeviceMegabytes = 256, int Neighbours = 3);
