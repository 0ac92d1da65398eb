using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite.Changes;

/// <summary>Appends to the feed and removes its oldest rows, in groups.</summary>
internal sealed class SqliteChangeTables : SqliteTables
{
    /// <summary>A device has a number here, so that a row and its place in the index are small.</summary>
    public const string Create = """
        CREATE TABLE change_devices(id INTEGER PRIMARY KEY, device_id TEXT NOT NULL UNIQUE);
        CREATE TABLE changes(
          sequence INTEGER PRIMARY KEY AUTOINCREMENT, device INTEGER NOT NULL, at INTEGER NOT NULL, author TEXT NOT NULL,
          operation INTEGER NOT NULL, part INTEGER NOT NULL, version INTEGER NOT NULL, diff TEXT NOT NULL);
        CREATE INDEX changes_by_device ON changes(device);
        """;

    /// <summary>How many rows are appended between two looks for old ones.</summary>
    private const int PruneEvery = 1024;

    /// <summary>How many rows one look removes for their age at most: a commit must stay short.</summary>
    private const int PruneAtMost = 8 * PruneEvery;

    private readonly SqliteStoreOptions options;
    private readonly SqliteCommand insert;
    private readonly SqliteCommand addDevice;
    private readonly SqliteCommand findDevice;
    private readonly SqliteCommand pruneRows;
    private readonly SqliteCommand pruneAge;
    private readonly Dictionary<string, long> devices = new(StringComparer.Ordinal);
    private int untilPrune;

    public SqliteChangeTables(SqliteConnection connection, SqliteStoreOptions options)
        : base(connection)
    {
        this.options = options;
        insert = Prepare("INSERT INTO changes(device, at, author, operation, part, version, diff) VALUES($0,$1,$2,$3,$4,$5,$6)", 7);
        addDevice = Prepare("INSERT OR IGNORE INTO change_devices(device_id) VALUES($0)", 1);
        findDevice = Prepare("SELECT id FROM change_devices WHERE device_id = $0", 1);
        pruneRows = Prepare("DELETE FROM changes WHERE sequence <= (SELECT max(sequence) FROM changes) - $0", 1);
        pruneAge = Prepare(
            "DELETE FROM changes WHERE sequence IN (SELECT sequence FROM (SELECT sequence, at FROM changes ORDER BY sequence LIMIT $0) WHERE at < $1)", 2);
        On<AppendTwinChange>(change => Append(change.Row));
    }

    /// <inheritdoc/>
    public override void Forget()
    {
        devices.Clear();
        untilPrune = 0;
    }

    private void Append(TwinChangeRow row)
    {
        Run(insert, [Device(row.DeviceId), row.At.UtcTicks, row.Author, (long)row.Operation, (long)row.Part, row.Version, row.Diff]);
        if (--untilPrune <= 0)
        {
            untilPrune = PruneEvery;
            Run(pruneRows, [(long)options.KeptChanges]);
            Run(pruneAge, [(long)PruneAtMost, (row.At - options.KeptChangesFor).UtcTicks]);
        }
    }

    private long Device(string deviceId)
    {
        if (!devices.TryGetValue(deviceId, out var id))
        {
            Run(addDevice, [deviceId]);
            SqliteStatements.Bind(findDevice, [deviceId]);
            devices[deviceId] = id = (long)findDevice.ExecuteScalar()!;
        }

        return id;
    }
}
