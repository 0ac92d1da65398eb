using DeviceTwin.Storage.Sqlite.Modules;
using DeviceTwin.Twins;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>Reads the modules of devices.</summary>
public sealed partial class SqliteHubStore
{
    /// <inheritdoc/>
    public IReadOnlyList<TwinDocument> ReadModuleTwins() => Read(SqliteModuleTables.Twins);
}
