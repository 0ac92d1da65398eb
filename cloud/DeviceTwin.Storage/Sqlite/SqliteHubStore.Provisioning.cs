namespace DeviceTwin.Storage.Sqlite;

public sealed partial class SqliteHubStore
{
    /// <inheritdoc/>
    public StoredProvisioning LoadProvisioning() => Read(SqliteProvisioningTables.Load);
}
