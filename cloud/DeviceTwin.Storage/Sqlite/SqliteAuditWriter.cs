using DeviceTwin.Storage.Audit;
using DeviceTwin.Storage.Sqlite.Audit;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>
/// Appends to the audit log and chains what it appends. The writer is the only one that appends, so that the end of the chain is kept in
/// memory; after a commit that failed it is read anew.
/// </summary>
internal sealed class SqliteAuditWriter(SqliteConnection connection) : IDisposable
{
    private readonly SqliteCommand insert = SqliteStatements.Prepare(
        connection, "INSERT INTO audit(at, author, device_id, action, path, value, version, id, previous, hash) VALUES($0,$1,$2,$3,$4,$5,$6,$7,$8,$9)", 10);

    private AuditHead? head;

    public void Append(AuditRow row)
    {
        var last = head ?? SqliteAuditChain.Head(connection);
        var next = last.Id + 1;
        var hash = AuditChain.Hash(last.Hash, next, row);
        SqliteStatements.Run(
            insert,
            [
                row.At.UtcTicks, row.Author, row.DeviceId, row.Action, row.Path, row.Value, row.Version, next,
                Convert.FromHexString(last.Hash), Convert.FromHexString(hash),
            ]);
        head = new AuditHead(next, hash);
    }

    /// <summary>The transaction was rolled back.</summary>
    public void Forget() => head = null;

    public void Dispose() => insert.Dispose();
}
