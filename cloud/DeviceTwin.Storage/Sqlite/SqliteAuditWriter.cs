using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>Appends to the audit log and removes its oldest rows, in groups.</summary>
internal sealed class SqliteAuditWriter : IDisposable
{
    private readonly int kept;
    private readonly SqliteCommand insert;
    private readonly SqliteCommand prune;

    public SqliteAuditWriter(SqliteConnection connection, SqliteStoreOptions options)
    {
        kept = options.KeptAuditRows;
        insert = SqliteStatements.Prepare(
            connection, "INSERT INTO audit(at, author, device_id, action, path, value, version) VALUES($0,$1,$2,$3,$4,$5,$6) RETURNING id", 7);
        prune = SqliteStatements.Prepare(connection, "DELETE FROM audit WHERE id <= $0", 1);
    }

    public void Append(AuditRow row)
    {
        SqliteStatements.Bind(
            insert, [row.At.UtcTicks, row.Author, row.DeviceId, row.Action, row.Path, row.Value, row.Version]);
        var id = (long)insert.ExecuteScalar()!;
        if (id > kept && id % Math.Max(1, kept / 16) == 0)
        {
            SqliteStatements.Run(prune, [id - kept]);
        }
    }

    public void Dispose()
    {
        insert.Dispose();
        prune.Dispose();
    }
}
