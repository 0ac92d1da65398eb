namespace DeviceTwin.Analytics.Reports;

/// <summary>What the proposed settings change at a path.</summary>
/// <param name="Effect">What a replay shows of it: a word of <see cref="Replays.SettingEffects"/>.</param>
/// <param name="Series">Where it changes.</param>
/// <param name="Old">The value there; null where it is absent or not the same everywhere.</param>
/// <param name="New">The proposed value; null where it is absent or not the same everywhere.</param>
public sealed record ChangeSummary(string Path, string Effect, long Series, string? Old, string? New)
{
    internal static IReadOnlyList<ChangeSummary> Of(IReadOnlyList<SeriesReport> series) =>
        [.. series.SelectMany(one => one.Changes).GroupBy(change => change.Path).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new ChangeSummary(
                group.Key, group.First().Effect, group.LongCount(), Same(group.Select(change => change.Old)), Same(group.Select(change => change.New))))];

    private static string? Same(IEnumerable<string?> values)
    {
        var distinct = values.Distinct().Take(2).ToArray();
        return distinct.Length == 1 ? distinct[0] : null;
    }
}
