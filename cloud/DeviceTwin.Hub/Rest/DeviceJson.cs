using System.Text.Json.Nodes;
using DeviceTwin.Storage;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Rest;

/// <summary>An identity in Azure's shape.</summary>
internal static class DeviceJson
{
    /// <summary>Azure's way to say never.</summary>
    public const string Never = "0001-01-01T00:00:00Z";

    public static JsonObject Write(DeviceIdentity identity, TwinDocument? twin) => new()
    {
        ["deviceId"] = identity.DeviceId,
        ["generationId"] = identity.GenerationId,
        ["etag"] = identity.ETag,
        ["connectionState"] = ConnectionState(twin),
        ["status"] = Status(identity),
        ["statusReason"] = null,
        ["connectionStateUpdatedTime"] = Never,
        ["statusUpdatedTime"] = Never,
        ["lastActivityTime"] = Time(twin?.LastActivityAt),
        ["cloudToDeviceMessageCount"] = twin?.CloudToDeviceMessageCount ?? 0,
        ["authentication"] = new JsonObject
        {
            ["symmetricKey"] = new JsonObject { ["primaryKey"] = identity.PrimaryKey, ["secondaryKey"] = identity.SecondaryKey },
            ["x509Thumbprint"] = NoThumbprint(),
            ["type"] = "sas",
        },
        ["capabilities"] = new JsonObject { ["iotEdge"] = false },
        ["parentScopes"] = new JsonArray(),
    };

    /// <summary>Reads what a client may say about an identity; keys left empty stay empty for the fleet to keep or make.</summary>
    /// <exception cref="HubException">Another id than the address names, or a way to authenticate that this hub does not have.</exception>
    public static DeviceIdentity Read(string deviceId, JsonObject body)
    {
        if (RequestBody.Text(body, "deviceId") is { } named && named != deviceId)
        {
            throw new HubException(HubError.ArgumentInvalid, $"The body names device \"{named}\", the address \"{deviceId}\". Make them the same.");
        }

        var authentication = RequestBody.Object(body, "authentication");
        var type = authentication is null ? "sas" : RequestBody.Text(authentication, "type") ?? "sas";
        if (type != "sas")
        {
            throw new HubException(HubError.ArgumentInvalid, $"authentication.type \"{type}\" is not offered. Use \"sas\" with symmetric keys.");
        }

        var keys = authentication is null ? null : RequestBody.Object(authentication, "symmetricKey");
        return new DeviceIdentity(
            deviceId,
            "",
            "",
            Enabled(RequestBody.Text(body, "status")),
            (keys is null ? null : RequestBody.Text(keys, "primaryKey")) ?? "",
            (keys is null ? null : RequestBody.Text(keys, "secondaryKey")) ?? "",
            default);
    }

    public static string Status(DeviceIdentity identity) => identity.Enabled ? "enabled" : "disabled";

    public static string ConnectionState(TwinDocument? twin) => twin?.Connected == true ? "Connected" : "Disconnected";

    public static string Time(DateTimeOffset? at) => at is { } moment ? Json.Timestamp(moment) : Never;

    public static JsonObject NoThumbprint() => new() { ["primaryThumbprint"] = null, ["secondaryThumbprint"] = null };

    private static bool Enabled(string? status) => status switch
    {
        null or "enabled" => true,
        "disabled" => false,
        _ => throw new HubException(HubError.ArgumentInvalid, $"status takes \"enabled\" or \"disabled\", not \"{status}\"."),
    };
}
