using DeviceTwin.Storage.Audit;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite.Audit;

/// <summary>
/// What makes the audit log one that only grows: triggers refuse to change a row, to write one over another, and to remove one outside
/// <see cref="AuditChange.Retire"/>. They hold for every program that opens the file, not for this hub alone.
/// </summary>
internal sealed class SqliteAuditTables : SqliteTables
{
    public const string Create = """
        CREATE TABLE audit_retirement(up_to INTEGER NOT NULL);
        CREATE INDEX audit_by_author ON audit(author, id);
        CREATE INDEX audit_by_action ON audit(action, id);
        CREATE INDEX audit_by_time ON audit(at, id);
        CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit log only grows: a row is never changed'); END;
        CREATE TRIGGER audit_is_not_overwritten BEFORE INSERT ON audit WHEN EXISTS(SELECT 1 FROM audit WHERE id = NEW.id)
        BEGIN SELECT RAISE(ABORT, 'the audit log only grows: a row is never written over another'); END;
        CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit WHEN NOT EXISTS(SELECT 1 FROM audit_retirement WHERE up_to >= OLD.id)
        BEGIN SELECT RAISE(ABORT, 'the audit log only grows: rows leave it by an archive alone'); END;
        """;

    /// <summary>What <see cref="SqliteAuditChain.Entry"/> reads.</summary>
    public const string Columns = "SELECT at, author, device_id, action, path, value, version, id, previous, hash FROM audit";

    public SqliteAuditTables(SqliteConnection connection)
        : base(connection)
    {
        var open = Prepare("INSERT INTO audit_retirement(up_to) VALUES($0)", 1);
        var forget = Prepare("DELETE FROM audit_anchor", 0);
        var keep = Prepare("INSERT INTO audit_anchor(up_to, hash) VALUES($0,$1)", 2);
        var hash = Prepare("SELECT hash FROM audit WHERE id <= $0 ORDER BY id DESC LIMIT 1", 1);
        var remove = Prepare("DELETE FROM audit WHERE id <= $0", 1);
        var close = Prepare("DELETE FROM audit_retirement", 0);
        On<AuditChange.Retire>(change =>
        {
            SqliteStatements.Bind(hash, [change.UpTo]);
            if (hash.ExecuteScalar() is not byte[] last)
            {
                return;
            }

            Run(forget);
            Run(keep, change.UpTo, last);
            Run(open, change.UpTo);
            Run(remove, change.UpTo);
            Run(close);
        });
    }

    public static List<AuditEntry> Read(SqliteConnection connection, AuditQuery query)
    {
        using var command = connection.CreateCommand();
        var conditions = new List<string>();
        Add("device_id = $device", "$device", query.DeviceId);
        Add("author = $author", "$author", query.Author);
        if (query.Action is { } action && action.EndsWith('.'))
        {
            // A group is a range of the index: '/' follows '.'.
            Add("action >= $first", "$first", action);
            Add("action < $behind", "$behind", action[..^1] + "/");
        }
        else
        {
            Add("action = $action", "$action", query.Action);
        }

        Add("at >= $from", "$from", query.From?.UtcTicks);
        Add("at < $to", "$to", query.To?.UtcTicks);
        Add("id < $before", "$before", query.Before);
        Add("id > $after", "$after", query.After);
        command.CommandText = Columns
            + (conditions.Count == 0 ? "" : " WHERE " + string.Join(" AND ", conditions))
            + (query.After is null ? " ORDER BY id DESC" : " ORDER BY id") + " LIMIT $limit";
        command.Parameters.AddWithValue("$limit", query.Limit);
        using var reader = command.ExecuteReader();
        var rows = new List<AuditEntry>();
        while (reader.Read())
        {
            rows.Add(SqliteAuditChain.Entry(reader));
        }

        return rows;

        void Add(string condition, string name, object? value)
        {
            if (value is not null)
            {
                conditions.Add(condition);
                command.Parameters.AddWithValue(name, value);
            }
        }
    }

    public static AuditExtent Extent(SqliteConnection connection) => new(
        connection.Scalar("SELECT ifnull(min(id), 0) FROM audit"),
        connection.Scalar("SELECT ifnull(max(id), 0) FROM audit"),
        connection.Scalar("SELECT count(*) FROM audit"));
}
