using DeviceTwin.Storage.Access;
using DeviceTwin.Storage.Audit;
using DeviceTwin.Storage.Sqlite.Access;
using DeviceTwin.Storage.Sqlite.Audit;

namespace DeviceTwin.Storage.Sqlite;

public sealed partial class SqliteHubStore
{
    /// <inheritdoc/>
    public StoredAccess LoadAccess() => Read(SqliteAccessTables.Load);

    /// <inheritdoc/>
    public IReadOnlyList<AuditEntry> ReadAudit(AuditQuery query) => Read(connection => SqliteAuditTables.Read(connection, query));

    /// <inheritdoc/>
    public AuditExtent AuditExtent() => Read(SqliteAuditTables.Extent);
}
