using System.Text.Json.Nodes;

namespace DeviceTwin.Twins;

/// <summary>
/// Merge patches: objects merge with objects, anything else replaces, null deletes, arrays replace whole.
/// Documents never hold a null.
/// </summary>
public static class TwinPatches
{
    /// <summary>The document after a patch; both arguments stay as they are.</summary>
    public static JsonObject Apply(JsonObject document, JsonObject patch)
    {
        var result = (JsonObject)document.DeepClone();
        Merge(result, patch);
        return result;
    }

    /// <summary>The smallest patch that makes one document into another; empty where they are the same.</summary>
    public static JsonObject Between(JsonObject from, JsonObject to)
    {
        var patch = new JsonObject();
        foreach (var (key, value) in to)
        {
            if (!from.TryGetPropertyValue(key, out var before))
            {
                patch[key] = value!.DeepClone();
            }
            else if (before is JsonObject left && value is JsonObject right)
            {
                var inner = Between(left, right);
                if (inner.Count > 0)
                {
                    patch[key] = inner;
                }
            }
            else if (!Json.Same(before, value))
            {
                patch[key] = value!.DeepClone();
            }
        }

        foreach (var (key, _) in from)
        {
            if (!to.ContainsKey(key))
            {
                patch[key] = null;
            }
        }

        return patch;
    }

    /// <summary>
    /// What a device must be sent when a section was replaced: the whole new document, and null for what it no longer has,
    /// because a device cannot tell a replacement from a patch.
    /// </summary>
    public static JsonObject Replacement(JsonObject from, JsonObject to)
    {
        var patch = (JsonObject)to.DeepClone();
        AddRemoved(from, patch);
        return patch;
    }

    /// <summary>The dotted paths that a patch writes or deletes, without the objects on the way; arrays count as one value.</summary>
    public static IEnumerable<string> Paths(JsonObject patch) => Paths(patch, "");

    /// <summary>
    /// What a patch has changed in a document: values that are other than before, an object that was not there as a whole. What was written as it
    /// had been is left out.
    /// </summary>
    public static IEnumerable<TwinDifference> Differences(JsonObject before, JsonObject after, JsonObject patch) => Differences(before, after, patch, "");

    /// <summary>Merges in place.</summary>
    internal static void Merge(JsonObject document, JsonObject patch)
    {
        foreach (var (key, value) in patch)
        {
            if (value is null)
            {
                document.Remove(key);
            }
            else if (value is JsonObject members)
            {
                if (document[key] is not JsonObject child)
                {
                    document[key] = child = [];
                }

                Merge(child, members);
            }
            else
            {
                document[key] = value.DeepClone();
            }
        }
    }

    /// <summary>Metadata follow a patch, in place: written keys and every object on the way to them are stamped, deleted ones forgotten.</summary>
    internal static void Stamp(JsonObject metadata, JsonObject patch, MetadataStamp stamp)
    {
        stamp.Mark(metadata);
        foreach (var (key, value) in patch)
        {
            if (value is null)
            {
                metadata.Remove(key);
                continue;
            }

            var below = metadata[key] as JsonObject;
            if (value is JsonObject members)
            {
                if (below is null)
                {
                    metadata[key] = below = [];
                }

                Stamp(below, members, stamp);
            }
            else if (below is not null && stamp.IsAllOf(below))
            {
                stamp.Mark(below);
            }
            else
            {
                metadata[key] = Leaf(stamp);
            }
        }
    }

    private static JsonObject Leaf(MetadataStamp stamp)
    {
        var leaf = new JsonObject();
        stamp.Mark(leaf);
        return leaf;
    }

    private static void AddRemoved(JsonObject from, JsonObject patch)
    {
        foreach (var (key, before) in from)
        {
            if (!patch.TryGetPropertyValue(key, out var after))
            {
                patch[key] = null;
            }
            else if (before is JsonObject left && after is JsonObject right)
            {
                AddRemoved(left, right);
            }
        }
    }

    private static IEnumerable<TwinDifference> Differences(JsonObject before, JsonObject after, JsonObject patch, string prefix)
    {
        foreach (var (key, value) in patch)
        {
            var (from, to) = (before[key], after[key]);
            if (value is JsonObject members && from is JsonObject left && to is JsonObject right)
            {
                foreach (var difference in Differences(left, right, members, $"{prefix}{key}."))
                {
                    yield return difference;
                }
            }
            else if (!Json.Same(from, to))
            {
                yield return new TwinDifference(prefix + key, from, to);
            }
        }
    }

    private static IEnumerable<string> Paths(JsonObject patch, string prefix)
    {
        foreach (var (key, value) in patch)
        {
            if (value is JsonObject { Count: > 0 } members)
            {
                foreach (var path in Paths(members, $"{prefix}{key}."))
                {
                    yield return path;
                }
            }
            else
            {
                yield return prefix + key;
            }
        }
    }
}

/// <summary>One value that changed.</summary>
/// <param name="Path">Dotted, below the section.</param>
/// <param name="From">Null where there was none; a twin holds no nulls.</param>
/// <param name="To">Null where there is none any more.</param>
public sealed record TwinDifference(string Path, JsonNode? From, JsonNode? To);
