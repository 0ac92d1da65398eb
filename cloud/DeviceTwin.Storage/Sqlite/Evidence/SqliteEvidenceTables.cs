using DeviceTwin.Storage.Evidence;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite.Evidence;

/// <summary>Evidence by its content's hash, with triggers that refuse to change or remove it; and what is being gathered.</summary>
internal sealed class SqliteEvidenceTables : SqliteTables
{
    /// <summary>Part of what leads from schema 2 to 3.</summary>
    public const string Create = """
        CREATE TABLE evidence(
          sha256 BLOB PRIMARY KEY, alarm_id TEXT NOT NULL, version INTEGER NOT NULL, sealed_at INTEGER NOT NULL, content BLOB NOT NULL,
          UNIQUE(alarm_id, version));
        CREATE TABLE evidence_open(
          alarm_id TEXT PRIMARY KEY, device_id TEXT NOT NULL, opened_at INTEGER NOT NULL, parts TEXT NOT NULL, version INTEGER NOT NULL);
        CREATE INDEX evidence_open_by_time ON evidence_open(opened_at, alarm_id);
        CREATE TRIGGER evidence_is_not_changed BEFORE UPDATE ON evidence
        BEGIN SELECT RAISE(ABORT, 'evidence is never changed'); END;
        CREATE TRIGGER evidence_is_not_removed BEFORE DELETE ON evidence
        BEGIN SELECT RAISE(ABORT, 'evidence is never removed'); END;
        """;

    public SqliteEvidenceTables(SqliteConnection connection)
        : base(connection)
    {
        var open = Prepare(
            "INSERT OR IGNORE INTO evidence_open(alarm_id, device_id, opened_at, parts, version) "
                + "SELECT $0, $1, $2, $3, $4 WHERE NOT EXISTS(SELECT 1 FROM evidence WHERE alarm_id = $0)",
            5);
        var seal = Prepare("INSERT OR IGNORE INTO evidence(sha256, alarm_id, version, sealed_at, content) VALUES($0,$1,$2,$3,$4)", 5);
        var note = Prepare("UPDATE evidence_open SET parts = $1 WHERE alarm_id = $0", 2);
        var advance = Prepare("UPDATE evidence_open SET version = $1 WHERE alarm_id = $0", 2);
        var close = Prepare("DELETE FROM evidence_open WHERE alarm_id = $0", 1);
        On<EvidenceChange.Open>(change => Run(
            open, change.Evidence.AlarmId, change.Evidence.DeviceId, change.Evidence.OpenedAt.UtcTicks, change.Evidence.Parts, (long)change.Evidence.Version));
        On<EvidenceChange.Seal>(change =>
        {
            var evidence = change.Evidence;
            Run(seal, Convert.FromHexString(evidence.Sha256), evidence.AlarmId, (long)evidence.Version, evidence.SealedAt.UtcTicks, evidence.Content.ToArray());
            if (change.IsComplete)
            {
                Run(close, evidence.AlarmId);
            }
            else
            {
                Run(advance, evidence.AlarmId, (long)evidence.Version);
            }
        });
        On<EvidenceChange.Note>(change => Run(note, change.AlarmId, change.Parts));
        On<EvidenceChange.Close>(change => Run(close, change.AlarmId));
    }

    public static SealedEvidence? Find(SqliteConnection connection, string alarmId, int? version)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT version, sha256, sealed_at, content FROM evidence WHERE alarm_id = $0 AND ($1 IS NULL OR version = $1) ORDER BY version DESC LIMIT 1";
        command.Parameters.AddWithValue("$0", alarmId);
        command.Parameters.AddWithValue("$1", version is { } number ? number : DBNull.Value);
        using var reader = command.ExecuteReader();
        return reader.Read()
            ? new SealedEvidence(
                alarmId, reader.GetInt32(0), Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(1)), SqliteLoader.Time(reader, 2), reader.GetFieldValue<byte[]>(3))
            : null;
    }

    public static List<string> ReadOpen(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT alarm_id FROM evidence_open ORDER BY opened_at, alarm_id";
        using var reader = command.ExecuteReader();
        var open = new List<string>();
        while (reader.Read())
        {
            open.Add(reader.GetString(0));
        }

        return open;
    }

    public static OpenEvidence? FindOpen(SqliteConnection connection, string alarmId)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT alarm_id, device_id, opened_at, parts, version FROM evidence_open WHERE alarm_id = $0";
        command.Parameters.AddWithValue("$0", alarmId);
        using var reader = command.ExecuteReader();
        return reader.Read()
            ? new OpenEvidence(reader.GetString(0), reader.GetString(1), SqliteLoader.Time(reader, 2), reader.GetString(3), reader.GetInt32(4))
            : null;
    }
}
