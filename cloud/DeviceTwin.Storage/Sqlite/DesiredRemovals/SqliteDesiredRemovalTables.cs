using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite.DesiredRemovals;

/// <summary>The desired properties that twins had once: one row per device that has any.</summary>
internal sealed class SqliteDesiredRemovalTables : SqliteTables
{
    public const string Create = "CREATE TABLE desired_removals(device_id TEXT PRIMARY KEY, paths TEXT NOT NULL);";

    private readonly SqliteCommand delete;

    public SqliteDesiredRemovalTables(SqliteConnection connection)
        : base(connection)
    {
        var put = Prepare("INSERT OR REPLACE INTO desired_removals VALUES($0,$1)", 2);
        delete = Prepare("DELETE FROM desired_removals WHERE device_id = $0", 1);
        On<PutDesiredRemovals>(change =>
        {
            if (change.Removed.IsEmpty)
            {
                Run(delete, change.DeviceId);
            }
            else
            {
                Run(put, change.DeviceId, StoredText.Of(change.Removed));
            }
        });
    }

    public override void DeleteDevice(string deviceId) => Run(delete, deviceId);
}
