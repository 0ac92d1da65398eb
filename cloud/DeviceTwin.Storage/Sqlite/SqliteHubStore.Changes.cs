using System.Globalization;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>The feed of twin changes.</summary>
public sealed partial class SqliteHubStore
{
    /// <inheritdoc/>
    public TwinChangePage ReadChanges(TwinChangeSearch search) => Read(connection =>
    {
        // One snapshot for the rows and for where the feed begins and ends.
        using var transaction = connection.BeginTransaction(deferred: true);
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "SELECT ifnull((SELECT min(sequence) FROM changes), 0), ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'changes'), 0)";
        long oldest;
        long newest;
        using (var bounds = command.ExecuteReader())
        {
            bounds.Read();
            (oldest, newest) = (bounds.GetInt64(0), bounds.GetInt64(1));
        }

        var parts = search.Parts.Count == 0
            ? ""
            : $"AND part IN ({string.Join(',', search.Parts.Select(part => ((int)part).ToString(CultureInfo.InvariantCulture)))}) ";
        var device = search.DeviceId is null ? "" : "AND device = (SELECT id FROM change_devices WHERE device_id = $2) ";
        command.CommandText = "SELECT sequence, device_id, at, author, operation, part, version, diff FROM changes CROSS JOIN change_devices ON id = device "
            + $"WHERE sequence > $0 {device}{parts}ORDER BY sequence LIMIT $1";
        command.Parameters.AddWithValue("$0", search.After);
        command.Parameters.AddWithValue("$1", search.Limit);
        if (search.DeviceId is { } deviceId)
        {
            command.Parameters.AddWithValue("$2", deviceId);
        }

        var changes = new List<NumberedTwinChange>();
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            changes.Add(new NumberedTwinChange(row.GetInt64(0), new TwinChangeRow(
                row.GetString(1),
                SqliteLoader.Time(row, 2),
                row.GetString(3),
                (TwinOperation)row.GetInt64(4),
                (TwinPart)row.GetInt64(5),
                row.GetInt64(6),
                row.GetString(7))));
        }

        return new TwinChangePage(changes, oldest, newest);
    });
}
