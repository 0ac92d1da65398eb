using DeviceTwin.Storage.Backup;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>Copies of the database.</summary>
public sealed partial class SqliteHubStore
{
    /// <inheritdoc/>
    public DatabaseCopy CopyDatabase(string path) => Read(connection => SqliteBackup.Copy(connection, path));
}
