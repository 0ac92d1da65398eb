using DeviceTwin.Storage.Alarms;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite.Alarms;

/// <summary>Reads alarms and findings.</summary>
internal static class SqliteAlarmReader
{
    private const string Columns = """
        SELECT number, row, (SELECT group_concat(DISTINCT f.kind) FROM findings f
          WHERE f.alarm_id = alarms.id AND NOT EXISTS (SELECT 1 FROM findings g WHERE g.amends = f.number)) FROM alarms
        """;

    public static AlarmRow? Find(SqliteConnection connection, string id)
    {
        var where = new Conditions();
        where.Add("id = ?", id);
        return Alarms(connection, where, 1).FirstOrDefault();
    }

    public static List<AlarmRow> Read(SqliteConnection connection, AlarmQuery query)
    {
        var where = new Conditions();
        if (query.States.Count > 0)
        {
            where.Add($"state IN ({string.Join(',', query.States.Select(state => (int)state))})");
        }

        where.AddWhereGiven("device_id = ?", query.DeviceId);
        where.AddWhereGiven("machine = ?", query.Machine);
        where.AddWhereGiven("alarm = ?", query.Alarm);
        where.AddWhereGiven("number < ?", query.Before);
        where.AddWhereGiven("raised_at < ?", query.To?.UtcTicks);
        where.AddWhereGiven("(cleared_at IS NULL OR cleared_at >= ?)", query.From?.UtcTicks);
        return Alarms(connection, where, query.Limit);
    }

    public static AlarmCounts Count(SqliteConnection connection)
    {
        var counts = AlarmCounts.None with
        {
            Unreadable = connection.Scalar($"SELECT coalesce((SELECT value FROM counters WHERE name = '{AlarmCounts.UnreadableCounter}'), 0)"),
        };
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT state, count(*) FROM alarms GROUP BY state";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var count = reader.GetInt64(1);
            counts = (AlarmState)reader.GetInt32(0) switch
            {
                AlarmState.Raised => counts with { Raised = count },
                AlarmState.Acknowledged => counts with { Acknowledged = count },
                _ => counts with { Cleared = count },
            };
        }

        return counts;
    }

    public static List<Finding> Findings(SqliteConnection connection, FindingQuery query)
    {
        var where = new Conditions();
        where.Add("number > ?", query.After);
        where.AddWhereGiven("alarm_id = ?", query.AlarmId);
        where.AddWhereGiven("machine = ?", query.Machine);
        where.AddWhereGiven("point = ?", query.Point);
        where.AddWhereGiven("(from_at IS NULL OR from_at < ?)", query.To?.UtcTicks);
        where.AddWhereGiven("coalesce(to_at, found_at) >= ?", query.From?.UtcTicks);
        using var command = where.Command(
            connection,
            "SELECT number, alarm_id, device_id, machine, point, from_at, to_at, kind, text, found_at, found_by, at, author, amends, "
                + "EXISTS (SELECT 1 FROM findings g WHERE g.amends = findings.number) FROM findings",
            "ORDER BY number",
            query.Limit);
        using var reader = command.ExecuteReader();
        var findings = new List<Finding>();
        while (reader.Read())
        {
            findings.Add(new Finding(
                Text(reader, 1),
                Text(reader, 2),
                Text(reader, 3),
                Text(reader, 4),
                Time(reader, 5),
                Time(reader, 6),
                reader.GetString(7),
                reader.GetString(8),
                SqliteLoader.Time(reader, 9),
                reader.GetString(10),
                SqliteLoader.Time(reader, 11),
                reader.GetString(12),
                reader.IsDBNull(13) ? null : reader.GetInt64(13))
            {
                Number = reader.GetInt64(0),
                Amended = reader.GetInt64(14) != 0,
            });
        }

        return findings;
    }

    private static List<AlarmRow> Alarms(SqliteConnection connection, Conditions where, int limit)
    {
        using var command = where.Command(connection, Columns, "ORDER BY number DESC", limit);
        using var reader = command.ExecuteReader();
        var rows = new List<AlarmRow>();
        while (reader.Read())
        {
            rows.Add(AlarmRow.FromText(reader.GetString(1)) with
            {
                Number = reader.GetInt64(0),
                Labels = Text(reader, 2)?.Split(',') ?? [],
            });
        }

        return rows;
    }

    private static string? Text(SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static DateTimeOffset? Time(SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : SqliteLoader.Time(reader, column);

    /// <summary>Conditions that all must hold, with their values.</summary>
    private sealed class Conditions
    {
        private readonly List<string> conditions = [];
        private readonly List<object> values = [];

        public void Add(string condition) => conditions.Add(condition);

        public void Add(string condition, object value)
        {
            conditions.Add(condition.Replace("?", $"${values.Count}", StringComparison.Ordinal));
            values.Add(value);
        }

        public void AddWhereGiven(string condition, object? value)
        {
            if (value is not null)
            {
                Add(condition, value);
            }
        }

        public SqliteCommand Command(SqliteConnection connection, string select, string order, int limit)
        {
            var command = connection.CreateCommand();
            var where = conditions.Count == 0 ? "" : "WHERE " + string.Join(" AND ", conditions);
            command.CommandText = $"{select} {where} {order} LIMIT {limit}";
            for (var index = 0; index < values.Count; index++)
            {
                command.Parameters.AddWithValue($"${index}", values[index]);
            }

            return command;
        }
    }
}
