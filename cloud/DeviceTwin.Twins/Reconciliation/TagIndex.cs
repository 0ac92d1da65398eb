using System.Text.Json.Nodes;
using DeviceTwin.Twins.Conditions;

namespace DeviceTwin.Twins.Reconciliation;

/// <summary>
/// Which devices have which value in which tag, so that a configuration finds its members without asking every device. Not for several threads at once.
/// </summary>
public sealed class TagIndex
{
    private static readonly HashSet<string> Nobody = [];

    private readonly Dictionary<string, Dictionary<Primitive, HashSet<string>>> tags = new(StringComparer.Ordinal);
    private readonly HashSet<string> devices = new(StringComparer.Ordinal);

    /// <summary>Conditions that no index helped with: every device had to be asked.</summary>
    public long Scans { get; private set; }

    /// <summary>A device came, or its tags changed.</summary>
    /// <param name="before">Its tags so far; null where it is new.</param>
    public void Put(string deviceId, JsonObject? before, JsonObject after)
    {
        devices.Add(deviceId);
        if (ReferenceEquals(before, after))
        {
            return;
        }

        if (before is not null)
        {
            Leaves(before, "", (path, value) => Remove(deviceId, path, value));
        }

        Leaves(after, "", (path, value) =>
        {
            var values = tags.TryGetValue(path, out var known) ? known : tags[path] = [];
            (values.TryGetValue(value, out var set) ? set : values[value] = new HashSet<string>(StringComparer.Ordinal)).Add(deviceId);
        });
    }

    /// <summary>A device went.</summary>
    public void Remove(string deviceId, JsonObject tagsSoFar)
    {
        devices.Remove(deviceId);
        Leaves(tagsSoFar, "", (path, value) => Remove(deviceId, path, value));
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        tags.Clear();
        devices.Clear();
    }

    /// <summary>Devices among which are all that satisfy a condition. Where nothing of it can be looked up, these are all.</summary>
    public IReadOnlyCollection<string> Candidates(TwinCondition condition)
    {
        if (condition.Root is Constant { Value: true })
        {
            return [.. devices];
        }

        if (Find(condition.Root) is { } found)
        {
            return [.. found];
        }

        Scans++;
        return [.. devices];
    }

    /// <summary>Whether members of a condition can be looked up: equality and IN on tags and the device id, and what AND and OR make of them.</summary>
    public static bool CanLookUp(TwinCondition condition) => condition.Root is Constant || CanLookUp(condition.Root);

    private static bool CanLookUp(ConditionNode node) => node switch
    {
        Constant { Value: false } => true,
        Comparison { Comparator: Comparator.Equal } comparison => Pair(comparison) is not null,
        Membership { Negated: false, Value: PathOperand path } => IsLookedUp(path),
        And and => and.Terms.Any(CanLookUp),
        Or or => or.Terms.All(CanLookUp),
        _ => false,
    };

    private static (PathOperand Path, Primitive Value)? Pair(Comparison comparison) => (comparison.Left, comparison.Right) switch
    {
        (PathOperand path, LiteralOperand literal) when IsLookedUp(path) => (path, literal.Literal),
        (LiteralOperand literal, PathOperand path) when IsLookedUp(path) => (path, literal.Literal),
        _ => null,
    };

    private static bool IsLookedUp(PathOperand path) => (path.Path[0] == "tags" && path.Path.Count > 1) || (path.Path[0] == "deviceId" && path.Path.Count == 1);

    /// <summary>The devices among which are all that satisfy a node; null where that cannot be looked up.</summary>
    private HashSet<string>? Find(ConditionNode node)
    {
        switch (node)
        {
            case Constant { Value: false }:
                return Nobody;
            case Comparison { Comparator: Comparator.Equal } comparison when Pair(comparison) is var (path, value):
                return Find(path, [value]);
            case Membership { Negated: false, Value: PathOperand path } membership when IsLookedUp(path):
                return Find(path, membership.List);
            case And and:
                return and.Terms.Select(Find).OfType<HashSet<string>>().MinBy(found => found.Count);
            case Or or:
                var all = new HashSet<string>(StringComparer.Ordinal);
                foreach (var term in or.Terms)
                {
                    if (Find(term) is not { } found)
                    {
                        return null;
                    }

                    all.UnionWith(found);
                }

                return all;
            default:
                return null;
        }
    }

    private HashSet<string> Find(PathOperand path, IReadOnlyList<Primitive> values)
    {
        if (path.Path[0] == "deviceId")
        {
            return [.. values.Select(value => value.Value as string).OfType<string>().Where(devices.Contains)];
        }

        if (!tags.TryGetValue(string.Join('.', path.Path.Skip(1)), out var known))
        {
            return Nobody;
        }

        if (values.Count == 1)
        {
            return known.GetValueOrDefault(Key(values[0]), Nobody);
        }

        var all = new HashSet<string>(StringComparer.Ordinal);
        foreach (var value in values)
        {
            all.UnionWith(known.GetValueOrDefault(Key(value), Nobody));
        }

        return all;
    }

    private void Remove(string deviceId, string path, Primitive value)
    {
        if (tags.TryGetValue(path, out var values) && values.TryGetValue(value, out var set) && set.Remove(deviceId) && set.Count == 0)
        {
            values.Remove(value);
            if (values.Count == 0)
            {
                tags.Remove(path);
            }
        }
    }

    private static void Leaves(JsonObject members, string prefix, Action<string, Primitive> leaf)
    {
        foreach (var (key, node) in members)
        {
            if (node is JsonObject inner)
            {
                Leaves(inner, $"{prefix}{key}.", leaf);
            }
            else if (Primitive.Of(node) is { Kind: not PrimitiveKind.None } value)
            {
                leaf(prefix + key, Key(value));
            }
        }
    }

    /// <summary>Numbers that compare as equal are one key: 1 is 1.0.</summary>
    private static Primitive Key(Primitive value) =>
        value.Kind == PrimitiveKind.Number && value.Value is double real && real == Math.Truncate(real) && Math.Abs(real) < 9e15 ? Primitive.Of((long)real)
        : value.Kind == PrimitiveKind.Number && value.Value is long whole && Math.Abs(whole) >= 9_000_000_000_000_000 ? Primitive.Of((double)whole)
        : value;
}
