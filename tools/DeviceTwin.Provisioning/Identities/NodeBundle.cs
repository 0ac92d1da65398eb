using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Provisioning.Tray;

namespace DeviceTwin.Provisioning.Identities;

/// <summary>
/// Nodes that were enrolled without a hub, signed by their enrolment group's key: <c>{"schemaVersion":1,"group","content","signature"}</c>. The content is a text, signed as it
/// stands: HMAC-SHA-256 by the key HMAC-SHA-256(group's key, <c>devicetwin-bundle-1</c>). No secrets are in it: the hub derives the nodes' keys as the kit does.
/// </summary>
public static class NodeBundle
{
    private const string Purpose = "devicetwin-bundle-1";
    private const int SchemaVersion = 1;
    private static readonly JsonSerializerOptions Form = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A bundle of nodes.</summary>
    public static string Write(BundleKit kit, IEnumerable<JsonObject> nodes)
    {
        var content = new JsonObject { ["nodes"] = new JsonArray([.. nodes.Select(node => (JsonNode)node.DeepClone())]) }.ToJsonString(Form);
        return new JsonObject { ["schemaVersion"] = SchemaVersion, ["group"] = kit.Group, ["content"] = content, ["signature"] = Sign(kit.Key, content) }.ToJsonString(Form);
    }

    /// <summary>The nodes of a bundle that this kit has signed.</summary>
    /// <exception cref="IOException">It is none, or another kit's, or it was altered.</exception>
    public static IReadOnlyList<JsonObject> Read(string text, BundleKit kit)
    {
        var bundle = Parse(text);
        if ((string?)bundle["group"] != kit.Group)
        {
            throw new IOException($"The bundle is signed by the group \"{bundle["group"]}\", the kit is of \"{kit.Group}\".");
        }

        var content = (string)bundle["content"]!;
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Sign(kit.Key, content)), Encoding.UTF8.GetBytes((string?)bundle["signature"] ?? ""))
            ? [.. JsonNode.Parse(content)!["nodes"]!.AsArray().Select(node => (JsonObject)node!)]
            : throw new IOException("The bundle's signature does not go with its content: it was altered, or another kit signed it.");
    }

    /// <summary>A bundle as the hub takes it, unread.</summary>
    /// <exception cref="IOException">It is none.</exception>
    public static JsonObject Parse(string text)
    {
        try
        {
            if (JsonNode.Parse(text) is JsonObject bundle && bundle["content"] is JsonValue && bundle["group"] is JsonValue)
            {
                return bundle;
            }
        }
        catch (JsonException)
        {
            // The same as anything else that is none.
        }

        throw new IOException("That is no bundle.");
    }

    private static string Sign(string groupKey, string content)
    {
        var key = HMACSHA256.HashData(Convert.FromBase64String(groupKey), Encoding.UTF8.GetBytes(Purpose));
        return Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(content)));
    }
}
