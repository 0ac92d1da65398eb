using DeviceTwin.Storage.Rollouts;
using DeviceTwin.Storage.Sqlite.Rollouts;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>Changes of configurations.</summary>
public sealed partial class SqliteHubStore
{
    /// <inheritdoc/>
    public IReadOnlyList<StoredChange> LoadChanges() => Read(SqliteRolloutTables.Load);

    /// <inheritdoc/>
    public IReadOnlyList<string> ReadObservations(string changeId) => Read(connection => SqliteRolloutTables.Observations(connection, changeId));

    /// <inheritdoc/>
    public IReadOnlyList<string> ListReplayReports() => Read(SqliteRolloutTables.Reports);

    /// <inheritdoc/>
    public byte[]? FindReplayReport(string hash) => Read(connection => SqliteRolloutTables.Report(connection, hash));
}
