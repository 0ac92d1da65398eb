using DeviceTwin.Storage.Feedback;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>Reads what became of messages for devices.</summary>
public sealed partial class SqliteHubStore
{
    /// <inheritdoc/>
    public StoredFeedback LoadFeedback() => Read(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT sequence, address FROM feedback ORDER BY sequence";
        using var reader = command.ExecuteReader();
        var kept = new List<FeedbackEntry>();
        while (reader.Read())
        {
            kept.Add(new FeedbackEntry(reader.GetInt64(0), reader.GetString(1)));
        }

        return new StoredFeedback(connection.Scalar("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'feedback'"), kept);
    });

    /// <inheritdoc/>
    public IReadOnlyList<FeedbackRecord> ReadFeedback(IReadOnlyList<long> sequences) => Read(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT sequence, message_id, address, generation_id, outcome, at FROM feedback WHERE sequence IN ({string.Join(',', sequences)}) ORDER BY sequence";
        using var reader = command.ExecuteReader();
        var records = new List<FeedbackRecord>();
        while (reader.Read())
        {
            records.Add(new FeedbackRecord(
                reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), SqliteLoader.Time(reader, 5)));
        }

        return records;
    });
}
