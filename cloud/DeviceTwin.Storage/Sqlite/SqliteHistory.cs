using DeviceTwin.Twins;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>Reads messages and audit rows, newest first.</summary>
internal static class SqliteHistory
{
    public static List<TelemetryMessage> Telemetry(
        SqliteConnection connection, SqliteStoreOptions options, string deviceId, string? kind, int limit)
    {
        using var command = connection.CreateCommand();
        command.CommandText = kind is null
            ? "SELECT id, bucket FROM streams WHERE device_id = $0"
            : "SELECT id, bucket FROM streams WHERE device_id = $0 AND bucket = $1";
        command.Parameters.AddWithValue("$0", deviceId);
        if (kind is not null)
        {
            command.Parameters.AddWithValue("$1", SqliteTelemetryWriter.BucketOf(deviceId, kind, options));
        }

        var messages = new List<TelemetryMessage>();
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            ReadStream(connection, deviceId, reader.GetInt64(0), reader.GetString(1).Length == 0 ? kind : null, limit, messages);
        }

        if (kind is not null)
        {
            return messages;
        }

        // Streams are in order by themselves; a stable sort keeps that among messages of one instant.
        return [.. messages.OrderByDescending(message => message.EnqueuedAt).Take(limit)];
    }

    public static List<AuditRow> Audit(SqliteConnection connection, string? deviceId, int limit)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT at, author, device_id, action, path, value, version FROM audit "
            + (deviceId is null ? "" : "WHERE device_id = $0 ") + "ORDER BY id DESC LIMIT $1";
        if (deviceId is not null)
        {
            command.Parameters.AddWithValue("$0", deviceId);
        }

        command.Parameters.AddWithValue("$1", limit);
        using var reader = command.ExecuteReader();
        var rows = new List<AuditRow>();
        while (reader.Read())
        {
            rows.Add(AuditRow(reader));
        }

        return rows;
    }

    /// <summary>A row whose first columns are at, author, device_id, action, path, value and version.</summary>
    internal static AuditRow AuditRow(SqliteDataReader reader) => new(
        SqliteLoader.Time(reader, 0),
        reader.GetString(1),
        Text(reader, 2),
        reader.GetString(3),
        Text(reader, 4),
        Text(reader, 5),
        reader.IsDBNull(6) ? null : reader.GetInt64(6));

    /// <param name="kind">The kind to pick out of a stream that holds several, or null.</param>
    private static void ReadStream(
        SqliteConnection connection, string deviceId, long streamId, string? kind, int limit, List<TelemetryMessage> messages)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT enqueued_at, properties, body FROM {SqliteArrivals.Select(streamId)} ORDER BY id DESC"
            + (kind is null ? " LIMIT $2" : "");
        command.Parameters.AddWithValue("$0", SqliteTelemetryWriter.First(streamId));
        command.Parameters.AddWithValue("$1", SqliteTelemetryWriter.First(streamId + 1) - 1);
        if (kind is null)
        {
            command.Parameters.AddWithValue("$2", limit);
        }

        var found = 0;
        using var reader = command.ExecuteReader();
        while (found < limit && reader.Read())
        {
            var message = new TelemetryMessage(
                deviceId, SqliteLoader.Time(reader, 0), StoredText.Map<string?>(reader.GetString(1)), reader.GetFieldValue<byte[]>(2));
            if (kind is null || message.Kind == kind)
            {
                messages.Add(message);
                found++;
            }
        }
    }

    private static string? Text(SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
