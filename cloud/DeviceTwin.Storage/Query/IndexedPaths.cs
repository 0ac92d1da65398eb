using System.Text.Json.Nodes;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;

namespace DeviceTwin.Storage.Query;

/// <summary>
/// Which values of a twin have rows of their own in the index: everything in the tags, which operators write and queries ask for, and
/// the desired and reported properties that are listed. A path is kept as its names joined by dots: no name of a twin has a dot in it.
/// </summary>
internal sealed class IndexedPaths
{
    private readonly string[] desired;
    private readonly string[] reported;
    private readonly HashSet<string> listed;

    /// <param name="paths"><c>properties.reported.firmwareVersion</c> and the like.</param>
    public IndexedPaths(IEnumerable<string> paths)
    {
        listed = new HashSet<string>(paths, StringComparer.Ordinal);
        desired = Below("properties.desired.");
        reported = Below("properties.reported.");
        if (desired.Length + reported.Length < listed.Count)
        {
            throw new ArgumentException("Only paths below properties.desired. and properties.reported. are listed; tags are always indexed.", nameof(paths));
        }
    }

    /// <summary>Tells one list from another.</summary>
    public string Signature => string.Join('\n', listed.Order(StringComparer.Ordinal));

    /// <summary>The path in the index, or null where the index does not have it.</summary>
    public string? Find(IReadOnlyList<string> path)
    {
        // A query may write any name in brackets, also one with a dot, which no twin has.
        if (path.Skip(1).Any(name => name.Contains('.', StringComparison.Ordinal)))
        {
            return null;
        }

        var joined = string.Join('.', path);
        return path[0] == "tags" || listed.Contains(joined) ? joined : null;
    }

    /// <summary>The rows of a twin.</summary>
    public IEnumerable<Leaf> TagsOf(TwinDocument twin) => Everything("tags.", twin.Tags);

    /// <summary>Adds the rows of the listed properties.</summary>
    public void AddListed(TwinDocument twin, List<Leaf> leaves)
    {
        Add("properties.desired.", desired, twin.Desired.Properties, leaves);
        Add("properties.reported.", reported, twin.Reported.Properties, leaves);
    }

    private static void Add(string prefix, string[] paths, JsonObject section, List<Leaf> leaves)
    {
        foreach (var path in paths)
        {
            if (Json.At(section, path) is { } node)
            {
                leaves.Add(new Leaf(prefix + path, Primitive.Of(node)));
            }
        }
    }

    private static IEnumerable<Leaf> Everything(string prefix, JsonObject members)
    {
        foreach (var (key, value) in members)
        {
            if (value is null)
            {
                continue;
            }

            yield return new Leaf(prefix + key, Primitive.Of(value));
            if (value is JsonObject inner)
            {
                foreach (var leaf in Everything($"{prefix}{key}.", inner))
                {
                    yield return leaf;
                }
            }
        }
    }

    private string[] Below(string prefix) =>
        [.. listed.Where(path => path.StartsWith(prefix, StringComparison.Ordinal)).Select(path => path[prefix.Length..])];
}

/// <summary>One row of the index: a path and what is there; of objects and arrays only that they are.</summary>
internal readonly record struct Leaf(string Path, Primitive Value);
