using DeviceTwin.Storage.Configurations;
using DeviceTwin.Storage.Sqlite.Configurations;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>Overrides, and versions that are being rolled out.</summary>
public sealed partial class SqliteHubStore
{
    /// <inheritdoc/>
    public StoredConfigurationState LoadConfigurationState() => Read(SqliteConfigurationTables.Load);
}
