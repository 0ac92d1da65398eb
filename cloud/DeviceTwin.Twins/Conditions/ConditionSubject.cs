using System.Text.Json.Nodes;

namespace DeviceTwin.Twins.Conditions;

/// <summary>What a condition may ask about.</summary>
/// <param name="Enabled">Whether the device may connect (<c>status</c>).</param>
public sealed record ConditionSubject(TwinDocument Twin, bool Enabled = true)
{
    /// <summary>What Azure writes for an instant that never was.</summary>
    public const string Never = "0001-01-01T00:00:00Z";

    /// <summary>The value at a path that <see cref="TwinCondition.Parse"/> has let pass; null where the device has none.</summary>
    internal JsonNode? Find(IReadOnlyList<string> path) => path[0] switch
    {
        "tags" => Below(Twin.Tags, path, 1),
        "properties" when path.Count >= 2 => path[1] == "desired" ? InSection(Twin.Desired, path) : InSection(Twin.Reported, path),
        "deviceId" => JsonValue.Create(Twin.DeviceId),
        "modelId" => JsonValue.Create(Twin.ModelId),
        "etag" => JsonValue.Create(Twin.ETag),
        "version" => JsonValue.Create(Twin.Version),
        "status" => JsonValue.Create(Status(Enabled)),
        "connectionState" => JsonValue.Create(ConnectionState(Twin.Connected)),
        "lastActivityTime" => JsonValue.Create(ActivityTime(Twin.LastActivityAt)),
        _ => null,
    };

    /// <summary>Azure's word for whether a device may connect.</summary>
    public static string Status(bool enabled) => enabled ? "enabled" : "disabled";

    /// <summary>Azure's word for whether a device is connected.</summary>
    public static string ConnectionState(bool connected) => connected ? "Connected" : "Disconnected";

    /// <summary>A time of last activity as it is shown; times compare as text.</summary>
    public static string ActivityTime(DateTimeOffset? at) => at is { } time ? Json.Timestamp(time) : Never;

    private static JsonNode? InSection(TwinSection section, IReadOnlyList<string> path)
    {
        if (path.Count == 2)
        {
            return section.Properties;
        }

        return path[2] switch
        {
            "$version" when path.Count == 3 => JsonValue.Create(section.Version),
            "$metadata" => Below(section.Metadata, path, 3),
            _ => Below(section.Properties, path, 2),
        };
    }

    private static JsonNode? Below(JsonNode? node, IReadOnlyList<string> path, int start)
    {
        for (var index = start; index < path.Count; index++)
        {
            if (node is not JsonObject parent || !parent.TryGetPropertyValue(path[index], out node))
            {
                return null;
            }
        }

        return node;
    }
}
