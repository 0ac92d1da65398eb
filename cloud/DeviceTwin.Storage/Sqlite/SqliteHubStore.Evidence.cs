using DeviceTwin.Storage.Audit;
using DeviceTwin.Storage.Evidence;
using DeviceTwin.Storage.Sqlite.Audit;
using DeviceTwin.Storage.Sqlite.Evidence;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>Evidence of alarms, and the chain over the audit log.</summary>
public sealed partial class SqliteHubStore
{
    /// <inheritdoc/>
    public SealedEvidence? FindEvidence(string alarmId, int? version = null) => Read(connection => SqliteEvidenceTables.Find(connection, alarmId, version));

    /// <inheritdoc/>
    public IReadOnlyList<string> ReadOpenEvidence() => Read(SqliteEvidenceTables.ReadOpen);

    /// <inheritdoc/>
    public OpenEvidence? FindOpenEvidence(string alarmId) => Read(connection => SqliteEvidenceTables.FindOpen(connection, alarmId));

    /// <inheritdoc/>
    public AuditHead AuditHead() => Read(SqliteAuditChain.Head);

    /// <inheritdoc/>
    public AuditProof VerifyAudit(AuditHead? kept = null) => Read(connection => SqliteAuditChain.Verify(connection, kept));

    /// <summary>Proves the chain of a database that no hub has open, such as that of a backup; it is left as it is.</summary>
    /// <exception cref="StorageException">It cannot be read, is no hub's, or is older than the chain.</exception>
    public static AuditProof VerifyAuditOf(string path, AuditHead? kept = null)
    {
        try
        {
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
            connection.Open();
            if (connection.Scalar("SELECT count(*) FROM sqlite_master WHERE name = 'audit_anchor'") == 0)
            {
                throw new StorageException(StorageError.Corrupt, $"The database {path} has no chained audit log: it is of an older hub, or of another program. Start a hub of this version on it first.");
            }

            return SqliteAuditChain.Verify(connection, kept);
        }
        catch (Exception e)
        {
            throw SqliteErrors.Translate(e, path);
        }
    }
}
