#nullable enable

using System;
using System.Collections.Generic;
using System.Linq;
using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.SensorNode.Simulator.Machines;

/// <summary>Which recordings of an index the nodes of a demo are bolted to.</summary>
public static class RecordingChoice
{
    /// <summary>
    /// Chooses recordings for nodes: those whose file (its whole path in the index, or its name) fits the pattern, one fault after the other
    /// in turn, in an order that the seed decides. Recordings shorter than a capture come after the others of their fault.
    /// </summary>
    /// <param name="items">All recordings.</param>
    /// <param name="pattern">With * and ?; null = all.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="seed">Equal seeds choose equally.</param>
    /// <exception cref="RecordingException">Nothing fits.</exception>
    public static IReadOnlyList<RecordingItem> Choose(IReadOnlyList<RecordingItem> items, string? pattern, int count, ulong seed)
    {
        List<RecordingItem> fitting = [.. items.Where(item => pattern == null || RecordingIndex.Fits(pattern, item.File))];
        if (fitting.Count == 0)
        {
            throw new RecordingException(
                RecordingException.NothingSelected,
                pattern == null ? "The index has no waveform." : $"None of the {items.Count} waveforms of the index fits '{pattern}'.");
        }

        List<Queue<RecordingItem>> faults = [];
        var groups = fitting.GroupBy(item => item.Fault).OrderBy(group => group.Key, StringComparer.Ordinal);
        foreach (IGrouping<string, RecordingItem> fault in groups)
        {
            RecordingItem[] shuffled = [.. fault];
            Shuffle(shuffled, new Xoshiro256(Xoshiro256.Mix(seed, (ulong)faults.Count)));
            faults.Add(new Queue<RecordingItem>(shuffled.OrderByDescending(RecordingMachine.IsLongEnough)));
        }

        List<RecordingItem> chosen = [];
        while (chosen.Count < count && faults.Exists(queue => queue.Count > 0))
        {
            foreach (Queue<RecordingItem> queue in faults)
            {
                if (chosen.Count < count && queue.TryDequeue(out RecordingItem? item))
                {
                    chosen.Add(item);
                }
            }
        }

        return chosen;
    }

    private static void Shuffle(RecordingItem[] items, Xoshiro256 random)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = (int)(random.NextUniform() * (i + 1));
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
