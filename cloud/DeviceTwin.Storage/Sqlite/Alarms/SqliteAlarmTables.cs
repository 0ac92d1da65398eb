using DeviceTwin.Storage.Alarms;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite.Alarms;

/// <summary>
/// Alarms and findings. A delivery meets its row here, on the writer's thread, where all deliveries come one after the other: whoever sends
/// and however often, there is one row.
/// </summary>
internal sealed class SqliteAlarmTables : SqliteTables
{
    /// <summary>The row is JSON; beside it stands what is searched for.</summary>
    public const string Create = """
        CREATE TABLE alarms(
          number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, device_id TEXT NOT NULL, alarm TEXT NOT NULL,
          state INTEGER NOT NULL, machine TEXT, raised_at INTEGER NOT NULL, cleared_at INTEGER, row TEXT NOT NULL);
        CREATE INDEX alarms_by_device ON alarms(device_id, alarm, number);
        CREATE INDEX alarms_by_state ON alarms(state, number);
        CREATE INDEX alarms_by_machine ON alarms(machine, number);
        CREATE TABLE findings(
          number INTEGER PRIMARY KEY AUTOINCREMENT, alarm_id TEXT, device_id TEXT, machine TEXT, point TEXT, from_at INTEGER, to_at INTEGER,
          kind TEXT NOT NULL, text TEXT NOT NULL, found_at INTEGER NOT NULL, found_by TEXT NOT NULL, at INTEGER NOT NULL,
          author TEXT NOT NULL, amends INTEGER);
        CREATE INDEX findings_by_alarm ON findings(alarm_id, number);
        CREATE INDEX findings_by_machine ON findings(machine, number);
        CREATE INDEX findings_by_amended ON findings(amends);
        """;

    /// <summary>How far back a late delivery looks for a later raise of the same alarm.</summary>
    private const int Neighbours = 64;

    /// <summary>A device that invents words cannot fill the list of active alarms: the oldest gives way.</summary>
    private const int MostActive = 64;

    private readonly SqliteCommand find;
    private readonly SqliteCommand insert;
    private readonly SqliteCommand update;
    private readonly SqliteCommand neighbours;
    private readonly SqliteCommand surplus;
    private readonly SqliteCommand append;

    public SqliteAlarmTables(SqliteConnection connection)
        : base(connection)
    {
        find = Prepare("SELECT row FROM alarms WHERE id = $0", 1);
        insert = Prepare("INSERT INTO alarms(id, device_id, alarm, state, machine, raised_at, cleared_at, row) VALUES($0,$1,$2,$3,$4,$5,$6,$7)", 8);
        update = Prepare("UPDATE alarms SET alarm = $2, state = $3, machine = $4, raised_at = $5, cleared_at = $6, row = $7 WHERE id = $0 AND device_id = $1", 8);
        neighbours = Prepare($"SELECT row FROM alarms WHERE device_id = $0 AND alarm = $1 ORDER BY number DESC LIMIT {Neighbours}", 2);
        surplus = Prepare(
            $"SELECT row FROM alarms WHERE device_id = $0 AND state < {(int)AlarmState.Cleared} ORDER BY number DESC LIMIT 4 OFFSET {MostActive}", 1);
        append = Prepare(
            "INSERT INTO findings(alarm_id, device_id, machine, point, from_at, to_at, kind, text, found_at, found_by, at, author, amends) "
                + "VALUES($0,$1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12) RETURNING number",
            13);
        On<MergeAlarm>(merge => Merge(merge.Delivery, merge.Merged));
        On<AppendFinding>(change => change.Written(Append(change.Finding)));
    }

    private void Merge(AlarmDelivery delivery, Action<AlarmRow?, AlarmRow> merged)
    {
        var before = Rows(find, AlarmRow.Name(delivery.DeviceId, delivery.NodeAlarmId)).FirstOrDefault();
        if (Apply(before, delivery, merged) is not { } row || before is not null)
        {
            return;
        }

        foreach (var other in Rows(neighbours, row.DeviceId, row.Alarm).Where(other => other.NodeAlarmId != row.NodeAlarmId))
        {
            var (older, newer) = AlarmOrder.IsLater(row, other) ? (other, row) : (row, other);
            if (older.IsActive)
            {
                var at = newer.RaisedAt > older.RaisedAt ? newer.RaisedAt : older.RaisedAt;
                var ended = Apply(older, new AlarmDelivery.Ended(older.DeviceId, older.NodeAlarmId, at, ClearReason.Superseded), merged);
                row = ReferenceEquals(older, row) ? ended! : row;
            }
        }

        foreach (var oldest in Rows(surplus, row.DeviceId))
        {
            Apply(oldest, new AlarmDelivery.Ended(oldest.DeviceId, oldest.NodeAlarmId, delivery.At, ClearReason.Superseded), merged);
        }
    }

    private AlarmRow? Apply(AlarmRow? before, AlarmDelivery delivery, Action<AlarmRow?, AlarmRow> merged)
    {
        var row = delivery.ApplyTo(before);
        var text = row?.ToText();
        if (row is null || text == before?.ToText())
        {
            return before;
        }

        Run(
            before is null ? insert : update,
            row.Id, row.DeviceId, row.Alarm, (long)row.State, row.Place?.Machine, row.RaisedAt.UtcTicks, row.End?.At.UtcTicks, text);
        merged(before, row);
        return row;
    }

    private long Append(Finding finding)
    {
        SqliteStatements.Bind(
            append,
            [
                finding.AlarmId, finding.DeviceId, finding.Machine, finding.Point, finding.From?.UtcTicks, finding.To?.UtcTicks, finding.Kind,
                finding.Text, finding.FoundAt.UtcTicks, finding.By, finding.At.UtcTicks, finding.Author, finding.Amends,
            ]);
        return (long)append.ExecuteScalar()!;
    }

    private static List<AlarmRow> Rows(SqliteCommand command, params ReadOnlySpan<object?> values)
    {
        SqliteStatements.Bind(command, values);
        using var reader = command.ExecuteReader();
        var rows = new List<AlarmRow>();
        while (reader.Read())
        {
            rows.Add(AlarmRow.FromText(reader.GetString(0)));
        }

        return rows;
    }
}
