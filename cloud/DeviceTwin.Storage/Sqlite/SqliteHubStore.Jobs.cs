using DeviceTwin.Storage.Jobs;
using DeviceTwin.Storage.Sqlite.Jobs;
using DeviceTwin.Twins.Jobs;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>Jobs.</summary>
public sealed partial class SqliteHubStore
{
    /// <inheritdoc/>
    public IReadOnlyList<Job> LoadOpenJobs() => Read(SqliteJobTables.Open);

    /// <inheritdoc/>
    public Job? FindJob(string id) => Read(connection => SqliteJobTables.Find(connection, id));

    /// <inheritdoc/>
    public IReadOnlyList<Job> FindJobs(JobSearch search) => Read(connection => SqliteJobTables.Find(connection, search));

    /// <inheritdoc/>
    public JobCounts CountDeviceJobs(string jobId) => Read(connection => SqliteJobTables.Count(connection, jobId));

    /// <inheritdoc/>
    public IReadOnlyList<DeviceJobRow> FindDeviceJobs(DeviceJobSearch search) => Read(connection => SqliteJobTables.Find(connection, search));

    /// <inheritdoc/>
    public IReadOnlyList<EndedJob> ListEndedJobs() => Read(SqliteJobTables.Ended);
}
