using DeviceTwin.Storage.Waveforms;

namespace DeviceTwin.Hub.Waveforms;

/// <summary>Which waveforms have to go. Pure.</summary>
internal static class WaveformRetention
{
    /// <summary>The waveforms of a device that its alarms keep: those they name, and the neighbours of each.</summary>
    /// <param name="oldestFirst">All of the device.</param>
    public static IReadOnlySet<string> Kept(IReadOnlyList<StoredWaveform> oldestFirst, IEnumerable<AlarmWaveform> alarms, int neighbours)
    {
        var kept = new HashSet<string>(StringComparer.Ordinal);
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var index = 0; index < oldestFirst.Count; index++)
        {
            places[oldestFirst[index].Head.Sha256] = index;
        }

        foreach (var alarm in alarms)
        {
            // Without its own waveform an alarm stands between two captures.
            var (before, after) = alarm.Sha256 is not null && places.TryGetValue(alarm.Sha256, out var place)
                ? (place - neighbours, place + neighbours)
                : FirstAfter(oldestFirst, alarm.At) is var next ? (next - neighbours, next + neighbours - 1) : default;
            for (var index = Math.Max(0, before); index <= Math.Min(after, oldestFirst.Count - 1); index++)
            {
                kept.Add(oldestFirst[index].Head.Sha256);
            }
        }

        return kept;
    }

    /// <summary>What is too old, and then the oldest of what exceeds the device's quota.</summary>
    /// <param name="oldestFirst">All of the device.</param>
    public static IReadOnlyList<StoredWaveform> Surplus(
        IReadOnlyList<StoredWaveform> oldestFirst, IReadOnlySet<string> kept, DateTimeOffset now, WaveformOptions options)
    {
        var count = oldestFirst.Count;
        var bytes = oldestFirst.Sum(waveform => (long)waveform.Head.Facts.Length);
        var surplus = new List<StoredWaveform>();
        foreach (var waveform in oldestFirst)
        {
            var isTooMuch = count > options.QuotaCount || bytes > options.QuotaBytes || now - waveform.ReceivedAt > options.KeptFor;
            if (isTooMuch && !kept.Contains(waveform.Head.Sha256))
            {
                surplus.Add(waveform);
                count--;
                bytes -= waveform.Head.Facts.Length;
            }
        }

        return surplus;
    }

    /// <summary>Whether a device's waveforms are within its quota.</summary>
    public static bool IsWithinQuota(IReadOnlyCollection<StoredWaveform> waveforms, WaveformOptions options) =>
        waveforms.Count <= options.QuotaCount && waveforms.Sum(waveform => (long)waveform.Head.Facts.Length) <= options.QuotaBytes;

    /// <summary>The oldest of what exceeds the size of all files. A content that several devices have counts once, and goes with the last of them.</summary>
    public static IReadOnlyList<StoredWaveform> SurplusOfAll(IEnumerable<(StoredWaveform Waveform, bool Kept)> all, long mostBytes)
    {
        var contents = all.GroupBy(entry => entry.Waveform.Head.Sha256, StringComparer.Ordinal).ToArray();
        var bytes = contents.Sum(content => content.First().Waveform.StoredBytes);
        var surplus = new List<StoredWaveform>();
        foreach (var content in contents.Where(content => !content.Any(entry => entry.Kept)).OrderBy(content => content.Max(entry => entry.Waveform.ReceivedAt)))
        {
            if (bytes <= mostBytes)
            {
                break;
            }

            bytes -= content.First().Waveform.StoredBytes;
            surplus.AddRange(content.Select(entry => entry.Waveform));
        }

        return surplus;
    }

    private static int FirstAfter(IReadOnlyList<StoredWaveform> oldestFirst, DateTimeOffset at)
    {
        var index = 0;
        while (index < oldestFirst.Count && oldestFirst[index].ReceivedAt <= at)
        {
            index++;
        }

        return index;
    }
}
