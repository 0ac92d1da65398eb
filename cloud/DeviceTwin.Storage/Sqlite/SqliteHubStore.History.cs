using DeviceTwin.Storage.History;
using DeviceTwin.Storage.Sqlite.History;

namespace DeviceTwin.Storage.Sqlite;

public sealed partial class SqliteHubStore
{
    /// <inheritdoc/>
    public IReadOnlyList<HistoryTail> ReadHistoryTails(string kind) => Read(connection => SqliteHistoryReader.Tails(connection, kind));

    /// <inheritdoc/>
    public IReadOnlyList<HistoryRow> ReadHistoryRows(long streamId, long fromNumber, int limit) =>
        Read(connection => SqliteHistoryReader.Rows(connection, streamId, fromNumber, limit));

    /// <inheritdoc/>
    public byte[]? ReadRollupBlock(string deviceId, string kind, HistoryResolution resolution, long spanMs) =>
        Read(connection => SqliteHistoryReader.Rollup(connection, deviceId, kind, resolution, spanMs));

    /// <inheritdoc/>
    public HistoryPage ReadHistoryPage(string deviceId, string kind, long afterNumber, long fromMs, long toMs) =>
        Read(connection => SqliteHistoryReader.Page(connection, deviceId, kind, afterNumber, fromMs, toMs));

    /// <inheritdoc/>
    public RollupBlocks ReadRollupBlocks(
        string deviceId, string kind, HistoryResolution resolution, long fromMs, long toMs, Action<HistoryRow> tail) =>
        Read(connection => SqliteHistoryReader.Rollups(connection, deviceId, kind, resolution, fromMs, toMs, tail));

    /// <inheritdoc/>
    public HistorySize ReadHistorySize() => Read(SqliteHistoryReader.Size);

    /// <inheritdoc/>
    public DropHistory ReadExpired(long blocksMs, long hoursMs, long daysMs, int limit) =>
        Read(connection => SqliteHistoryReader.Expired(connection, blocksMs, hoursMs, daysMs, limit));

    /// <inheritdoc/>
    public IReadOnlyList<(long Id, long Bytes, long ToMs)> ReadOldestBlocks(int limit) =>
        Read(connection => SqliteHistoryReader.Oldest(connection, limit));
}
