using System.Collections.Immutable;
using System.Text.Json.Nodes;
using DeviceTwin.Twins.Conditions;

namespace DeviceTwin.Twins.Reconciliation;

/// <summary>What configurations ask of one device's desired properties.</summary>
/// <param name="Patch">The desired patch; empty where nothing has to change.</param>
/// <param name="Applied">What is set by configurations once the patch is in.</param>
public sealed record ConfigurationPlan(JsonObject Patch, ImmutableSortedDictionary<string, AppliedSetting> Applied);

/// <summary>
/// From the configurations that target a device to the patch that brings its desired properties there. A pure function of the
/// set of configurations and the twin, whatever the order in which they came.
/// </summary>
/// <remarks>
/// The patch follows from what changed <em>in the configurations</em>: a setting that an operator overwrote afterwards stays as the
/// operator left it until another configuration wins its path or the winning one changes its value. When the last configuration leaves a
/// path, the setting is removed if it still is the one that the configuration made.
/// </remarks>
public static class ConfigurationPlanner
{
    /// <summary>Plans for a device.</summary>
    /// <param name="byPrecedence">All configurations in the order of <see cref="PreparedConfiguration.ByPrecedence"/>.</param>
    public static ConfigurationPlan Plan(ConditionSubject subject, IEnumerable<PreparedConfiguration> byPrecedence) =>
        Plan(subject.Twin, Layers.Of(subject, byPrecedence));

    /// <summary>Plans for a device.</summary>
    /// <param name="layers">What asks something of it.</param>
    /// <param name="returning">Values that return where an override ends and no configuration wins its path.</param>
    public static ConfigurationPlan Plan(TwinDocument twin, Layers layers, IReadOnlyDictionary<string, JsonNode>? returning = null)
    {
        var winners = WinnersOf(layers);
        var patch = new JsonObject();
        var removed = new List<string>();
        foreach (var (path, before) in twin.Applied)
        {
            if (!winners.ContainsKey(path) && Json.Same(Json.At(twin.Desired.Properties, path), before.Value))
            {
                var value = returning?.GetValueOrDefault(path);
                SetAt(patch, path, value);
                if (value is null)
                {
                    removed.Add(path);
                }
            }
        }

        foreach (var (path, winner) in winners)
        {
            var changed = !twin.Applied.TryGetValue(path, out var before)
                || before.ConfigurationId != winner.ConfigurationId
                || !Json.Same(before.Value, winner.Value);
            if (changed && !Json.Same(Json.At(twin.Desired.Properties, path), winner.Value))
            {
                SetAt(patch, path, winner.Value);
            }
        }

        RemoveEmptyParents(twin.Desired.Properties, patch, removed);
        return new ConfigurationPlan(patch, Unchanged(twin.Applied, winners) ? twin.Applied : winners);
    }

    /// <summary>
    /// Per path the setting of the first configuration that sets it. A path below or above one that is taken already yields as well:
    /// a property cannot be a value and an object at once.
    /// </summary>
    private static ImmutableSortedDictionary<string, AppliedSetting> WinnersOf(Layers layers)
    {
        var winners = AppliedSetting.None.ToBuilder();
        var parents = new HashSet<string>(StringComparer.Ordinal);
        foreach (var contender in layers.Contenders())
        {
            // Paths of one configuration never conflict with each other, so they may see what it has placed itself.
            var path = contender.Path;
            if (winners.ContainsKey(path) || parents.Contains(path) || Winners.ParentsOf(path).Any(winners.ContainsKey))
            {
                continue;
            }

            winners.Add(path, new AppliedSetting(contender.Source, contender.Value));
            parents.UnionWith(Winners.ParentsOf(path));
        }

        return winners.ToImmutable();
    }

    private static bool Unchanged(
        ImmutableSortedDictionary<string, AppliedSetting> before, ImmutableSortedDictionary<string, AppliedSetting> after) =>
        before.Count == after.Count
        && after.All(entry => before.TryGetValue(entry.Key, out var old)
            && old.ConfigurationId == entry.Value.ConfigurationId
            && Json.Same(old.Value, entry.Value.Value));

    /// <summary>An object that a configuration made, and that is empty now that its settings are gone, goes with them.</summary>
    internal static void RemoveEmptyParents(JsonObject properties, JsonObject patch, IReadOnlyList<string> removed)
    {
        if (removed.Count == 0)
        {
            return;
        }

        var result = TwinPatches.Apply(properties, patch);
        foreach (var parent in removed.SelectMany(Winners.ParentsOf).Distinct().OrderByDescending(path => path.Length))
        {
            if (Json.At(result, parent) is JsonObject { Count: 0 } empty)
            {
                SetAt(patch, parent, null);
                ((JsonObject)empty.Parent!).Remove(parent[(parent.LastIndexOf('.') + 1)..]);
            }
        }
    }

    /// <summary>
    /// Writes into a patch. A plain value already there gives way to an object: it can only be the removal of a parent path,
    /// and the object replaces the value anyway.
    /// </summary>
    internal static void SetAt(JsonObject patch, string path, JsonNode? value)
    {
        var keys = path.Split('.');
        var parent = patch;
        foreach (var key in keys.AsSpan(0, keys.Length - 1))
        {
            if (parent[key] is not JsonObject child)
            {
                parent[key] = child = [];
            }

            parent = child;
        }

        parent[keys[^1]] = value?.DeepClone();
    }

    /// <summary>Takes a path out of a patch, with the objects on the way that hold nothing else.</summary>
    internal static void TakeOut(JsonObject patch, string path)
    {
        var keys = path.Split('.');
        var way = new List<JsonObject> { patch };
        foreach (var key in keys.AsSpan(0, keys.Length - 1))
        {
            if (way[^1][key] is not JsonObject child)
            {
                return;
            }

            way.Add(child);
        }

        way[^1].Remove(keys[^1]);
        for (var level = way.Count - 1; level > 0 && way[level].Count == 0; level--)
        {
            way[level - 1].Remove(keys[level - 1]);
        }
    }
}
