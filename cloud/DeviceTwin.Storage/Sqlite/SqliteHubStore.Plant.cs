using DeviceTwin.Storage.Plant;
using DeviceTwin.Storage.Sqlite.Plant;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>The machine tree.</summary>
public sealed partial class SqliteHubStore
{
    /// <inheritdoc/>
    public StoredPlant LoadPlant() => Read(SqlitePlantTables.Load);
}
