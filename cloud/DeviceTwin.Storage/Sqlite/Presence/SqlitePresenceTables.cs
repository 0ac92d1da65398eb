using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite.Presence;

/// <summary>When devices and modules last came or went, and why identities have the status that they have.</summary>
internal sealed class SqlitePresenceTables : SqliteTables
{
    /// <summary>Part of what leads from schema 3 to 4.</summary>
    public const string Create = """
        ALTER TABLE identities ADD COLUMN status_reason TEXT;
        ALTER TABLE identities ADD COLUMN status_updated_at INTEGER;
        CREATE TABLE presence(address TEXT PRIMARY KEY, connected INTEGER NOT NULL, changed_at INTEGER NOT NULL) WITHOUT ROWID;
        """;

    private readonly SqliteCommand remove;

    public SqlitePresenceTables(SqliteConnection connection)
        : base(connection)
    {
        var put = Prepare("INSERT OR REPLACE INTO presence VALUES($0,$1,$2)", 3);
        remove = Prepare("DELETE FROM presence WHERE address = $0", 1);
        On<StoreChange.PutPresence>(change => Run(put, change.Presence.Address, change.Presence.Connected ? 1L : 0L, change.Presence.ChangedAt.UtcTicks));
    }

    /// <inheritdoc/>
    public override void DeleteDevice(string deviceId) => Run(remove, deviceId);

    public static Dictionary<string, StoredPresence> Load(SqliteConnection connection) => SqliteLoader.Read(
        connection,
        "SELECT address, connected, changed_at FROM presence",
        row => new StoredPresence(row.GetString(0), row.GetInt64(1) != 0, SqliteLoader.Time(row, 2))).ToDictionary(presence => presence.Address, StringComparer.Ordinal);
}
