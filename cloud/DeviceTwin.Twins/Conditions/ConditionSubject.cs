using System.Text.Json.Nodes;

namespace DeviceTwin.Twins.Conditions;

/// <summary>What a condition may ask about a device.</summary>
/// <param name="Enabled">Whether the device may connect (<c>status</c>).</param>
public sealed record ConditionSubject(TwinDocument Twin, bool Enabled = true) : IQuerySubject
{
    /// <summary>What Azure writes for an instant that never was.</summary>
    public const string Never = "0001-01-01T00:00:00Z";

    /// <summary>Of the identity; null where it is not known here.</summary>
    public string? DeviceETag { get; init; }

    /// <summary>Azure's word for how the device proves who it is; null where it is not known here.</summary>
    public string? AuthenticationType { get; init; }

    /// <summary>Of the device's certificate; empty where there is none.</summary>
    public string PrimaryThumbprint { get; init; } = "";

    /// <inheritdoc cref="PrimaryThumbprint"/>
    public string SecondaryThumbprint { get; init; } = "";

    /// <summary>Why the device may connect or may not, in somebody's words; null where nobody said.</summary>
    public string? StatusReason { get; init; }

    /// <summary>When the device's status last became another; null = never.</summary>
    public DateTimeOffset? StatusUpdatedAt { get; init; }

    /// <summary>
    /// Asked for the id of a configuration: <c>Applied</c>, <c>Targeted</c>, or null where it does not concern the device. Null where this is not
    /// known here.
    /// </summary>
    public Func<string, string?>? ConfigurationStatus { get; init; }

    /// <inheritdoc/>
    public bool TryFind(IReadOnlyList<string> path, out JsonNode? value)
    {
        value = null;
        switch (path)
        {
            case ["tags", ..]:
                return Below(Twin.Tags, path, 1, out value);
            case ["properties", "desired", ..]:
                return InSection(Twin.Desired, path, out value);
            case ["properties", "reported", ..]:
                return InSection(Twin.Reported, path, out value);

            // Azure shows these as null where they are not set: they are defined all the same.
            case ["statusReason"]:
                value = StatusReason is { } reason ? JsonValue.Create(reason) : null;
                return true;
            case ["x509Thumbprint", "primaryThumbprint"]:
                value = Set(PrimaryThumbprint);
                return true;
            case ["x509Thumbprint", "secondaryThumbprint"]:
                value = Set(SecondaryThumbprint);
                return true;
        }

        value = path switch
        {
            ["deviceId"] => JsonValue.Create(Twin.DeviceId),
            ["moduleId"] => JsonValue.Create(Twin.ModuleId),
            ["modelId"] => JsonValue.Create(Twin.ModelId),
            ["etag"] => JsonValue.Create(Twin.ETag),
            ["version"] => JsonValue.Create(Twin.Version),
            ["status"] => JsonValue.Create(Status(Enabled)),
            ["connectionState"] => JsonValue.Create(ConnectionState(Twin.Connected)),
            ["lastActivityTime"] => JsonValue.Create(Instant(Twin.LastActivityAt)),
            ["deviceEtag"] => JsonValue.Create(DeviceETag),
            ["authenticationType"] => JsonValue.Create(AuthenticationType),
            ["statusUpdateTime"] => JsonValue.Create(Instant(StatusUpdatedAt)),
            ["cloudToDeviceMessageCount"] => JsonValue.Create((long)Twin.CloudToDeviceMessageCount),
            ["capabilities", "iotEdge"] => JsonValue.Create(false),
            ["configurations", var id, "status"] => JsonValue.Create(ConfigurationStatus?.Invoke(id)),
            _ => null,
        };
        return value is not null;
    }

    /// <inheritdoc/>
    public bool TryShow(IReadOnlyList<string> path, out JsonNode? value)
    {
        value = path switch
        {
            ["properties"] => new JsonObject { ["desired"] = Twin.Desired.ToJson(withMetadata: true), ["reported"] = Twin.Reported.ToJson(withMetadata: true) },
            ["properties", "desired"] => Twin.Desired.ToJson(withMetadata: true),
            ["properties", "reported"] => Twin.Reported.ToJson(withMetadata: true),
            ["x509Thumbprint"] => new JsonObject { ["primaryThumbprint"] = Set(PrimaryThumbprint), ["secondaryThumbprint"] = Set(SecondaryThumbprint) },
            ["capabilities"] => new JsonObject { ["iotEdge"] = false },
            ["parentScopes"] => new JsonArray(),
            _ => null,
        };
        return value is not null || TryFind(path, out value);
    }

    /// <summary>Azure's word for whether a device may connect.</summary>
    public static string Status(bool enabled) => enabled ? "enabled" : "disabled";

    /// <summary>Azure's word for whether a device is connected.</summary>
    public static string ConnectionState(bool connected) => connected ? "Connected" : "Disconnected";

    /// <summary>A time of the identity as it is shown; times compare as text.</summary>
    public static string Instant(DateTimeOffset? at) => at is { } time ? Json.Timestamp(time) : Never;

    private static JsonValue? Set(string thumbprint) => thumbprint.Length > 0 ? JsonValue.Create(thumbprint) : null;

    private static bool InSection(TwinSection section, IReadOnlyList<string> path, out JsonNode? value)
    {
        switch (path.Count)
        {
            case 2:
                value = section.Properties;
                return true;
            case 3 when path[2] == "$version":
                value = JsonValue.Create(section.Version);
                return true;
            default:
                return path[2] == "$metadata" ? Below(section.Metadata, path, 3, out value) : Below(section.Properties, path, 2, out value);
        }
    }

    private static bool Below(JsonNode? node, IReadOnlyList<string> path, int start, out JsonNode? value)
    {
        value = node;
        for (var index = start; index < path.Count; index++)
        {
            if (value is not JsonObject parent || !parent.TryGetPropertyValue(path[index], out value))
            {
                value = null;
                return false;
            }
        }

        return value is not null;
    }
}
