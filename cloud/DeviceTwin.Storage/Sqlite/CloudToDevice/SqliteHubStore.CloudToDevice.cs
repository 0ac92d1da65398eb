using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>Reads the messages that wait for devices.</summary>
public sealed partial class SqliteHubStore
{
    /// <inheritdoc/>
    public StoredCloudToDevice LoadCloudToDevice() => Read(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            SELECT sequence, device_id, expires_at, CASE WHEN instr(properties, '"{CloudToDeviceMessage.AcknowledgeProperty}"') > 0 THEN properties END
            FROM cloud_to_device ORDER BY sequence
            """;
        using var reader = command.ExecuteReader();
        var waiting = new List<CloudToDeviceEntry>();
        while (reader.Read())
        {
            waiting.Add(new CloudToDeviceEntry(
                reader.GetInt64(0), reader.GetString(1), SqliteLoader.Time(reader, 2), reader.IsDBNull(3) ? null : StoredText.Map<string?>(reader.GetString(3))));
        }

        return new StoredCloudToDevice(
            connection.Scalar("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'cloud_to_device'"), waiting);
    });

    /// <inheritdoc/>
    public CloudToDeviceMessage? ReadCloudToDevice(long sequence) => Read(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT device_id, enqueued_at, expires_at, properties, body FROM cloud_to_device WHERE sequence = $0";
        command.Parameters.AddWithValue("$0", sequence);
        using var reader = command.ExecuteReader();
        return reader.Read()
            ? new CloudToDeviceMessage(
                sequence,
                reader.GetString(0),
                SqliteLoader.Time(reader, 1),
                SqliteLoader.Time(reader, 2),
                StoredText.Map<string?>(reader.GetString(3)),
                reader.GetFieldValue<byte[]>(4))
            : null;
    });
}
