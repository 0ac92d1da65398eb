#nullable enable

using System.Text;
using System.Text.Json.Nodes;

namespace DeviceTwin.SensorNode.Simulator.Network;

/// <summary>A device's twin as a hub keeps it: recursive merge, null deletes, one version per section that counts every update.</summary>
public sealed class SimulatedTwin
{
    /// <summary>The desired properties.</summary>
    public JsonObject Desired { get; private set; } = [];

    /// <summary>The reported properties.</summary>
    public JsonObject Reported { get; private set; } = [];

    public int DesiredVersion { get; private set; } = 1;

    public int ReportedVersion { get; private set; } = 1;

    /// <summary>Changes the desired properties.</summary>
    /// <param name="patch">Not used afterwards by the caller.</param>
    /// <returns>What the hub pushes to the device.</returns>
    public byte[] Desire(JsonObject patch)
    {
        Merge(Desired, patch);
        patch["$version"] = ++DesiredVersion;
        return Bytes(patch);
    }

    /// <summary>Changes the desired properties.</summary>
    /// <param name="json">A patch.</param>
    /// <returns>What the hub pushes to the device.</returns>
    public byte[] Desire(string json) => Desire(Parse(Encoding.UTF8.GetBytes(json)));

    /// <summary>Takes a reported patch as the device sent it.</summary>
    /// <returns>The new reported version.</returns>
    public int Report(byte[] patch) => Report(Parse(patch));

    /// <summary>Takes a reported patch.</summary>
    /// <returns>The new reported version.</returns>
    public int Report(JsonObject patch)
    {
        Merge(Reported, patch);
        return ++ReportedVersion;
    }

    /// <summary>The answer to a device that asks for its twin.</summary>
    public byte[] Get()
    {
        var desired = (JsonObject)Desired.DeepClone();
        desired["$version"] = DesiredVersion;
        var reported = (JsonObject)Reported.DeepClone();
        reported["$version"] = ReportedVersion;
        return Bytes(new JsonObject { ["desired"] = desired, ["reported"] = reported });
    }

    /// <summary>The identity is deleted and made anew: an empty twin, whose versions begin again.</summary>
    public void MakeAnew()
    {
        Desired = [];
        Reported = [];
        DesiredVersion = 1;
        ReportedVersion = 1;
    }

    /// <summary>What a backup holds of this moment.</summary>
    public SimulatedTwin Copy() => new()
    {
        Desired = (JsonObject)Desired.DeepClone(),
        Reported = (JsonObject)Reported.DeepClone(),
        DesiredVersion = DesiredVersion,
        ReportedVersion = ReportedVersion,
    };

    /// <summary>The hub is set back by a backup: all that came after it has never been, and its version numbers are given out again.</summary>
    public void Restore(SimulatedTwin backup)
    {
        SimulatedTwin copy = backup.Copy();
        (Desired, Reported, DesiredVersion, ReportedVersion) = (copy.Desired, copy.Reported, copy.DesiredVersion, copy.ReportedVersion);
    }

    /// <summary>A reported node by dotted path, or null.</summary>
    public JsonNode? ReportedAt(string path) => At(Reported, path);

    /// <summary>A desired node by dotted path, or null.</summary>
    public JsonNode? DesiredAt(string path) => At(Desired, path);

    /// <summary>A node of a section by dotted path, or null.</summary>
    public static JsonNode? At(JsonObject section, string path)
    {
        JsonNode? current = section;
        foreach (string name in path.Split('.'))
        {
            current = (current as JsonObject)?[name];
        }

        return current;
    }

    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach ((string name, JsonNode? value) in patch)
        {
            if (value is null)
            {
                target.Remove(name);
            }
            else if (value is JsonObject inner)
            {
                if (target[name] is not JsonObject existing)
                {
                    existing = [];
                    target[name] = existing;
                }

                Merge(existing, inner);
            }
            else
            {
                target[name] = value.DeepClone();
            }
        }
    }

    private static JsonObject Parse(byte[] json) => (JsonObject)JsonNode.Parse(json)!;

    private static byte[] Bytes(JsonObject node) => Encoding.UTF8.GetBytes(node.ToJsonString());
}
