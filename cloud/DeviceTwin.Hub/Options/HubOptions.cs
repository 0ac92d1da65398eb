using System.Net;

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
    /// <summary>Desired and reported properties that queries find by index; null = the store's own list.</summary>
    public IReadOnlyList<string>? IndexedPaths { get; init; }

    /// <summary>Rows of the feed of twin changes kept; null = as many as the store keeps by itself.</summary>
    public int? ChangesKept { get; init; }

    /// <summary>Whether the feed has changes of reported properties too.</summary>
    public bool ReportedChanges { get; init; } = true;

    /// <summary>Pages and REST leave this machine: then TLS and a token are required.</summary>
    public bool HttpBeyondLoopback => !IPAddress.IsLoopback(HttpBind);

    /// <summary>The name that certificates and connection strings carry.</summary>
    public string HostName => HostNames.Count > 0 ? HostNames[0] : "localhost";

    /// <summary>Every name by which this hub may be addressed.</summary>
    public IReadOnlyList<string> AllNames => [.. HostNames.Append("localhost").Distinct(StringComparer.OrdinalIgnoreCase)];
}
