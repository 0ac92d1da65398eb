using DeviceTwin.Storage.Waveforms;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite.Waveforms;

/// <summary>Reads what is known of waveforms.</summary>
internal static class SqliteWaveforms
{
    /// <summary>Ranges told of one waveform; a device that has more holes than this fills these first.</summary>
    private const int ToldRanges = 64;

    private const string Columns = "length, axes, rate, scale, boot_id, capture, taken_at, coverage, saturated, overrun";

    public static WaveformStatus Status(SqliteConnection connection, string deviceId, string sha256)
    {
        using var moment = connection.BeginTransaction(deferred: true);
        using var complete = Command(
            connection,
            "SELECT w.length FROM waveforms w JOIN waveform_contents c ON c.sha256 = w.sha256 WHERE w.device_id = $0 AND w.sha256 = $1 AND c.damaged = 0",
            deviceId,
            sha256);
        if (complete.ExecuteScalar() is long length)
        {
            return new WaveformStatus(WaveformState.Complete, (int)length, [new ByteRange(0, (int)length)], (int)length, null);
        }

        using var open = Command(connection, "SELECT id, length, received FROM waveform_uploads WHERE device_id = $0 AND sha256 = $1", deviceId, sha256);
        using (var row = open.ExecuteReader())
        {
            if (row.Read())
            {
                var ranges = Ranges(connection, row.GetInt64(0));
                var next = ranges is [{ Start: 0 } first, ..] ? first.End : 0;
                var whole = row.GetInt32(2) == row.GetInt32(1);
                return new WaveformStatus(whole ? WaveformState.Verifying : WaveformState.Open, row.GetInt32(1), ranges, next, null);
            }
        }

        using var discarded = Command(connection, "SELECT reason FROM waveform_discards WHERE device_id = $0 AND sha256 = $1", deviceId, sha256);
        return discarded.ExecuteScalar() is long reason
            ? WaveformStatus.Absent with { State = WaveformState.Discarded, Reason = (DiscardReason)reason }
            : WaveformStatus.Absent;
    }

    public static List<StoredWaveform> List(SqliteConnection connection, string? deviceId, DateTimeOffset? from, DateTimeOffset? to, int limit)
    {
        using var command = Command(
            connection,
            Stored + "WHERE w.received_at >= $0 AND w.received_at < $1 " + (deviceId is null ? "" : "AND w.device_id = $3 ")
                + "ORDER BY w.received_at DESC, w.rowid DESC LIMIT $2",
            from?.UtcTicks ?? long.MinValue,
            to?.UtcTicks ?? long.MaxValue,
            (long)limit,
            deviceId);
        return ReadStored(command);
    }

    public static List<StoredWaveform> Find(SqliteConnection connection, string sha256)
    {
        using var command = Command(connection, Stored + "WHERE w.sha256 = $0 ORDER BY w.received_at DESC, w.rowid DESC", sha256);
        return ReadStored(command);
    }

    public static List<string> Devices(SqliteConnection connection)
    {
        using var command = Command(connection, "SELECT DISTINCT device_id FROM waveforms ORDER BY device_id");
        return Read(command, row => row.GetString(0));
    }

    public static List<WaveformUpload> Uploads(SqliteConnection connection)
    {
        using var command = Command(
            connection, $"SELECT device_id, sha256, received_at, touched_at, received, {Columns} FROM waveform_uploads ORDER BY touched_at, id");
        return Read(command, Upload);
    }

    public static (WaveformUpload Upload, byte[] Content)? Whole(SqliteConnection connection, string deviceId, string sha256)
    {
        using var moment = connection.BeginTransaction(deferred: true);
        using var command = Command(
            connection,
            $"SELECT device_id, sha256, received_at, touched_at, received, {Columns}, id FROM waveform_uploads "
                + "WHERE device_id = $0 AND sha256 = $1 AND received = length",
            deviceId,
            sha256);
        using var row = command.ExecuteReader();
        if (!row.Read())
        {
            return null;
        }

        var upload = Upload(row);
        var content = new byte[upload.Head.Facts.Length];
        using var pieces = Command(connection, "SELECT start, data FROM waveform_pieces WHERE upload_id = $0", row.GetInt64(15));
        using var reader = pieces.ExecuteReader();
        while (reader.Read())
        {
            reader.GetFieldValue<byte[]>(1).CopyTo(content.AsSpan(reader.GetInt32(0)));
        }

        return (upload, content);
    }

    public static Dictionary<string, bool> Contents(SqliteConnection connection)
    {
        using var command = Command(connection, "SELECT sha256, damaged FROM waveform_contents");
        return Read(command, row => (row.GetString(0), row.GetInt64(1) != 0)).ToDictionary(content => content.Item1, content => content.Item2, StringComparer.Ordinal);
    }

    /// <summary>The facts in four columns from one on.</summary>
    public static WaveformFacts Facts(SqliteDataReader row, int column) =>
        new(row.GetInt32(column), row.GetString(column + 1), row.GetInt32(column + 2), row.GetInt32(column + 3));

    private const string Stored =
        "SELECT w.device_id, w.sha256, w.received_at, c.stored_bytes, c.damaged, w.length, w.axes, w.rate, w.scale, w.boot_id, w.capture, w.taken_at, "
        + "w.coverage, w.saturated, w.overrun FROM waveforms w JOIN waveform_contents c ON c.sha256 = w.sha256 ";

    private static List<StoredWaveform> ReadStored(SqliteCommand command) => Read(
        command, row => new StoredWaveform(Head(row), SqliteLoader.Time(row, 2), row.GetInt64(3), row.GetInt64(4) != 0));

    private static WaveformUpload Upload(SqliteDataReader row) =>
        new(Head(row), SqliteLoader.Time(row, 2), SqliteLoader.Time(row, 3), row.GetInt32(4));

    /// <summary>Device and hash in the first two columns, facts and capture from the sixth on.</summary>
    private static WaveformHead Head(SqliteDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        Facts(row, 5),
        new CaptureFacts(
            row.IsDBNull(9) ? null : row.GetString(9),
            row.IsDBNull(10) ? null : row.GetInt64(10),
            row.IsDBNull(11) ? null : SqliteLoader.Time(row, 11),
            row.IsDBNull(12) ? null : row.GetInt32(12),
            row.IsDBNull(13) ? null : row.GetInt32(13),
            row.GetInt64(14) != 0));

    private static List<ByteRange> Ranges(SqliteConnection connection, long upload)
    {
        using var command = Command(connection, "SELECT start, length(data) FROM waveform_pieces WHERE upload_id = $0 ORDER BY start", upload);
        using var reader = command.ExecuteReader();
        var ranges = new List<ByteRange>();
        while (reader.Read())
        {
            var (start, end) = (reader.GetInt32(0), reader.GetInt32(0) + reader.GetInt32(1));
            if (ranges.Count > 0 && ranges[^1].End == start)
            {
                ranges[^1] = ranges[^1] with { End = end };
            }
            else if (ranges.Count == ToldRanges)
            {
                break;
            }
            else
            {
                ranges.Add(new ByteRange(start, end));
            }
        }

        return ranges;
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, params ReadOnlySpan<object?> values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var index = 0; index < values.Length; index++)
        {
            if (values[index] is { } value)
            {
                command.Parameters.AddWithValue($"${index}", value);
            }
        }

        return command;
    }

    private static List<T> Read<T>(SqliteCommand command, Func<SqliteDataReader, T> convert)
    {
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(convert(reader));
        }

        return rows;
    }
}
