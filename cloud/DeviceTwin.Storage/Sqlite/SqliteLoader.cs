using System.Text.Json.Nodes;
using DeviceTwin.Storage.Query;
using DeviceTwin.Storage.Sqlite.Modules;
using DeviceTwin.Storage.Sqlite.Presence;
using DeviceTwin.Twins;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>Reads the whole state of the fleet at start.</summary>
internal static class SqliteLoader
{
    public static StoredFleet Load(SqliteConnection connection) => new(
        Read(
            connection,
            "SELECT device_id, generation_id, etag, enabled, primary_key, secondary_key, created_at, authentication, primary_thumbprint, "
                + "secondary_thumbprint, status_reason, status_updated_at FROM identities ORDER BY device_id",
            Identity),
        Twins(connection),
        Read(connection, "SELECT device_id, subscriptions FROM sessions ORDER BY device_id", Session),
        Read(
            connection,
            "SELECT id, target_condition, priority, device_content, labels, etag, created_at, last_updated_at, version, metric_queries, for_modules FROM configurations ORDER BY id",
            Configuration),
        LastTelemetryAt(connection),
        Read(connection, "SELECT name, value FROM counters", row => (Name: row.GetString(0), Value: row.GetInt64(1)))
            .ToDictionary(counter => counter.Name, counter => counter.Value))
    {
        Modules = SqliteModuleTables.Load(connection),
        Presence = SqlitePresenceTables.Load(connection),
    };

    /// <summary>Every twin, by device id.</summary>
    public static List<TwinDocument> Twins(SqliteConnection connection) =>
        Read(connection, $"SELECT {TwinSearchSql.Columns} FROM twins t ORDER BY t.device_id", Twin);

    /// <summary>The twins that a command finds.</summary>
    public static List<TwinDocument> Twins(SqliteCommand command) => Read(command, Twin);

    internal static List<T> Read<T>(SqliteConnection connection, string sql, Func<SqliteDataReader, T> convert)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Read(command, convert);
    }

    internal static List<T> Read<T>(SqliteCommand command, Func<SqliteDataReader, T> convert)
    {
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(convert(reader));
        }

        return rows;
    }

    internal static DeviceIdentity Identity(SqliteDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt64(3) != 0, row.GetString(4), row.GetString(5), Time(row, 6))
    {
        Authentication = (AuthenticationType)row.GetInt32(7),
        PrimaryThumbprint = row.GetString(8),
        SecondaryThumbprint = row.GetString(9),
        StatusReason = row.IsDBNull(10) ? null : row.GetString(10),
        StatusUpdatedAt = row.IsDBNull(11) ? null : Time(row, 11),
    };

    internal static TwinDocument Twin(SqliteDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        row.GetInt64(2),
        Document(row.GetString(3)),
        new TwinSection(Document(row.GetString(4)), row.GetInt64(5), Document(row.GetString(6))),
        new TwinSection(Document(row.GetString(7)), row.GetInt64(8), Document(row.GetString(9))),
        row.IsDBNull(10) ? null : row.GetString(10),
        false,
        row.IsDBNull(11) ? null : Time(row, 11))
    {
        Applied = row.GetString(12) is not "{}" and var applied ? StoredText.Applied(applied) : AppliedSetting.None,
    };

    /// <summary>Many documents are empty, or are not asked for.</summary>
    private static JsonObject Document(string text) => text == "{}" ? [] : Json.ParseObject(text);

    private static DeviceSession Session(SqliteDataReader row) => new(row.GetString(0), StoredText.Map<int>(row.GetString(1)));

    private static Configuration Configuration(SqliteDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        row.GetInt32(2),
        StoredText.Content(row.GetString(3)),
        StoredText.Map<string>(row.GetString(4)),
        row.GetString(5),
        Time(row, 6),
        Time(row, 7))
    {
        Version = row.GetInt64(8),
        MetricQueries = StoredText.Map<string>(row.GetString(9)),
        ForModules = row.GetInt64(10) != 0,
    };

    private static Dictionary<string, DateTimeOffset> LastTelemetryAt(SqliteConnection connection)
    {
        var newest = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        var rows = Read(
            connection,
            "SELECT s.device_id, (SELECT t.enqueued_at FROM telemetry t WHERE t.id >= (s.id << 32) AND t.id < ((s.id + 1) << 32) ORDER BY t.id DESC LIMIT 1) "
                + "FROM streams s",
            row => (DeviceId: row.GetString(0), At: row.IsDBNull(1) ? default(DateTimeOffset?) : Time(row, 1)));
        foreach (var (deviceId, at) in rows)
        {
            if (at is { } time && (!newest.TryGetValue(deviceId, out var known) || known < time))
            {
                newest[deviceId] = time;
            }
        }

        return newest;
    }

    internal static DateTimeOffset Time(SqliteDataReader row, int column) => new(row.GetInt64(column), TimeSpan.Zero);
}
