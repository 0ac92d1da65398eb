using DeviceTwin.Storage.History;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite.History;

/// <summary>Blocks, roll-ups and tails, on a reader's connection.</summary>
internal static class SqliteHistoryReader
{
    /// <summary>Blocks read at a time: what a query holds in memory.</summary>
    private const int PageBlocks = 4;
    private const int PageRows = 256;

    public static List<HistoryTail> Tails(SqliteConnection connection, string kind) => Read(
        connection,
        """
        SELECT s.id, s.device_id, t.id - (s.id << 32), (SELECT max(id) FROM telemetry WHERE id BETWEEN (s.id << 32) AND (s.id << 32) + 4294967295) - (s.id << 32), t.enqueued_at
        FROM streams s JOIN telemetry t ON t.id = (SELECT min(id) FROM telemetry WHERE id BETWEEN (s.id << 32) AND (s.id << 32) + 4294967295)
        WHERE s.bucket = $0
        """,
        row => new HistoryTail(row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), SqliteLoader.Time(row, 4)),
        kind);

    public static List<HistoryRow> Rows(SqliteConnection connection, long streamId, long fromNumber, int limit) => Read(
        connection,
        "SELECT id, enqueued_at, body FROM telemetry WHERE id BETWEEN $0 AND $1 ORDER BY id LIMIT $2",
        Row,
        SqliteTelemetryWriter.First(streamId) + fromNumber,
        SqliteTelemetryWriter.First(streamId + 1) - 1,
        limit);

    public static byte[]? Rollup(SqliteConnection connection, string deviceId, string kind, HistoryResolution resolution, long spanMs) => Read(
        connection,
        "SELECT body FROM history_rollups WHERE device_id = $0 AND kind = $1 AND resolution = $2 AND span_ms = $3",
        row => row.GetFieldValue<byte[]>(0),
        deviceId,
        kind,
        (long)resolution,
        spanMs).FirstOrDefault();

    public static HistoryPage Page(SqliteConnection connection, string deviceId, string kind, long afterNumber, long fromMs, long toMs)
    {
        using var moment = connection.BeginTransaction(deferred: true);
        var blocks = Read(
            connection,
            """
            SELECT first_number, last_number, from_ms, to_ms, rows, body FROM history_blocks
            WHERE device_id = $0 AND kind = $1 AND last_number > $2 AND to_ms >= $3 AND from_ms < $4 ORDER BY last_number LIMIT $5
            """,
            row => new HistoryBlock(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt32(4), row.GetFieldValue<byte[]>(5)),
            deviceId,
            kind,
            afterNumber,
            fromMs,
            toMs,
            PageBlocks);
        if (blocks.Count > 0 || Stream(connection, deviceId, kind) is not { } stream)
        {
            return new HistoryPage(blocks, []);
        }

        return new HistoryPage([], Read(
            connection,
            $"SELECT id, enqueued_at, body FROM {SqliteArrivals.Select(stream)} WHERE enqueued_at >= $2 AND enqueued_at < $3 ORDER BY id LIMIT $4",
            Row,
            SqliteTelemetryWriter.First(stream) + afterNumber + 1,
            SqliteTelemetryWriter.First(stream + 1) - 1,
            Ticks(fromMs),
            Ticks(toMs),
            PageRows));
    }

    public static RollupBlocks Rollups(
        SqliteConnection connection, string deviceId, string kind, HistoryResolution resolution, long fromMs, long toMs, Action<HistoryRow> tail)
    {
        using var moment = connection.BeginTransaction(deferred: true);
        var bodies = Read(
            connection,
            """
            SELECT body FROM history_rollups
            WHERE device_id = $0 AND kind = $1 AND resolution = $2 AND span_ms >= $3 AND span_ms < $4 ORDER BY span_ms
            """,
            row => row.GetFieldValue<byte[]>(0),
            deviceId,
            kind,
            (long)resolution,
            RollupSpan.Begin(resolution, fromMs),
            toMs);
        if (Stream(connection, deviceId, kind) is { } stream)
        {
            using var command = Command(
                connection,
                $"SELECT id, enqueued_at, body FROM {SqliteArrivals.Select(stream)} ORDER BY id",
                [SqliteTelemetryWriter.First(stream), SqliteTelemetryWriter.First(stream + 1) - 1]);
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                tail(Row(reader));
            }
        }

        return new RollupBlocks(bodies);
    }

    public static HistorySize Size(SqliteConnection connection)
    {
        // Both sums come from an index: no block is touched.
        var (blocks, rows, bytes, newest) = Read(
            connection,
            "SELECT count(*), coalesce(sum(rows), 0), coalesce(sum(bytes), 0), max(to_ms) FROM history_blocks INDEXED BY history_blocks_by_age",
            row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.IsDBNull(3) ? default(long?) : row.GetInt64(3)))[0];
        var rollups = Read(
            connection, "SELECT coalesce(sum(bytes), 0) FROM history_rollups INDEXED BY history_rollups_by_age", row => row.GetInt64(0))[0];
        return new HistorySize(blocks, rows, bytes, rollups, newest is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null);
    }

    public static DropHistory Expired(SqliteConnection connection, long blocksMs, long hoursMs, long daysMs, int limit)
    {
        var blocks = Read(
            connection, "SELECT id FROM history_blocks WHERE to_ms < $0 ORDER BY to_ms LIMIT $1", row => row.GetInt64(0), blocksMs, limit);
        var rollups = new List<long>();
        foreach (var (resolution, beforeMs) in new[] { (HistoryResolution.Hour, hoursMs), (HistoryResolution.Day, daysMs) })
        {
            rollups.AddRange(Read(
                connection,
                "SELECT id FROM history_rollups WHERE resolution = $0 AND span_ms < $1 ORDER BY span_ms LIMIT $2",
                row => row.GetInt64(0),
                (long)resolution,
                beforeMs - RollupSpan.LengthMs(resolution),
                limit));
        }

        return new DropHistory(blocks, rollups);
    }

    public static List<(long Id, long Bytes, long ToMs)> Oldest(SqliteConnection connection, int limit) => Read(
        connection,
        "SELECT id, bytes, to_ms FROM history_blocks ORDER BY to_ms LIMIT $0",
        row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)),
        limit);

    private static long? Stream(SqliteConnection connection, string deviceId, string kind) => Read(
        connection, "SELECT id FROM streams WHERE device_id = $0 AND bucket = $1", row => (long?)row.GetInt64(0), deviceId, kind).FirstOrDefault();

    private static HistoryRow Row(SqliteDataReader row) => new(row.GetInt64(0) & uint.MaxValue, SqliteLoader.Time(row, 1), row.GetFieldValue<byte[]>(2));

    /// <summary>Times beyond those that a clock can show are the first and the last that it can.</summary>
    private static long Ticks(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(
        Math.Clamp(ms, DateTimeOffset.MinValue.ToUnixTimeMilliseconds(), DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())).UtcTicks;

    private static List<T> Read<T>(SqliteConnection connection, string sql, Func<SqliteDataReader, T> convert, params object[] values)
    {
        using var command = Command(connection, sql, values);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(convert(reader));
        }

        return rows;
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, ReadOnlySpan<object> values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var index = 0; index < values.Length; index++)
        {
            command.Parameters.AddWithValue($"${index}", values[index]);
        }

        return command;
    }
}
