using DeviceTwin.Storage.Audit;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite.Audit;

/// <summary>The chain over the audit log as it is kept: two hashes in each row, and beside the log the end of what was archived.</summary>
internal static class SqliteAuditChain
{
    /// <summary>
    /// Part of what leads from schema 2 to 3. Rows that are there are chained by <see cref="ChainExisting"/>, for which the trigger that
    /// refuses changes stands aside within the same transaction.
    /// </summary>
    public const string Create = """
        CREATE TABLE audit_anchor(up_to INTEGER NOT NULL, hash BLOB NOT NULL);
        ALTER TABLE audit ADD COLUMN previous BLOB;
        ALTER TABLE audit ADD COLUMN hash BLOB;
        DROP TRIGGER IF EXISTS audit_is_not_changed;
        """;

    private const string Closing = """
        CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit log only grows: a row is never changed'); END;
        """;

    private const int Page = 1000;

    /// <summary>
    /// Chains the rows of an older log. What left it before is not part of the chain: it begins behind. Inside the migration's transaction.
    /// </summary>
    public static void ChainExisting(SqliteConnection connection)
    {
        var first = connection.Scalar("SELECT ifnull(min(id), 1 + ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'audit'), 0)) FROM audit");
        var last = new AuditHead(first - 1, AuditHead.Beginning.Hash);
        using (var anchor = SqliteStatements.Prepare(connection, "INSERT INTO audit_anchor(up_to, hash) VALUES($0,$1)", 2))
        {
            SqliteStatements.Run(anchor, [last.Id, Convert.FromHexString(last.Hash)]);
        }

        using var update = SqliteStatements.Prepare(connection, "UPDATE audit SET previous = $1, hash = $2 WHERE id = $0", 3);
        for (var page = SqliteAuditTables.Read(connection, new AuditQuery(After: last.Id, Limit: Page)); page.Count > 0;)
        {
            foreach (var entry in page)
            {
                var hash = AuditChain.Hash(last.Hash, entry.Id, entry.Row);
                SqliteStatements.Run(update, [entry.Id, Convert.FromHexString(last.Hash), Convert.FromHexString(hash)]);
                last = new AuditHead(entry.Id, hash);
            }

            page = SqliteAuditTables.Read(connection, new AuditQuery(After: last.Id, Limit: Page));
        }

        connection.Execute(Closing);
    }

    /// <summary>The end of the chain.</summary>
    public static AuditHead Head(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1";
        using var reader = command.ExecuteReader();
        return reader.Read() ? new AuditHead(reader.GetInt64(0), Hex(reader, 1) ?? AuditHead.Beginning.Hash) : Anchor(connection);
    }

    /// <summary>What the first row follows.</summary>
    public static AuditHead Anchor(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT up_to, hash FROM audit_anchor";
        using var reader = command.ExecuteReader();
        return reader.Read() ? new AuditHead(reader.GetInt64(0), Hex(reader, 1) ?? "") : AuditHead.Beginning;
    }

    /// <summary>Proves the chain over what the connection sees at this moment.</summary>
    public static AuditProof Verify(SqliteConnection connection, AuditHead? kept)
    {
        using var moment = connection.BeginTransaction(deferred: true);
        using var command = connection.CreateCommand();
        command.Transaction = moment;
        command.CommandText = "SELECT ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'audit'), 0)";
        var last = Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
        command.CommandText = "SELECT up_to, hash FROM audit_anchor";
        var anchor = AuditHead.Beginning;
        using (var reader = command.ExecuteReader())
        {
            anchor = reader.Read() ? new AuditHead(reader.GetInt64(0), Hex(reader, 1) ?? "") : anchor;
        }

        command.CommandText = SqliteAuditTables.Columns + " ORDER BY id";
        using var rows = command.ExecuteReader();
        return AuditChain.Verify(anchor, Entries(rows), last, kept);
    }

    /// <summary>A row of <see cref="SqliteAuditTables.Columns"/>.</summary>
    public static AuditEntry Entry(SqliteDataReader reader) =>
        new(reader.GetInt64(7), SqliteHistory.AuditRow(reader)) { Previous = Hex(reader, 8), Hash = Hex(reader, 9) };

    private static IEnumerable<AuditEntry> Entries(SqliteDataReader reader)
    {
        while (reader.Read())
        {
            yield return Entry(reader);
        }
    }

    private static string? Hex(SqliteDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(column));
}
