using DeviceTwin.Storage;
using DeviceTwin.Storage.History;

namespace DeviceTwin.Hub.History;

/// <summary>
/// Turns messages beyond the hot tail into blocks and roll-ups, and removes what is past its time. Reads and compresses on its own, beside
/// the writer; each step is one small write that waits in the queue like any other.
/// </summary>
internal sealed class HistoryCompactor(IHubStore store, HistoryOptions options, TimeProvider time, ILogger<HistoryCompactor> logger) : BackgroundService
{
    private const int DroppedAtOnce = 64;

    private readonly RetentionClock clock = new(time);
    private readonly HashSet<string> complained = new(StringComparer.Ordinal);

    /// <summary>Does all that is to be done now.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        foreach (var kind in options.Kinds)
        {
            foreach (var tail in store.ReadHistoryTails(kind))
            {
                try
                {
                    await Compact(tail, kind, cancellation);
                }
                catch (FormatException damage)
                {
                    // One device's damaged block must not hold up the others.
                    HistoryLog.Damaged(logger, tail.DeviceId, damage.Message);
                }
            }
        }

        await DropExpired(cancellation);
        await DropBeyondLimit(cancellation);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await Run(stoppingToken);
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    // Whatever it is: devices are served on, and nothing is lost by waiting.
                    HistoryLog.Failed(logger, failure.Message);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The hub is stopping; whatever was under way is done as a whole or not at all.
        }
    }

    private async Task Compact(HistoryTail tail, string kind, CancellationToken cancellation)
    {
        var first = tail.FirstNumber;
        while (Due(tail, first) is var count and > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            var rows = store.ReadHistoryRows(tail.StreamId, first, count);
            if (rows.Count == 0)
            {
                return;
            }

            var change = Compaction.Plan(
                tail, kind, rows, (resolution, span) => store.ReadRollupBlock(tail.DeviceId, kind, resolution, span), out var unreadable);
            await store.Write([change]);
            HistoryLog.Compacted(logger, tail.DeviceId, change.Messages, kind, change.Block?.Body.Length ?? 0);
            if (unreadable > 0 && complained.Add(tail.DeviceId))
            {
                HistoryLog.Unreadable(logger, tail.DeviceId, unreadable, kind);
            }

            first = change.LastNumber + 1;
        }
    }

    /// <summary>How many messages from a number on make up the next block; 0 = none.</summary>
    private int Due(HistoryTail tail, long first)
    {
        // The newest message always stays: the number of the next one follows from it.
        var beyond = tail.LastNumber - Math.Max(1, options.HotMessages) - first + 1;
        if (beyond >= options.BlockMessages)
        {
            return options.BlockMessages;
        }

        var now = time.GetUtcNow();
        if (first == tail.FirstNumber && tail.FirstAt >= now - options.Raw)
        {
            return 0;
        }

        var old = store.ReadHistoryRows(tail.StreamId, first, options.BlockMessages)
            .TakeWhile(row => row.Number < tail.LastNumber && row.At < now - options.Raw)
            .ToArray();
        return old.Length == options.BlockMessages || (old.Length > 0 && old[0].At < now - (2 * options.Raw)) ? old.Length : 0;
    }

    private async Task DropExpired(CancellationToken cancellation)
    {
        var now = clock.Now(store.ReadHistorySize().NewestAt, out var doubt);
        if (doubt is not null)
        {
            HistoryLog.ClockInDoubt(logger, time.GetUtcNow(), doubt);
        }

        if (now is not { } judged)
        {
            return;
        }

        var (blocks, rollups) = (0, 0);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var expired = store.ReadExpired(Before(judged, options.Blocks), Before(judged, options.Hours), Before(judged, options.Days), DroppedAtOnce);
            if (expired.Blocks.Count + expired.Rollups.Count == 0)
            {
                break;
            }

            await store.Write([expired]);
            blocks += expired.Blocks.Count;
            rollups += expired.Rollups.Count;
        }

        if (blocks + rollups > 0)
        {
            HistoryLog.Expired(logger, blocks, rollups);
        }
    }

    private async Task DropBeyondLimit(CancellationToken cancellation)
    {
        if (options.LargestBytes <= 0 || store.ReadHistorySize().BlockBytes is var bytes && bytes <= options.LargestBytes)
        {
            return;
        }

        var (left, dropped, until) = (store.ReadHistorySize().BlockBytes, 0, 0L);
        while (left > options.LargestBytes)
        {
            cancellation.ThrowIfCancellationRequested();
            var going = new List<long>();
            foreach (var (id, size, toMs) in store.ReadOldestBlocks(DroppedAtOnce))
            {
                if (left > options.LargestBytes)
                {
                    going.Add(id);
                    left -= size;
                    until = toMs;
                }
            }

            if (going.Count == 0)
            {
                break;
            }

            await store.Write([new DropHistory(going, [])]);
            dropped += going.Count;
        }

        HistoryLog.OverLimit(logger, bytes, options.LargestBytes, dropped, DateTimeOffset.FromUnixTimeMilliseconds(until));
    }

    private static long Before(DateTimeOffset now, TimeSpan kept) =>
        now.UtcTicks > kept.Ticks ? (now - kept).ToUnixTimeMilliseconds() : long.MinValue / 2;
}
