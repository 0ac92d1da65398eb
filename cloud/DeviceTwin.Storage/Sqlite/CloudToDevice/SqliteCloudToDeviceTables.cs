using DeviceTwin.Twins;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite.CloudToDevice;

/// <summary>The messages that wait for devices.</summary>
internal sealed class SqliteCloudToDeviceTables : SqliteTables
{
    /// <summary>AUTOINCREMENT, because a number of a message that is gone must not come again: packet identifiers follow from it.</summary>
    public const string Create = """
        CREATE TABLE cloud_to_device(
          sequence INTEGER PRIMARY KEY AUTOINCREMENT, device_id TEXT NOT NULL, enqueued_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
          properties TEXT NOT NULL, body BLOB NOT NULL);
        CREATE INDEX cloud_to_device_by_device ON cloud_to_device(device_id);
        """;

    private readonly SqliteCommand deleteOfDevice;

    public SqliteCloudToDeviceTables(SqliteConnection connection)
        : base(connection)
    {
        // A device that was deleted, or made anew, in the meantime must not find a message of its predecessor.
        var put = Prepare(
            "INSERT INTO cloud_to_device SELECT $0,$1,$2,$3,$4,$5 WHERE EXISTS (SELECT 1 FROM identities WHERE device_id = $1 AND generation_id = $6)", 7);
        var putModule = Prepare(
            "INSERT INTO cloud_to_device SELECT $0,$1,$2,$3,$4,$5 WHERE EXISTS (SELECT 1 FROM module_identities WHERE device_id = $7 AND module_id = $8 AND generation_id = $6)", 9);
        var remove = Prepare("DELETE FROM cloud_to_device WHERE sequence = $0", 1);
        deleteOfDevice = Prepare("DELETE FROM cloud_to_device WHERE device_id = $0", 1);
        On<CloudToDeviceChange.Put>(change =>
        {
            var message = change.Message;
            var (deviceId, moduleId) = TwinAddress.Parse(message.DeviceId);
            object?[] values =
            [
                message.Sequence,
                message.DeviceId,
                message.EnqueuedAt.UtcTicks,
                message.ExpiresAt.UtcTicks,
                StoredText.Of(message.Properties),
                message.Body.ToArray(),
                change.GenerationId,
            ];
            if (moduleId is null)
            {
                Run(put, values);
            }
            else
            {
                Run(putModule, [.. values, deviceId, moduleId]);
            }
        });
        On<CloudToDeviceChange.Remove>(change => Run(remove, change.Sequence));
    }

    public override void DeleteDevice(string deviceId) => Run(deleteOfDevice, deviceId);
}
