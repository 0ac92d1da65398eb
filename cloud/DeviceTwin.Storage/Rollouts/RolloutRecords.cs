namespace DeviceTwin.Storage.Rollouts;

/// <summary>A change as it was stored.</summary>
/// <param name="Document">The change with all its steps, the devices that it targets, and what is to be restored, as JSON.</param>
public sealed record StoredChange(string Id, string Document);

/// <summary>Changes of configurations, what was seen of their devices, and the reports of replays.</summary>
public interface IRolloutStore
{
    /// <summary>Every change, by id. Called once, at start.</summary>
    IReadOnlyList<StoredChange> LoadChanges();

    /// <summary>What was seen of a change's devices, in the order in which the hub learnt of it.</summary>
    IReadOnlyList<string> ReadObservations(string changeId);

    /// <summary>A replay's report; null where there is none with this hash.</summary>
    byte[]? FindReplayReport(string hash);

    /// <summary>The hashes of all reports, sorted.</summary>
    IReadOnlyList<string> ListReplayReports();
}

/// <summary>Writes a change over the one that was stored before.</summary>
public sealed record PutChange(StoredChange Change) : StoreChange;

/// <summary>Removes a change with what was seen of its devices.</summary>
public sealed record DeleteChange(string Id) : StoreChange;

/// <param name="Rows">As JSON, one observation each.</param>
public sealed record AppendObservations(string ChangeId, IReadOnlyList<string> Rows) : StoreChange;

/// <summary>Removes what was seen of a change's devices; the change stays.</summary>
public sealed record ForgetObservations(string ChangeId) : StoreChange;

/// <summary>Removes reports.</summary>
public sealed record ForgetReplayReports(IReadOnlyList<string> Hashes) : StoreChange;

/// <summary>Keeps a report; one that is there already stays.</summary>
/// <param name="Hash">SHA-256 of the report, 64 hexadecimal digits.</param>
public sealed record PutReplayReport(string Hash, ReadOnlyMemory<byte> Content) : StoreChange;
