using DeviceTwin.Storage.Feedback;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite.Feedback;

/// <summary>What became of messages for devices.</summary>
internal sealed class SqliteFeedbackTables : SqliteTables
{
    /// <summary>Part of what leads from schema 3 to 4. AUTOINCREMENT, because a number must not come again.</summary>
    public const string Create = """
        CREATE TABLE feedback(
          sequence INTEGER PRIMARY KEY AUTOINCREMENT, message_id TEXT NOT NULL, address TEXT NOT NULL, generation_id TEXT NOT NULL,
          outcome TEXT NOT NULL, at INTEGER NOT NULL);
        CREATE INDEX feedback_by_address ON feedback(address);
        """;

    private readonly SqliteCommand deleteOfDevice;

    public SqliteFeedbackTables(SqliteConnection connection)
        : base(connection)
    {
        var append = Prepare("INSERT INTO feedback VALUES($0,$1,$2,$3,$4,$5)", 6);
        var remove = Prepare("DELETE FROM feedback WHERE sequence = $0", 1);
        deleteOfDevice = Prepare("DELETE FROM feedback WHERE address = $0", 1);
        On<FeedbackChange.Append>(change =>
        {
            var record = change.Record;
            Run(append, record.Sequence, record.OriginalMessageId, record.Address, record.GenerationId, record.Outcome, record.At.UtcTicks);
        });
        On<FeedbackChange.Remove>(change =>
        {
            foreach (var sequence in change.Sequences)
            {
                Run(remove, sequence);
            }
        });
    }

    public override void DeleteDevice(string deviceId) => Run(deleteOfDevice, deviceId);
}
