namespace DeviceTwin.Storage.Evidence;

/// <summary>Evidence of an alarm as it was sealed. Never changed: what comes later makes a next version that names this one.</summary>
/// <param name="Version">1 for the first.</param>
/// <param name="Sha256">Of <paramref name="Content"/> when it was sealed, 64 hexadecimal digits; whoever reads compares.</param>
/// <param name="Content">Canonical JSON.</param>
public sealed record SealedEvidence(string AlarmId, int Version, string Sha256, DateTimeOffset SealedAt, ReadOnlyMemory<byte> Content);

/// <summary>An alarm whose evidence is being gathered.</summary>
/// <param name="OpenedAt">When the alarm came.</param>
/// <param name="Parts">What was only to be had then, as JSON.</param>
/// <param name="Version">The last version that was sealed; 0 = none yet.</param>
public sealed record OpenEvidence(string AlarmId, string DeviceId, DateTimeOffset OpenedAt, string Parts, int Version);

/// <summary>What is written about evidence.</summary>
public abstract record EvidenceChange : StoreChange
{
    /// <summary>Begins to gather; nothing happens where that was begun or ended before.</summary>
    public sealed record Open(OpenEvidence Evidence) : EvidenceChange;

    /// <summary>Keeps a version. One that is there already stays as it is.</summary>
    /// <param name="IsComplete">Nothing more is waited for.</param>
    public sealed record Seal(SealedEvidence Evidence, bool IsComplete) : EvidenceChange;

    /// <summary>Keeps what was gathered so far.</summary>
    public sealed record Note(string AlarmId, string Parts) : EvidenceChange;

    /// <summary>Nothing more is waited for.</summary>
    public sealed record Close(string AlarmId) : EvidenceChange;
}

/// <summary>Evidence of alarms.</summary>
public interface IEvidenceStore
{
    /// <summary>A version of the evidence of an alarm; null where there is none. Its hash is not compared here.</summary>
    /// <param name="version">Null = the last one.</param>
    SealedEvidence? FindEvidence(string alarmId, int? version = null);

    /// <summary>The alarms whose evidence is being gathered, the oldest first. There may be many for a day: only their ids.</summary>
    IReadOnlyList<string> ReadOpenEvidence();

    /// <summary>What was gathered for an alarm; null where nothing is being gathered.</summary>
    OpenEvidence? FindOpenEvidence(string alarmId);
}
