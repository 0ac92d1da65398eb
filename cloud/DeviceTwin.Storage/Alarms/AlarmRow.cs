using System.Text.Json;
using System.Text.Json.Serialization;
using DeviceTwin.Twins;

namespace DeviceTwin.Storage.Alarms;

/// <summary>
/// One alarm: everything that was heard of it, however often and in whatever order. The name by which the hub knows it is the device's id, a
/// tilde (which no device id has) and the name that the node gave it.
/// </summary>
/// <param name="RaisedAt">When the hub first heard of it.</param>
/// <param name="Place">Where the node was mounted then; null where it had no measuring point.</param>
/// <param name="Acknowledgement">The first one; null while there is none. An alarm may end without.</param>
/// <param name="End">Null while it is active.</param>
public sealed record AlarmRow(
    string DeviceId,
    string NodeAlarmId,
    AlarmState State,
    DateTimeOffset RaisedAt,
    AlarmPlace? Place,
    AlarmAcknowledgement? Acknowledgement,
    AlarmEnd? End,
    AlarmEvidence Evidence)
{
    /// <summary>Hashes of the recordings that belong to it, in order.</summary>
    public IReadOnlyList<string> Waveforms { get; init; } = [];

    /// <summary>Its place in the order in which the hub first heard of alarms: the key of pages.</summary>
    [JsonIgnore]
    public long Number { get; init; }

    /// <summary>What maintenance found: a verdict word or <c>noFault</c>. Those that were amended are left out.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Labels { get; init; } = [];

    [JsonIgnore]
    public string Id => Name(DeviceId, NodeAlarmId);

    /// <summary>The alarm's verdict word.</summary>
    [JsonIgnore]
    public string Alarm => Evidence.Alarm;

    [JsonIgnore]
    public bool IsActive => State != AlarmState.Cleared;

    public static string Name(string deviceId, string nodeAlarmId) => $"{deviceId}~{nodeAlarmId}";

    /// <summary>The row as it is kept.</summary>
    public string ToText() => JsonSerializer.Serialize(this, Json.Relaxed);

    public static AlarmRow FromText(string text) =>
        JsonSerializer.Deserialize<AlarmRow>(text, Json.Relaxed) ?? throw new FormatException("null where an alarm is expected");
}

/// <summary>Where a node is mounted, by the ids of the plant.</summary>
public sealed record AlarmPlace(string Site, string Line, string Machine, string Point);

/// <param name="By">Who: a person at the hub, or <see cref="AtTheNode"/>.</param>
public sealed record AlarmAcknowledgement(DateTimeOffset At, string By, string? Note)
{
    /// <summary>Somebody at the machine, or an acknowledgement that the hub did not ask for.</summary>
    public const string AtTheNode = "node";
}

public sealed record AlarmEnd(DateTimeOffset At, ClearReason Reason);

/// <summary>What the node said of the alarm. Of several messages the one counts that is nearest to the raise.</summary>
/// <param name="Alarm">Verdict word.</param>
/// <param name="From">What the message told.</param>
/// <param name="At">When it came.</param>
/// <param name="NodeAt">The node's own time, where it said one.</param>
public sealed record AlarmEvidence(
    string Alarm,
    AlarmEvent From,
    DateTimeOffset At,
    string? Verdict,
    string? Zone,
    long? Capture,
    string? SettingsHash,
    string? Fingerprint,
    DateTimeOffset? NodeAt);
