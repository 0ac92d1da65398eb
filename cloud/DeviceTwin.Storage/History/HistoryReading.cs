namespace DeviceTwin.Storage.History;

/// <summary>
/// Reads a device's history over blocks and tail as one. The answer is the same whether messages have been compacted or not, also when
/// that happens in between. A few blocks are in memory at a time.
/// </summary>
public static class HistoryReading
{
    /// <summary>Messages in the order in which they came. Where the hub's clock was set back, their times go back, too.</summary>
    /// <param name="afterNumber">Begin behind this message; 0 = from the first.</param>
    /// <param name="series">Only these values.</param>
    public static IEnumerable<HistorySample> Samples(
        this IHistoryStore store, string deviceId, string kind, long fromMs, long toMs, long afterNumber, IReadOnlySet<string>? series)
    {
        for (var position = afterNumber; ;)
        {
            var page = store.ReadHistoryPage(deviceId, kind, position, fromMs, toMs);
            if (page.Blocks.Count == 0 && page.Rows.Count == 0)
            {
                yield break;
            }

            foreach (var block in page.Blocks)
            {
                foreach (var sample in BlockCodec.Decode(block.Body, series))
                {
                    if (sample.Number > position && sample.AtMs >= fromMs && sample.AtMs < toMs)
                    {
                        yield return sample;
                    }
                }

                position = block.LastNumber;
            }

            foreach (var row in page.Rows)
            {
                position = row.Number;
                if (row.Read() is { } sample)
                {
                    yield return Only(sample, series);
                }
            }
        }
    }

    /// <summary>Sums of the messages from a time to another by buckets, in the order of the buckets.</summary>
    /// <remarks>
    /// Minutes come from the messages themselves, as long as those are kept; where the hub's clock was set back, a minute may come twice. Hours
    /// and days are whole ones: every one that has a part in the time asked for.
    /// </remarks>
    public static IEnumerable<Rollup> Rollups(
        this IHistoryStore store, string deviceId, string kind, HistoryResolution resolution, long fromMs, long toMs, IReadOnlySet<string>? series) =>
        resolution == HistoryResolution.Minute
            ? Minutes(store.Samples(deviceId, kind, fromMs, toMs, 0, series))
            : Kept(store, deviceId, kind, resolution, Rollup.Begin(resolution, fromMs), toMs, series);

    private static HistorySample Only(HistorySample sample, IReadOnlySet<string>? series) =>
        series is null ? sample : sample with { Values = [.. sample.Values.Where(value => series.Contains(value.Key))] };

    private static IEnumerable<Rollup> Minutes(IEnumerable<HistorySample> samples)
    {
        Rollup? minute = null;
        foreach (var sample in samples)
        {
            var at = Rollup.Begin(HistoryResolution.Minute, sample.AtMs);
            if (minute?.AtMs != at)
            {
                if (minute is not null)
                {
                    yield return minute;
                }

                minute = new Rollup(at);
            }

            minute.Add(sample);
        }

        if (minute is not null)
        {
            yield return minute;
        }
    }

    private static IEnumerable<Rollup> Kept(
        IHistoryStore store, string deviceId, string kind, HistoryResolution resolution, long fromMs, long toMs, IReadOnlySet<string>? series)
    {
        // Roll-ups of what is in no block yet; a tail is short.
        var fresh = new SortedDictionary<long, Rollup>();
        var blocks = store.ReadRollupBlocks(deviceId, kind, resolution, fromMs, toMs, row =>
        {
            var at = Rollup.Begin(resolution, row.At.ToUnixTimeMilliseconds());
            if (at >= fromMs && at < toMs && row.Read() is { } sample)
            {
                if (!fresh.TryGetValue(at, out var rollup))
                {
                    fresh[at] = rollup = new Rollup(at);
                }

                rollup.Add(Only(sample, series));
            }
        });
        using var newer = fresh.Values.ToList().GetEnumerator();
        var has = newer.MoveNext();
        foreach (var stored in blocks.Bodies.SelectMany(body => RollupSpan.Decode(body, series)))
        {
            if (stored.AtMs < fromMs || stored.AtMs >= toMs)
            {
                continue;
            }

            for (; has && newer.Current.AtMs < stored.AtMs; has = newer.MoveNext())
            {
                yield return newer.Current;
            }

            if (has && newer.Current.AtMs == stored.AtMs)
            {
                stored.Add(newer.Current);
                has = newer.MoveNext();
            }

            yield return stored;
        }

        for (; has; has = newer.MoveNext())
        {
            yield return newer.Current;
        }
    }
}
