using DeviceTwin.Storage.History;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>No history.</summary>
internal partial class ManualStore
{
    public IReadOnlyList<HistoryTail> ReadHistoryTails(string kind) => [];

    public IReadOnlyList<HistoryRow> ReadHistoryRows(long streamId, long fromNumber, int limit) => [];

    public byte[]? ReadRollupBlock(string deviceId, string kind, HistoryResolution resolution, long spanMs) => null;

    public HistoryPage ReadHistoryPage(string deviceId, string kind, long afterNumber, long fromMs, long toMs) => new([], []);

    public RollupBlocks ReadRollupBlocks(
        string deviceId, string kind, HistoryResolution resolution, long fromMs, long toMs, Action<HistoryRow> tail) => new([]);

    public HistorySize ReadHistorySize() => new(0, 0, 0, 0, null);

    public DropHistory ReadExpired(long blocksMs, long hoursMs, long daysMs, int limit) => new([], []);

    public IReadOnlyList<(long Id, long Bytes, long ToMs)> ReadOldestBlocks(int limit) => [];
}
