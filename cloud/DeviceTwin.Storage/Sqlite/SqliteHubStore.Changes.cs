namespace DeviceTwin.Storage.Sqlite;

/// <summary>The feed of twin changes.</summary>
public sealed partial class SqliteHubStore
{
    /// <inheritdoc/>
    public TwinChangePage ReadChanges(TwinChangeSearch search) => Read(connection =>
    {
        // One snapshot for the changes and for where the feed begins and ends.
        using var transaction = connection.BeginTransaction(deferred: true);
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "SELECT ifnull((SELECT min(first) FROM changes), 0), ifnull((SELECT last FROM changes ORDER BY first DESC LIMIT 1), 0)";
        long oldest;
        long newest;
        using (var bounds = command.ExecuteReader())
        {
            bounds.Read();
            (oldest, newest) = (bounds.GetInt64(0), bounds.GetInt64(1));
        }

        // From the block on that holds the number asked for, or what follows it.
        command.CommandText = "SELECT first, data FROM changes WHERE first >= ifnull((SELECT max(first) FROM changes WHERE first <= $0), 0) AND last > $0 ORDER BY first";
        command.Parameters.AddWithValue("$0", search.After);
        var changes = new List<NumberedTwinChange>();
        using var row = command.ExecuteReader();
        while (changes.Count < search.Limit && row.Read())
        {
            changes.AddRange(TwinChangeBlock.Read(row.GetFieldValue<byte[]>(1), row.GetInt64(0), search).Take(search.Limit - changes.Count));
        }

        return new TwinChangePage(changes, oldest, newest);
    });
}
