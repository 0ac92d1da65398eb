namespace DeviceTwin.Storage.History;

/// <summary>Plans the change that turns messages of a tail into a block. Pure but for what it reads of the roll-ups.</summary>
public static class Compaction
{
    /// <param name="rows">The oldest of the tail, without a hole in their numbers from the first on; what stands behind a hole is left for later.</param>
    /// <param name="existing">The block of roll-ups that is there, or null.</param>
    /// <param name="unreadable">Messages that were no JSON object: they do not go on into the history.</param>
    public static CompactHistory Plan(
        HistoryTail tail, string kind, IReadOnlyList<HistoryRow> rows, Func<HistoryResolution, long, byte[]?> existing, out int unreadable)
    {
        var count = 1;
        while (count < rows.Count && rows[count].Number == rows[0].Number + count)
        {
            count++;
        }

        var samples = rows.Take(count).Select(row => row.Read()).OfType<HistorySample>().ToArray();
        unreadable = count - samples.Length;
        var (first, last) = (rows[0].Number, rows[count - 1].Number);
        var block = samples.Length == 0 ? null : new HistoryBlock(
            first, last, samples.Min(sample => sample.AtMs), samples.Max(sample => sample.AtMs), samples.Length, BlockCodec.Encode(samples));
        return new CompactHistory(
            tail.StreamId, tail.DeviceId, kind, first, last, count, block, [.. RollupSpan.Kept.SelectMany(resolution => RollUp(resolution, samples, existing))]);
    }

    private static IEnumerable<RollupBlock> RollUp(HistoryResolution resolution, HistorySample[] samples, Func<HistoryResolution, long, byte[]?> existing)
    {
        foreach (var span in samples.GroupBy(sample => RollupSpan.Begin(resolution, sample.AtMs)))
        {
            var buckets = new Dictionary<long, Rollup>();
            foreach (var rollup in existing(resolution, span.Key) is { } body ? RollupSpan.Decode(body) : [])
            {
                buckets[rollup.AtMs] = rollup;
            }

            foreach (var sample in span)
            {
                var at = Rollup.Begin(resolution, sample.AtMs);
                if (!buckets.TryGetValue(at, out var rollup))
                {
                    buckets[at] = rollup = new Rollup(at);
                }

                rollup.Add(sample);
            }

            yield return new RollupBlock(resolution, span.Key, RollupSpan.Encode(buckets.Values));
        }
    }
}
