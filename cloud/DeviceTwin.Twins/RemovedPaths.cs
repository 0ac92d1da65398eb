using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace DeviceTwin.Twins;

/// <summary>
/// The desired properties that a twin had once and has no more, with the version that took each away. Devices merge what they are sent, so
/// a document alone cannot tell one that was away what is gone: the removed paths go with it as nulls.
/// </summary>
public static class RemovedPaths
{
    /// <summary>More than this many are not remembered; the oldest give way.</summary>
    public const int Most = 128;

    /// <summary>Nothing was removed.</summary>
    public static readonly ImmutableSortedDictionary<string, long> None = ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal);

    /// <summary>What is removed after a change; the same dictionary where the change made no difference to it.</summary>
    public static ImmutableSortedDictionary<string, long> After(
        ImmutableSortedDictionary<string, long> removed, JsonObject before, JsonObject after, long version)
    {
        var next = removed.RemoveRange(removed.Keys.Where(path => Exists(after, path)));
        next = next.SetItems(Leaves(before, "").Where(path => !Exists(after, path)).Select(path => KeyValuePair.Create(path, version)));
        return next.Count <= Most
            ? next
            : next.RemoveRange(next.OrderBy(entry => entry.Value).ThenBy(entry => entry.Key, StringComparer.Ordinal).Take(next.Count - Most).Select(entry => entry.Key));
    }

    /// <summary>A copy of the document with a null in the place of everything that was removed.</summary>
    public static JsonObject Complete(JsonObject document, IEnumerable<string> removed)
    {
        var complete = (JsonObject)document.DeepClone();
        foreach (var path in removed)
        {
            var parent = complete;
            foreach (var key in path.Split('.'))
            {
                if (!parent.TryGetPropertyValue(key, out var child))
                {
                    // Here it ends for the device too; what was below goes with it.
                    parent[key] = null;
                    break;
                }

                // A value in the place of an object replaces it, with all that was in it.
                if (child is not JsonObject inner)
                {
                    break;
                }

                parent = inner;
            }
        }

        return complete;
    }

    /// <summary>The paths of values; that of an object only where it is empty.</summary>
    private static IEnumerable<string> Leaves(JsonObject node, string prefix)
    {
        foreach (var (key, value) in node)
        {
            if (value is JsonObject { Count: > 0 } child)
            {
                foreach (var path in Leaves(child, prefix + key + "."))
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

    private static bool Exists(JsonObject document, string path)
    {
        JsonNode? node = document;
        foreach (var key in path.Split('.'))
        {
            if (node is not JsonObject parent || !parent.TryGetPropertyValue(key, out node))
            {
                return false;
            }
        }

        return true;
    }
}
