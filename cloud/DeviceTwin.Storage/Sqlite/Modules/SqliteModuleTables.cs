using DeviceTwin.Storage.Query;
using DeviceTwin.Twins;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite.Modules;

/// <summary>
/// Identities and twins of modules, in tables of their own: whoever goes through all devices meets no module. Their columns are named as those of
/// devices. What else a module has stands among the devices' under its address.
/// </summary>
internal sealed class SqliteModuleTables : SqliteTables
{
    /// <summary>Part of what leads from schema 3 to 4.</summary>
    public const string Create = """
        CREATE TABLE module_identities(
          device_id TEXT NOT NULL, module_id TEXT NOT NULL, generation_id TEXT NOT NULL, etag TEXT NOT NULL, enabled INTEGER NOT NULL,
          primary_key TEXT NOT NULL, secondary_key TEXT NOT NULL, created_at INTEGER NOT NULL, authentication INTEGER NOT NULL,
          primary_thumbprint TEXT NOT NULL, secondary_thumbprint TEXT NOT NULL, managed_by TEXT NOT NULL, status_reason TEXT, status_updated_at INTEGER,
          PRIMARY KEY(device_id, module_id)) WITHOUT ROWID;
        CREATE TABLE module_twins(
          device_id TEXT NOT NULL, module_id TEXT NOT NULL, etag TEXT NOT NULL, version INTEGER NOT NULL, tags TEXT NOT NULL,
          desired TEXT NOT NULL, desired_version INTEGER NOT NULL, desired_metadata TEXT NOT NULL,
          reported TEXT NOT NULL, reported_version INTEGER NOT NULL, reported_metadata TEXT NOT NULL,
          model_id TEXT, last_activity_at INTEGER, applied TEXT NOT NULL, PRIMARY KEY(device_id, module_id));
        """;

    private readonly SqliteCommand putIdentity;
    private readonly SqliteCommand putTwin;
    private readonly SqliteCommand deleteIdentity;
    private readonly SqliteCommand deleteTwin;

    public SqliteModuleTables(SqliteConnection connection)
        : base(connection)
    {
        putIdentity = Prepare("INSERT OR REPLACE INTO module_identities VALUES($0,$1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13)", 14);
        putTwin = Prepare("INSERT OR REPLACE INTO module_twins VALUES($0,$1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13)", 14);
        deleteIdentity = Prepare("DELETE FROM module_identities WHERE device_id = $0 AND module_id = $1", 2);
        deleteTwin = Prepare("DELETE FROM module_twins WHERE device_id = $0 AND module_id = $1", 2);
    }

    public void Put(DeviceIdentity module) => Run(
        putIdentity,
        module.DeviceId,
        module.ModuleId,
        module.GenerationId,
        module.ETag,
        module.Enabled ? 1L : 0L,
        module.PrimaryKey,
        module.SecondaryKey,
        module.CreatedAt.UtcTicks,
        (long)module.Authentication,
        module.PrimaryThumbprint,
        module.SecondaryThumbprint,
        module.ManagedBy,
        module.StatusReason,
        module.StatusUpdatedAt?.UtcTicks);

    public void Put(TwinDocument twin) => Run(
        putTwin,
        twin.DeviceId,
        twin.ModuleId,
        twin.ETag,
        twin.Version,
        twin.Tags.ToJsonString(Json.Relaxed),
        twin.Desired.Properties.ToJsonString(Json.Relaxed),
        twin.Desired.Version,
        twin.Desired.Metadata.ToJsonString(Json.Relaxed),
        twin.Reported.Properties.ToJsonString(Json.Relaxed),
        twin.Reported.Version,
        twin.Reported.Metadata.ToJsonString(Json.Relaxed),
        twin.ModelId,
        twin.LastActivityAt?.UtcTicks,
        StoredText.OfApplied(twin.Applied));

    public void Delete(string deviceId, string moduleId)
    {
        Run(deleteIdentity, deviceId, moduleId);
        Run(deleteTwin, deviceId, moduleId);
    }

    /// <summary>Every module's twin, by device and module.</summary>
    public static List<TwinDocument> Twins(SqliteConnection connection) => SqliteLoader.Read(
        connection,
        $"SELECT {TwinSearchSql.Columns}, t.module_id FROM module_twins t ORDER BY t.device_id, t.module_id",
        row => SqliteLoader.Twin(row) with { ModuleId = row.GetString(13) });

    /// <exception cref="StorageException">A module lacks its twin.</exception>
    public static List<StoredModule> Load(SqliteConnection connection)
    {
        var twins = Twins(connection).ToDictionary(twin => twin.Address, StringComparer.Ordinal);
        var identities = SqliteLoader.Read(
            connection,
            "SELECT device_id, generation_id, etag, enabled, primary_key, secondary_key, created_at, authentication, primary_thumbprint, "
                + "secondary_thumbprint, status_reason, status_updated_at, module_id, managed_by FROM module_identities ORDER BY device_id, module_id",
            row => SqliteLoader.Identity(row) with { ModuleId = row.GetString(12), ManagedBy = row.GetString(13) });
        return [.. identities.Select(identity => new StoredModule(
            identity,
            twins.GetValueOrDefault(identity.Address) ?? throw new StorageException(
                StorageError.Corrupt, $"The database has no twin of module {identity.Address}. Move it away and restore a backup.")))];
    }
}
