using DeviceTwin.Storage.Jobs;
using DeviceTwin.Twins.Jobs;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite.Jobs;

/// <summary>Jobs, and a row for each of their devices.</summary>
internal sealed class SqliteJobTables : SqliteTables
{
    /// <summary>Part of what leads from schema 3 to 4. Types and statuses are the numbers of their enumerations.</summary>
    public const string Create = """
        CREATE TABLE jobs(
          id TEXT PRIMARY KEY, type INTEGER NOT NULL, condition TEXT NOT NULL, body TEXT NOT NULL, start_at INTEGER NOT NULL, longest INTEGER NOT NULL,
          author TEXT NOT NULL, created_at INTEGER NOT NULL, status INTEGER NOT NULL, begun_at INTEGER, ended_at INTEGER, reason TEXT,
          pending INTEGER NOT NULL, running INTEGER NOT NULL, completed INTEGER NOT NULL, failed INTEGER NOT NULL, canceled INTEGER NOT NULL);
        CREATE INDEX jobs_by_creation ON jobs(created_at);
        CREATE TABLE device_jobs(
          job_id TEXT NOT NULL, device_id TEXT NOT NULL, status INTEGER NOT NULL, updated_at INTEGER NOT NULL, begun_at INTEGER, ended_at INTEGER,
          answer_status INTEGER, answer TEXT, error_code TEXT, error TEXT, PRIMARY KEY(job_id, device_id)) WITHOUT ROWID;
        CREATE INDEX device_jobs_by_device ON device_jobs(device_id, job_id);
        """;

    private const string JobColumns =
        "id, type, condition, body, start_at, longest, author, created_at, status, begun_at, ended_at, reason, pending, running, completed, failed, canceled";

    public SqliteJobTables(SqliteConnection connection)
        : base(connection)
    {
        var put = Prepare("INSERT OR REPLACE INTO jobs VALUES($0,$1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16)", 17);
        var delete = Prepare("DELETE FROM jobs WHERE id = $0", 1);
        var putDevice = Prepare("INSERT OR REPLACE INTO device_jobs VALUES($0,$1,$2,$3,$4,$5,$6,$7,$8,$9)", 10);
        var endPending = Prepare(
            $"UPDATE device_jobs SET status = $1, updated_at = $2, ended_at = $2, error_code = $3, error = $4 WHERE job_id = $0 AND status = {(int)DeviceJobStatus.Pending}", 5);
        var deleteDevices = Prepare("DELETE FROM device_jobs WHERE job_id = $0", 1);
        On<PutJob>(change =>
        {
            var (order, counts) = (change.Job.Order, change.Job.Counts);
            Run(
                put,
                order.Id,
                (long)order.Type,
                order.Condition,
                order.Body,
                order.StartAt.UtcTicks,
                order.Longest.Ticks,
                order.Author,
                order.CreatedAt.UtcTicks,
                (long)change.Job.Status,
                change.Job.BegunAt?.UtcTicks,
                change.Job.EndedAt?.UtcTicks,
                change.Job.Reason,
                (long)counts.Pending,
                (long)counts.Running,
                (long)counts.Completed,
                (long)counts.Failed,
                (long)counts.Canceled);
        });
        On<AddDeviceJobs>(change =>
        {
            foreach (var deviceId in change.DeviceIds)
            {
                Put(new DeviceJob(change.JobId, deviceId, DeviceJobStatus.Pending, change.At));
            }
        });
        On<PutDeviceJob>(change => Put(change.Device));
        On<EndPendingDeviceJobs>(change => Run(endPending, change.JobId, (long)change.Status, change.At.UtcTicks, change.Error?.Code, change.Error?.Description));
        On<DeleteDeviceJobs>(change => Run(deleteDevices, change.JobId));
        On<DeleteJob>(change =>
        {
            Run(deleteDevices, change.Id);
            Run(delete, change.Id);
        });

        void Put(DeviceJob device) => Run(
            putDevice,
            device.JobId,
            device.DeviceId,
            (long)device.Status,
            device.UpdatedAt.UtcTicks,
            device.BegunAt?.UtcTicks,
            device.EndedAt?.UtcTicks,
            (long?)device.Answer?.Status,
            device.Answer?.Payload,
            device.Error?.Code,
            device.Error?.Description);
    }

    public static IReadOnlyList<Job> Open(SqliteConnection connection) =>
        SqliteLoader.Read(connection, $"SELECT {JobColumns} FROM jobs WHERE ended_at IS NULL ORDER BY created_at, id", JobOf);

    public static Job? Find(SqliteConnection connection, string id)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {JobColumns} FROM jobs WHERE id = $id";
        command.Parameters.AddWithValue("$id", id);
        return SqliteLoader.Read(command, JobOf).FirstOrDefault();
    }

    public static IReadOnlyList<Job> Find(SqliteConnection connection, JobSearch search)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {JobColumns} FROM jobs WHERE 1";
        if (search.Type is { } type)
        {
            command.CommandText += " AND type = $type";
            command.Parameters.AddWithValue("$type", (long)type);
        }

        if (search.Status is { } status)
        {
            command.CommandText += " AND status = $status";
            command.Parameters.AddWithValue("$status", (long)status);
        }

        if (search.Before is { } before)
        {
            command.CommandText += " AND (created_at < $at OR (created_at = $at AND id > $id))";
            command.Parameters.AddWithValue("$at", before.CreatedAt.UtcTicks);
            command.Parameters.AddWithValue("$id", before.Id);
        }

        command.CommandText += " ORDER BY created_at DESC, id LIMIT $limit";
        command.Parameters.AddWithValue("$limit", search.Limit);
        return SqliteLoader.Read(command, JobOf);
    }

    public static JobCounts Count(SqliteConnection connection, string jobId)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT status, count(*) FROM device_jobs WHERE job_id = $id GROUP BY status";
        command.Parameters.AddWithValue("$id", jobId);
        return SqliteLoader.Read(command, row => (Status: (DeviceJobStatus)row.GetInt32(0), Count: row.GetInt32(1)))
            .Aggregate(default(JobCounts), (counts, row) => counts.Plus(row.Status, row.Count));
    }

    public static IReadOnlyList<DeviceJobRow> Find(SqliteConnection connection, DeviceJobSearch search)
    {
        using var command = connection.CreateCommand();

        // CROSS JOIN: the devices are gone through in the order of the answer, and the job is looked up.
        command.CommandText =
            "SELECT d.job_id, d.device_id, d.status, d.updated_at, d.begun_at, d.ended_at, d.answer_status, d.answer, d.error_code, d.error, j.type, j.created_at "
                + "FROM device_jobs d CROSS JOIN jobs j ON j.id = d.job_id WHERE j.begun_at IS NOT NULL";
        if (search.JobId is { } jobId)
        {
            command.CommandText += " AND d.job_id = $job";
            command.Parameters.AddWithValue("$job", jobId);
        }

        if (search.DeviceId is { } deviceId)
        {
            command.CommandText += " AND d.device_id = $device";
            command.Parameters.AddWithValue("$device", deviceId);
        }

        if (search.Status is { } status)
        {
            command.CommandText += " AND d.status = $status";
            command.Parameters.AddWithValue("$status", (long)status);
        }

        if (search.After is { } after)
        {
            command.CommandText += " AND (d.job_id, d.device_id) > ($afterJob, $afterDevice)";
            command.Parameters.AddWithValue("$afterJob", after.JobId);
            command.Parameters.AddWithValue("$afterDevice", after.DeviceId);
        }

        command.CommandText += " ORDER BY d.job_id, d.device_id LIMIT $limit";
        command.Parameters.AddWithValue("$limit", search.Limit);
        return SqliteLoader.Read(command, RowOf);
    }

    public static IReadOnlyList<EndedJob> Ended(SqliteConnection connection) => SqliteLoader.Read(
        connection,
        "SELECT id, ended_at, pending + running + completed + failed + canceled FROM jobs WHERE ended_at IS NOT NULL",
        row => new EndedJob(row.GetString(0), SqliteLoader.Time(row, 1), row.GetInt32(2)));

    private static Job JobOf(SqliteDataReader row) => new(
        new JobOrder(
            row.GetString(0),
            (JobType)row.GetInt32(1),
            row.GetString(2),
            row.GetString(3),
            SqliteLoader.Time(row, 4),
            TimeSpan.FromTicks(row.GetInt64(5)),
            row.GetString(6),
            SqliteLoader.Time(row, 7)),
        (JobStatus)row.GetInt32(8),
        new JobCounts(row.GetInt32(12), row.GetInt32(13), row.GetInt32(14), row.GetInt32(15), row.GetInt32(16)))
    {
        BegunAt = TimeOrNull(row, 9),
        EndedAt = TimeOrNull(row, 10),
        Reason = row.IsDBNull(11) ? null : row.GetString(11),
    };

    private static DeviceJobRow RowOf(SqliteDataReader row) => new(
        new DeviceJob(row.GetString(0), row.GetString(1), (DeviceJobStatus)row.GetInt32(2), SqliteLoader.Time(row, 3))
        {
            BegunAt = TimeOrNull(row, 4),
            EndedAt = TimeOrNull(row, 5),
            Answer = row.IsDBNull(6) ? null : new JobAnswer(row.GetInt32(6), row.IsDBNull(7) ? null : row.GetString(7)),
            Error = row.IsDBNull(8) ? null : new JobError(row.GetString(8), row.GetString(9)),
        },
        (JobType)row.GetInt32(10),
        SqliteLoader.Time(row, 11));

    private static DateTimeOffset? TimeOrNull(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : SqliteLoader.Time(row, column);
}
