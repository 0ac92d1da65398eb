using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>Appends to the audit log.</summary>
internal sealed class SqliteAuditWriter(SqliteConnection connection) : IDisposable
{
    private readonly SqliteCommand insert = SqliteStatements.Prepare(
        connection, "INSERT INTO audit(at, author, device_id, action, path, value, version) VALUES($0,$1,$2,$3,$4,$5,$6)", 7);

    public void Append(AuditRow row) => SqliteStatements.Run(
        insert, [row.At.UtcTicks, row.Author, row.DeviceId, row.Action, row.Path, row.Value, row.Version]);

    public void Dispose() => insert.Dispose();
}
