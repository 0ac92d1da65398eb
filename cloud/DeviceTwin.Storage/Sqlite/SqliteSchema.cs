using DeviceTwin.Storage.Sqlite.Audit;
using DeviceTwin.Storage.Sqlite.Evidence;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>The tables, and the steps from each version of them to the next.</summary>
internal static class SqliteSchema
{
    /// <summary>
    /// Step n leads from version n to n + 1. Times are UTC ticks of 100 ns. A message's id is its stream's id times 2^32 plus its number in the
    /// stream, so that a stream lies together, in order, without an index.
    /// </summary>
    private static readonly string[] Steps =
    [
        """
        CREATE TABLE identities(
          device_id TEXT PRIMARY KEY, generation_id TEXT NOT NULL, etag TEXT NOT NULL, enabled INTEGER NOT NULL,
          primary_key TEXT NOT NULL, secondary_key TEXT NOT NULL, created_at INTEGER NOT NULL);
        CREATE TABLE twins(
          device_id TEXT PRIMARY KEY, etag TEXT NOT NULL, version INTEGER NOT NULL, tags TEXT NOT NULL,
          desired TEXT NOT NULL, desired_version INTEGER NOT NULL, desired_metadata TEXT NOT NULL,
          reported TEXT NOT NULL, reported_version INTEGER NOT NULL, reported_metadata TEXT NOT NULL,
          model_id TEXT, last_activity_at INTEGER, applied TEXT NOT NULL);
        CREATE TABLE sessions(device_id TEXT PRIMARY KEY, subscriptions TEXT NOT NULL);
        CREATE TABLE configurations(
          id TEXT PRIMARY KEY, target_condition TEXT NOT NULL, priority INTEGER NOT NULL, device_content TEXT NOT NULL,
          labels TEXT NOT NULL, etag TEXT NOT NULL, created_at INTEGER NOT NULL, last_updated_at INTEGER NOT NULL);
        CREATE TABLE streams(
          id INTEGER PRIMARY KEY AUTOINCREMENT, device_id TEXT NOT NULL, bucket TEXT NOT NULL, UNIQUE(device_id, bucket));
        CREATE TABLE telemetry(
          id INTEGER PRIMARY KEY, enqueued_at INTEGER NOT NULL, properties TEXT NOT NULL, body BLOB NOT NULL);
        CREATE TABLE audit(
          id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, author TEXT NOT NULL, device_id TEXT, action TEXT NOT NULL,
          path TEXT, value TEXT, version INTEGER);
        CREATE INDEX audit_by_device ON audit(device_id, id);
        CREATE TABLE counters(name TEXT PRIMARY KEY, value INTEGER NOT NULL);
        """,
        SqliteSubjects.Create,
        SqliteSubjects.CreateThird + SqliteAuditChain.Create + SqliteEvidenceTables.Create,
        SqliteSubjects.CreateFourth,
    ];

    /// <summary>What a step needs beside its statements, by the version that it begins with.</summary>
    private static readonly Dictionary<int, Action<SqliteConnection>> Completions = new() { [2] = SqliteAuditChain.ChainExisting };

    /// <summary>The version that this hub writes.</summary>
    public static int Current => Steps.Length;

    /// <summary>Brings a new or older database up to date; refuses one that is newer or not ours.</summary>
    public static void Migrate(SqliteConnection connection, string path)
    {
        KeepOlder(connection, path);
        using var transaction = connection.BeginTransaction(deferred: false);
        var version = Version(connection, path);
        if (version > Current)
        {
            throw new StorageException(
                StorageError.TooNew,
                $"The database {path} has schema {version}; this hub knows up to {Current}. Run the newer hub that made it, or restore an older backup.");
        }

        for (; version < Current; version++)
        {
            if (Steps[version].Length > 0)
            {
                connection.Execute(Steps[version]);
            }

            Completions.GetValueOrDefault(version)?.Invoke(connection);
        }

        connection.Execute("DELETE FROM schema_version");
        connection.Execute($"INSERT INTO schema_version(version) VALUES({Current})");
        transaction.Commit();
    }

    /// <summary>
    /// The database as the older hub left it stays beside the new one: with it and the older hub an upgrade is taken back. Only after that is
    /// anything changed, so a migration that fails may be tried again.
    /// </summary>
    private static void KeepOlder(SqliteConnection connection, string path)
    {
        if (connection.Scalar("SELECT count(*) FROM sqlite_master WHERE name = 'schema_version'") > 0
            && connection.Scalar("SELECT version FROM schema_version") is var version && version < Current)
        {
            SqliteBackup.Copy(connection, $"{path}.schema-{version}");
        }
    }

    private static int Version(SqliteConnection connection, string path)
    {
        if (connection.Scalar("SELECT count(*) FROM sqlite_master WHERE name = 'schema_version'") > 0)
        {
            return (int)connection.Scalar("SELECT version FROM schema_version");
        }

        if (connection.Scalar("SELECT count(*) FROM sqlite_master") > 0)
        {
            throw new StorageException(
                StorageError.Corrupt, $"The database {path} belongs to another program. Give this hub a folder of its own (--data).");
        }

        connection.Execute("CREATE TABLE schema_version(version INTEGER NOT NULL)");
        return 0;
    }

    public static void Execute(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static long Scalar(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
