using DeviceTwin.Storage.Sequence;
using DeviceTwin.Storage.Sqlite.Sequence;

namespace DeviceTwin.Storage.Sqlite;

public sealed partial class SqliteHubStore
{
    /// <inheritdoc/>
    public StoredSequences ReadSequences() => Read(SqliteSequenceTables.Read);
}
