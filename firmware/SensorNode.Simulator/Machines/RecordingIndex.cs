#nullable enable

using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Enumeration;
using System.Linq;
using System.Text.Json;

namespace DeviceTwin.SensorNode.Simulator.Machines;

/// <summary>
/// Reads an index.json: {"items": [...]}, of which the items of kind "waveform" are recordings. Each needs file, format
/// ("int16 little-endian, value = sample*scale"), scale, samples and fs_hz; unit, fault, dataset, shaft_rpm and orders
/// {BPFO, BPFI, BSF, FTF} may be missing or null. Other kinds are left alone.
/// </summary>
public static class RecordingIndex
{
    private const string FileName = "index.json";

    /// <summary>All waveforms of a folder, in the order of the index.</summary>
    /// <exception cref="RecordingException">The index is missing or wrong; the message names the item.</exception>
    public static IReadOnlyList<RecordingItem> Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            throw new RecordingException(RecordingException.IndexMissing, $"There is no {FileName} in {folder}.");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("items", out JsonElement items)
                || items.ValueKind != JsonValueKind.Array)
            {
                throw new RecordingException(RecordingException.IndexMalformed, $"{path} has no array 'items'.");
            }

            List<RecordingItem> recordings = [];
            int number = 0;
            foreach (JsonElement item in items.EnumerateArray())
            {
                number++;
                if (new RecordingItemReader(folder, path, number, item).Read() is { } recording)
                {
                    recordings.Add(recording);
                }
            }

            return recordings;
        }
        catch (JsonException e)
        {
            throw new RecordingException(RecordingException.IndexMalformed, $"{path} is not JSON: {e.Message}", e);
        }
    }

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
        List<RecordingItem> fitting = [.. items.Where(item => pattern == null || Fits(pattern, item.File))];
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

    private static bool Fits(string pattern, string file) =>
        FileSystemName.MatchesSimpleExpression(pattern, file) || FileSystemName.MatchesSimpleExpression(pattern, Path.GetFileName(file));

    private static void Shuffle(RecordingItem[] items, Xoshiro256 random)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = (int)(random.NextUniform() * (i + 1));
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
