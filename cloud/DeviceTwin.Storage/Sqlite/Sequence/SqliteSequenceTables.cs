using DeviceTwin.Storage.Sequence;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite.Sequence;

/// <summary>Windows of sequence numbers. Gathered over a transaction: a device that sends much costs one row per commit.</summary>
internal sealed class SqliteSequenceTables : SqliteTables
{
    public const string Create = """
        CREATE TABLE sequences(
          device_id TEXT NOT NULL, boot_id TEXT NOT NULL, last_at INTEGER NOT NULL, state BLOB NOT NULL,
          PRIMARY KEY(device_id, boot_id)) WITHOUT ROWID;
        """;

    private readonly Dictionary<(string DeviceId, string BootId), SequenceWindow?> gathered = [];
    private readonly SqliteCommand put;
    private readonly SqliteCommand drop;
    private readonly SqliteCommand dropDevice;

    public SqliteSequenceTables(SqliteConnection connection)
        : base(connection)
    {
        put = Prepare(
            "INSERT INTO sequences VALUES($0,$1,$2,$3) "
                + "ON CONFLICT(device_id, boot_id) DO UPDATE SET last_at = excluded.last_at, state = excluded.state",
            4);
        drop = Prepare("DELETE FROM sequences WHERE device_id = $0 AND boot_id = $1", 2);
        dropDevice = Prepare("DELETE FROM sequences WHERE device_id = $0", 1);
        On<PutSequence>(change => gathered[(change.Window.DeviceId, change.Window.BootId)] = change.Window);
        On<DropSequence>(change => gathered[(change.DeviceId, change.BootId)] = null);
    }

    public static StoredSequences Read(SqliteConnection connection)
    {
        var windows = new List<SequenceWindow>();
        using (var command = connection.CreateCommand())
        {
            command.CommandText = "SELECT device_id, boot_id, state FROM sequences ORDER BY device_id, last_at";
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                windows.Add(SequenceCodec.Decode(reader.GetString(0), reader.GetString(1), reader.GetFieldValue<byte[]>(2)));
            }
        }

        var counters = new Dictionary<string, long>(StringComparer.Ordinal);
        using (var command = connection.CreateCommand())
        {
            command.CommandText = "SELECT name, value FROM counters";
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                counters[reader.GetString(0)] = reader.GetInt64(1);
            }
        }

        return new StoredSequences(windows, counters);
    }

    /// <inheritdoc/>
    public override void DeleteDevice(string deviceId)
    {
        foreach (var key in gathered.Keys.Where(key => key.DeviceId == deviceId).ToArray())
        {
            gathered.Remove(key);
        }

        Run(dropDevice, deviceId);
    }

    /// <inheritdoc/>
    public override void BeforeCommit()
    {
        foreach (var (key, window) in gathered)
        {
            if (window is null)
            {
                Run(drop, key.DeviceId, key.BootId);
            }
            else
            {
                Run(put, key.DeviceId, key.BootId, window.LastAt.UtcTicks, SequenceCodec.Encode(window));
            }
        }

        gathered.Clear();
    }

    /// <inheritdoc/>
    public override void Forget() => gathered.Clear();
}
