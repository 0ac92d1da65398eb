namespace DeviceTwin.Analytics.Reports;

/// <summary>How often something was said.</summary>
/// <param name="Word">A word of a catalogue.</param>
/// <param name="Count">At least 1.</param>
public sealed record WordCount(string Word, long Count)
{
    /// <summary>By word; what was never said is left out.</summary>
    internal static IReadOnlyList<WordCount> Of(IEnumerable<KeyValuePair<string, long>> counts) =>
        [.. counts.Where(pair => pair.Value > 0).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => new WordCount(pair.Key, pair.Value))];

    /// <summary>The sums of several.</summary>
    internal static IReadOnlyList<WordCount> Sum(IEnumerable<IReadOnlyList<WordCount>> counts) =>
        Of(counts.SelectMany(list => list).GroupBy(count => count.Word).Select(group => KeyValuePair.Create(group.Key, group.Sum(count => count.Count))));
}
