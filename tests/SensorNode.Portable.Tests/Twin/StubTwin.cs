using System.Text;
using System.Text.Json.Nodes;

namespace DeviceTwin.Tests.SensorNode.Portable.Twin;

/// <summary>A device twin as Azure IoT Hub keeps it, in its simplest form: recursive merge, null deletes, one version per section.</summary>
internal sealed class StubTwin
{
    public JsonObject Desired { get; private set; } = [];

    public JsonObject Reported { get; private set; } = [];

    public int DesiredVersion { get; private set; } = 1;

    public int ReportedVersion { get; private set; } = 1;

    /// <summary>Changes the desired properties.</summary>
    /// <returns>What the hub pushes to the device.</returns>
    public byte[] Desire(string json)
    {
        JsonObject patch = Parse(Encoding.UTF8.GetBytes(json));
        Merge(Desired, patch);
        patch["$version"] = ++DesiredVersion;
        return Bytes(patch);
    }

    /// <summary>Takes a reported patch.</summary>
    /// <returns>The new reported version.</returns>
    public int Report(byte[] patch)
    {
        Merge(Reported, Parse(patch));
        return ++ReportedVersion;
    }

    /// <summary>The answer to a GET.</summary>
    public byte[] Get()
    {
        var desired = (JsonObject)Desired.DeepClone();
        desired["$version"] = DesiredVersion;
        var reported = (JsonObject)Reported.DeepClone();
        reported["$version"] = ReportedVersion;
        return Bytes(new JsonObject { ["desired"] = desired, ["reported"] = reported });
    }

    /// <summary>The hub forgets: the identity was made anew.</summary>
    public void MakeAnew()
    {
        Desired = [];
        Reported = [];
        DesiredVersion = 1;
        ReportedVersion = 1;
    }

    /// <summary>A reported node by dotted path, or null.</summary>
    public JsonNode? ReportedAt(string path) => At(Reported, path);

    /// <summary>A desired node by dotted path, or null.</summary>
    public JsonNode? DesiredAt(string path) => At(Desired, path);

    private static JsonNode? At(JsonNode node, string path)
    {
        JsonNode? current = node;
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
