using DeviceTwin.Storage.Rollouts;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite.Rollouts;

/// <summary>Changes, what was seen of their devices, and replays' reports by their hash.</summary>
internal sealed class SqliteRolloutTables : SqliteTables
{
    public const string Create = """
        CREATE TABLE rollouts(id TEXT PRIMARY KEY, document TEXT NOT NULL);
        CREATE TABLE rollout_observations(number INTEGER PRIMARY KEY AUTOINCREMENT, change_id TEXT NOT NULL, row TEXT NOT NULL);
        CREATE INDEX rollout_observations_by_change ON rollout_observations(change_id, number);
        CREATE TABLE replay_reports(hash TEXT PRIMARY KEY, content BLOB NOT NULL);
        """;

    public SqliteRolloutTables(SqliteConnection connection)
        : base(connection)
    {
        var put = Prepare("INSERT OR REPLACE INTO rollouts VALUES($0,$1)", 2);
        var delete = Prepare("DELETE FROM rollouts WHERE id = $0", 1);
        var forget = Prepare("DELETE FROM rollout_observations WHERE change_id = $0", 1);
        var append = Prepare("INSERT INTO rollout_observations(change_id, row) VALUES($0,$1)", 2);
        var putReport = Prepare("INSERT OR IGNORE INTO replay_reports VALUES($0,$1)", 2);
        On<PutChange>(change => Run(put, change.Change.Id, change.Change.Document));
        On<DeleteChange>(change =>
        {
            Run(delete, change.Id);
            Run(forget, change.Id);
        });
        On<AppendObservations>(change =>
        {
            foreach (var row in change.Rows)
            {
                Run(append, change.ChangeId, row);
            }
        });
        var forgetReport = Prepare("DELETE FROM replay_reports WHERE hash = $0", 1);
        On<ForgetObservations>(change => Run(forget, change.ChangeId));
        On<ForgetReplayReports>(change =>
        {
            foreach (var hash in change.Hashes)
            {
                Run(forgetReport, hash);
            }
        });
        On<PutReplayReport>(change => Run(putReport, change.Hash, change.Content.ToArray()));
    }

    public static IReadOnlyList<string> Reports(SqliteConnection connection) =>
        SqliteLoader.Read(connection, "SELECT hash FROM replay_reports ORDER BY hash", row => row.GetString(0));

    public static IReadOnlyList<StoredChange> Load(SqliteConnection connection) =>
        SqliteLoader.Read(connection, "SELECT id, document FROM rollouts ORDER BY id", row => new StoredChange(row.GetString(0), row.GetString(1)));

    public static IReadOnlyList<string> Observations(SqliteConnection connection, string changeId)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT row FROM rollout_observations WHERE change_id = $id ORDER BY number";
        command.Parameters.AddWithValue("$id", changeId);
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }

    public static byte[]? Report(SqliteConnection connection, string hash)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT content FROM replay_reports WHERE hash = $hash";
        command.Parameters.AddWithValue("$hash", hash);
        return command.ExecuteScalar() as byte[];
    }
}
