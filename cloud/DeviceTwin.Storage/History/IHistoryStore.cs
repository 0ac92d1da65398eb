namespace DeviceTwin.Storage.History;

/// <summary>
/// The history: of each device and kind compressed blocks of old messages, behind them the newest messages as they came (the hot tail), and
/// roll-ups of what is in the blocks.
/// </summary>
public interface IHistoryStore
{
    /// <summary>The tails of a kind.</summary>
    IReadOnlyList<HistoryTail> ReadHistoryTails(string kind);

    /// <summary>Messages of a tail from a number on, oldest first.</summary>
    IReadOnlyList<HistoryRow> ReadHistoryRows(long streamId, long fromNumber, int limit);

    /// <summary>A block of roll-ups, or null where there is none.</summary>
    byte[]? ReadRollupBlock(string deviceId, string kind, HistoryResolution resolution, long spanMs);

    /// <summary>
    /// What comes next behind a message, as it is in one moment: a few blocks, or, where none is left, messages of the tail. Empty at the end.
    /// </summary>
    HistoryPage ReadHistoryPage(string deviceId, string kind, long afterNumber, long fromMs, long toMs);

    /// <summary>Blocks of roll-ups that touch a time, and the messages of the tail that are not in them yet, as they are in one moment.</summary>
    RollupBlocks ReadRollupBlocks(string deviceId, string kind, HistoryResolution resolution, long fromMs, long toMs, Action<HistoryRow> tail);

    HistorySize ReadHistorySize();

    /// <summary>Blocks, and blocks of roll-ups, that end before these times; at most a number of each.</summary>
    DropHistory ReadExpired(long blocksMs, long hoursMs, long daysMs, int limit);

    /// <summary>The blocks whose newest message is oldest.</summary>
    IReadOnlyList<(long Id, long Bytes, long ToMs)> ReadOldestBlocks(int limit);
}

/// <summary>The messages of a device and kind that are still as they came.</summary>
public sealed record HistoryTail(long StreamId, string DeviceId, long FirstNumber, long LastNumber, DateTimeOffset FirstAt);

/// <summary>One message of a tail.</summary>
public sealed record HistoryRow(long Number, DateTimeOffset At, byte[] Body)
{
    public HistorySample? Read() => SampleReader.Read(Number, At, Body);
}

/// <summary>A run of messages, compressed.</summary>
public sealed record HistoryBlock(long FirstNumber, long LastNumber, long FromMs, long ToMs, int Rows, byte[] Body);

public sealed record HistoryPage(IReadOnlyList<HistoryBlock> Blocks, IReadOnlyList<HistoryRow> Rows);

/// <param name="Bodies">In the order of time.</param>
public sealed record RollupBlocks(IReadOnlyList<byte[]> Bodies);

public sealed record HistorySize(long Blocks, long Rows, long BlockBytes, long RollupBytes, DateTimeOffset? NewestAt);

/// <summary>A block of roll-ups as it is after a compaction.</summary>
public sealed record RollupBlock(HistoryResolution Resolution, long SpanMs, byte[] Body);

/// <summary>
/// Turns the oldest messages of a tail into a block: the block comes and the messages go in one transaction, and only if all of
/// these messages are still there; otherwise the change does nothing.
/// </summary>
/// <param name="Messages">How many there are from <paramref name="FirstNumber"/> to <paramref name="LastNumber"/>.</param>
/// <param name="Block">Null where none of them could be read.</param>
public sealed record CompactHistory(
    long StreamId, string DeviceId, string Kind, long FirstNumber, long LastNumber, int Messages, HistoryBlock? Block, IReadOnlyList<RollupBlock> Rollups)
    : StoreChange;

/// <summary>Removes blocks by their ids.</summary>
public sealed record DropHistory(IReadOnlyList<long> Blocks, IReadOnlyList<long> Rollups) : StoreChange;
