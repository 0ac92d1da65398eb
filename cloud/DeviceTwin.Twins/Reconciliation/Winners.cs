using System.Collections.Immutable;
using System.Text.Json.Nodes;
using DeviceTwin.Twins.Conditions;

namespace DeviceTwin.Twins.Reconciliation;

/// <summary>Why somebody who wanted a path does not have it.</summary>
public enum LostBy
{
    /// <summary>The device has an override there.</summary>
    Override,

    /// <summary>The winner's priority is higher.</summary>
    Priority,

    /// <summary>Of the same priority, the winner is the more recently created.</summary>
    Age,

    /// <summary>Of the same priority and time, the winner's id comes first.</summary>
    Id,
}

/// <summary>Somebody who wants a path of a device.</summary>
/// <param name="Source">The configuration's id, or <see cref="SettingOverride.Source"/>.</param>
/// <param name="Path">The path wanted; another than the winner's where one lies below the other.</param>
/// <param name="Priority">Null for an override.</param>
/// <param name="Version">The configuration's version; null for an override.</param>
/// <param name="Staged">Whether it is the version that is being rolled out.</param>
/// <param name="Owner">The override's owner; null for a configuration.</param>
/// <param name="ExpiresAt">When the override ends; null for a configuration.</param>
public sealed record Contender(
    string Source, string Path, JsonNode Value, int? Priority, DateTimeOffset CreatedAt, long? Version, bool Staged, string? Owner, string? Reason, DateTimeOffset? ExpiresAt);

/// <summary>One that lost, and why.</summary>
/// <param name="ParentConflict">The two want different paths of which one lies below the other: a property cannot be a value and an object at once.</param>
public sealed record LostContender(Contender Contender, LostBy Why, bool ParentConflict);

/// <summary>Who sets a path of a device, and why.</summary>
/// <param name="Desired">What stands there: another value where somebody has written it since; null where nothing does.</param>
/// <param name="Stands">Whether the winner's value is what is desired.</param>
public sealed record PathWinner(string Path, Contender Winner, IReadOnlyList<LostContender> Lost, JsonNode? Desired, bool Stands);

/// <summary>What asks something of a device: its overrides, then the configurations that target it, from the one that wins to the one that yields.</summary>
/// <param name="Staged">The ids of the configurations whose next version the device has.</param>
public sealed record Layers(IReadOnlyCollection<SettingOverride> Overrides, IReadOnlyList<PreparedConfiguration> Configurations, IReadOnlySet<string> Staged)
{
    /// <summary>For each of <see cref="Staged"/> what would ask something of the device without that version.</summary>
    public IReadOnlyDictionary<string, Layers> Without { get; init; } = ImmutableDictionary<string, Layers>.Empty;

    /// <summary>Of a device without overrides and staged versions.</summary>
    public static Layers Of(ConditionSubject subject, IEnumerable<PreparedConfiguration> byPrecedence) =>
        new([], [.. byPrecedence.Where(configuration => configuration.Condition.Matches(subject))], new HashSet<string>());

    /// <summary>Everybody who wants something, from the one that wins to the one that yields.</summary>
    internal IEnumerable<Contender> Contenders()
    {
        foreach (var setting in Overrides.OrderBy(setting => setting.Path, StringComparer.Ordinal))
        {
            yield return new Contender(SettingOverride.Source, setting.Path, setting.Value, null, setting.SetAt, null, false, setting.Owner, setting.Reason, setting.ExpiresAt);
        }

        foreach (var prepared in Configurations)
        {
            var configuration = prepared.Configuration;
            foreach (var (path, value) in prepared.Settings)
            {
                yield return new Contender(
                    configuration.Id, path, value, configuration.Priority, configuration.CreatedAt, configuration.Version, Staged.Contains(configuration.Id), null, null, null);
            }
        }
    }
}

/// <summary>Who sets which path, and why. Pure.</summary>
public static class Winners
{
    /// <summary>Path by path, sorted: the winner, and everybody else who wanted the path, or one above or below it.</summary>
    public static IReadOnlyList<PathWinner> Explain(TwinDocument twin, Layers layers)
    {
        var won = new SortedDictionary<string, (Contender Winner, List<LostContender> Lost)>(StringComparer.Ordinal);
        var parents = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var contender in layers.Contenders())
        {
            var path = contender.Path;
            if (won.TryGetValue(path, out var same))
            {
                same.Lost.Add(new LostContender(contender, Why(same.Winner, contender), false));
                continue;
            }

            var above = ParentsOf(path).FirstOrDefault(won.ContainsKey);
            if (above is not null || parents.TryGetValue(path, out var below))
            {
                foreach (var other in above is not null ? [above] : parents[path])
                {
                    won[other].Lost.Add(new LostContender(contender, Why(won[other].Winner, contender), true));
                }

                continue;
            }

            won.Add(path, (contender, []));
            foreach (var parent in ParentsOf(path))
            {
                (parents.TryGetValue(parent, out var list) ? list : parents[parent] = []).Add(path);
            }
        }

        return [.. won.Select(entry =>
        {
            var desired = Json.At(twin.Desired.Properties, entry.Key);
            return new PathWinner(entry.Key, entry.Value.Winner, entry.Value.Lost, desired, Json.Same(desired, entry.Value.Winner.Value));
        })];
    }

    internal static IEnumerable<string> ParentsOf(string path)
    {
        for (var dot = path.IndexOf('.'); dot >= 0; dot = path.IndexOf('.', dot + 1))
        {
            yield return path[..dot];
        }
    }

    private static LostBy Why(Contender winner, Contender loser) =>
        winner.Priority is null ? LostBy.Override
        : winner.Priority != loser.Priority ? LostBy.Priority
        : winner.CreatedAt != loser.CreatedAt ? LostBy.Age
        : LostBy.Id;
}
