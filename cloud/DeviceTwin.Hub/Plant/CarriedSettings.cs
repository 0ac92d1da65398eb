using System.Text.Json.Nodes;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Plant;

/// <summary>What a node that replaces another takes over from it. Pure.</summary>
internal static class CarriedSettings
{
    /// <summary>Says something to one node at one time, nothing about the machine.</summary>
    private const string Acknowledgements = "maintenance.acknowledgeGeneration";

    /// <summary>
    /// The desired properties that people have set. What configurations have set is left out as long as it holds: it comes to the new node by
    /// its tags, and goes when they go.
    /// </summary>
    public static JsonObject Desired(TwinDocument old)
    {
        var desired = old.Desired.Properties;
        var carried = new JsonObject();
        foreach (var path in TwinPatches.Paths(desired))
        {
            if (path != Acknowledgements && !old.Applied.Any(entry => Covers(entry.Key, path) && Json.Same(entry.Value.Value, Json.At(desired, entry.Key))))
            {
                Set(carried, path, Json.At(desired, path));
            }
        }

        return carried;
    }

    /// <summary>The old node's tags that the new one does not have.</summary>
    public static JsonObject Tags(TwinDocument old, TwinDocument taker)
    {
        var carried = new JsonObject();
        foreach (var (name, value) in old.Tags)
        {
            if (!taker.Tags.ContainsKey(name))
            {
                carried[name] = value?.DeepClone();
            }
        }

        return carried;
    }

    private static bool Covers(string above, string path) => path == above || path.StartsWith(above + ".", StringComparison.Ordinal);

    private static void Set(JsonObject root, string path, JsonNode? value)
    {
        var keys = path.Split('.');
        var parent = root;
        foreach (var key in keys[..^1])
        {
            if (parent[key] is not JsonObject child)
            {
                parent[key] = child = [];
            }

            parent = child;
        }

        parent[keys[^1]] = value?.DeepClone();
    }
}
