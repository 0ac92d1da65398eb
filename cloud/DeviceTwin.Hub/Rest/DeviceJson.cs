using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Storage;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;

namespace DeviceTwin.Hub.Rest;

/// <summary>An identity in Azure's shape.</summary>
internal static class DeviceJson
{
    private const int LongestManagedBy = 128;

    /// <param name="keys">Whether the keys are for the reader's eyes; else they are null.</param>
    public static JsonObject Write(DeviceIdentity identity, TwinDocument? twin, bool keys) => new()
    {
        ["deviceId"] = identity.DeviceId,
        ["generationId"] = identity.GenerationId,
        ["etag"] = identity.ETag,
        ["connectionState"] = ConnectionState(twin),
        ["status"] = Status(identity),
        ["statusReason"] = identity.StatusReason,
        ["connectionStateUpdatedTime"] = ConditionSubject.Instant(twin?.ConnectionUpdatedAt),
        ["statusUpdatedTime"] = ConditionSubject.Instant(identity.StatusUpdatedAt),
        ["lastActivityTime"] = ConditionSubject.Instant(twin?.LastActivityAt),
        ["cloudToDeviceMessageCount"] = twin?.CloudToDeviceMessageCount ?? 0,
        ["authentication"] = Authentication(identity, keys),
        ["capabilities"] = new JsonObject { ["iotEdge"] = false },
        ["parentScopes"] = new JsonArray(),
    };

    /// <summary>The same of a module, which has neither status nor capabilities of its own.</summary>
    public static JsonObject WriteModule(DeviceIdentity identity, TwinDocument? twin, bool keys) => new()
    {
        ["moduleId"] = identity.ModuleId,
        ["managedBy"] = identity.ManagedBy,
        ["deviceId"] = identity.DeviceId,
        ["generationId"] = identity.GenerationId,
        ["etag"] = identity.ETag,
        ["connectionState"] = ConnectionState(twin),
        ["connectionStateUpdatedTime"] = ConditionSubject.Instant(twin?.ConnectionUpdatedAt),
        ["lastActivityTime"] = ConditionSubject.Instant(twin?.LastActivityAt),
        ["cloudToDeviceMessageCount"] = twin?.CloudToDeviceMessageCount ?? 0,
        ["authentication"] = Authentication(identity, keys),
    };

    /// <summary>Reads what a client may say about a module; see <see cref="Read"/>.</summary>
    /// <exception cref="HubException">Another id than the address names, a way to authenticate that there is not, or a <c>managedBy</c> that is too long.</exception>
    public static DeviceIdentity ReadModule(string deviceId, string moduleId, JsonObject body)
    {
        if (RequestBody.Text(body, "moduleId") is { } named && named != moduleId)
        {
            throw new HubException(HubError.ArgumentInvalid, $"The body names module \"{named}\", the address \"{moduleId}\". Make them the same.");
        }

        var managedBy = RequestBody.Text(body, "managedBy") ?? "";
        return managedBy.Length > LongestManagedBy
            ? throw new HubException(HubError.ArgumentInvalid, $"managedBy takes {LongestManagedBy} characters at most.")
            : Read(deviceId, body) with { ModuleId = moduleId, ManagedBy = managedBy };
    }

    /// <summary>The same into a long answer.</summary>
    public static void Write(Utf8JsonWriter writer, DeviceIdentity identity, TwinDocument? twin, bool keys)
    {
        writer.WriteStartObject();
        writer.WriteString("deviceId", identity.DeviceId);
        writer.WriteString("generationId", identity.GenerationId);
        writer.WriteString("etag", identity.ETag);
        writer.WriteString("connectionState", ConnectionState(twin));
        writer.WriteString("status", Status(identity));
        writer.WriteString("statusReason", identity.StatusReason);
        writer.WriteString("connectionStateUpdatedTime", ConditionSubject.Instant(twin?.ConnectionUpdatedAt));
        writer.WriteString("statusUpdatedTime", ConditionSubject.Instant(identity.StatusUpdatedAt));
        writer.WriteString("lastActivityTime", ConditionSubject.Instant(twin?.LastActivityAt));
        writer.WriteNumber("cloudToDeviceMessageCount", twin?.CloudToDeviceMessageCount ?? 0);
        writer.WriteStartObject("authentication");
        writer.WriteStartObject("symmetricKey");
        writer.WriteString("primaryKey", keys ? KeyOf(identity, identity.PrimaryKey) : null);
        writer.WriteString("secondaryKey", keys ? KeyOf(identity, identity.SecondaryKey) : null);
        writer.WriteEndObject();
        WriteThumbprint(writer, identity);
        writer.WriteString("type", identity.Authentication.Word());
        writer.WriteEndObject();
        writer.WriteStartObject("capabilities");
        writer.WriteBoolean("iotEdge", false);
        writer.WriteEndObject();
        writer.WriteStartArray("parentScopes");
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary><see cref="Thumbprint"/> into a long answer.</summary>
    public static void WriteThumbprint(Utf8JsonWriter writer, DeviceIdentity identity)
    {
        // A string that is null is written as null.
        writer.WriteStartObject("x509Thumbprint");
        writer.WriteString("primaryThumbprint", identity.PrimaryThumbprint.Length > 0 ? identity.PrimaryThumbprint : null);
        writer.WriteString("secondaryThumbprint", identity.SecondaryThumbprint.Length > 0 ? identity.SecondaryThumbprint : null);
        writer.WriteEndObject();
    }

    /// <summary>Reads what a client may say about an identity; keys left empty stay empty for the fleet to keep or make.</summary>
    /// <exception cref="HubException">Another id than the address names, or a way to authenticate that there is not.</exception>
    public static DeviceIdentity Read(string deviceId, JsonObject body)
    {
        if (RequestBody.Text(body, "deviceId") is { } named && named != deviceId)
        {
            throw new HubException(HubError.ArgumentInvalid, $"The body names device \"{named}\", the address \"{deviceId}\". Make them the same.");
        }

        var authentication = RequestBody.Object(body, "authentication") ?? [];
        var keys = RequestBody.Object(authentication, "symmetricKey") ?? [];
        var thumbprints = RequestBody.Object(authentication, "x509Thumbprint") ?? [];
        return new DeviceIdentity(
            deviceId,
            "",
            "",
            Enabled(RequestBody.Text(body, "status")),
            RequestBody.Text(keys, "primaryKey") ?? "",
            RequestBody.Text(keys, "secondaryKey") ?? "",
            default)
        {
            Authentication = RequestBody.Text(authentication, "type") switch
            {
                null or "sas" => AuthenticationType.Sas,
                "selfSigned" => AuthenticationType.SelfSigned,
                "certificateAuthority" => AuthenticationType.CertificateAuthority,
                "none" => AuthenticationType.None,
                var type => throw new HubException(
                    HubError.ArgumentInvalid, $"authentication.type \"{type}\" is not offered. Use \"sas\", \"selfSigned\", \"certificateAuthority\" or \"none\"."),
            },
            PrimaryThumbprint = RequestBody.Text(thumbprints, "primaryThumbprint") ?? "",
            SecondaryThumbprint = RequestBody.Text(thumbprints, "secondaryThumbprint") ?? "",
            StatusReason = RequestBody.Text(body, "statusReason") is { Length: > 0 } reason ? reason : null,
        };
    }

    private static JsonObject Authentication(DeviceIdentity identity, bool keys) => new()
    {
        ["symmetricKey"] = new JsonObject { ["primaryKey"] = keys ? KeyOf(identity, identity.PrimaryKey) : null, ["secondaryKey"] = keys ? KeyOf(identity, identity.SecondaryKey) : null },
        ["x509Thumbprint"] = Thumbprint(identity),
        ["type"] = identity.Authentication.Word(),
    };

    public static JsonObject Thumbprint(DeviceIdentity identity) => new()
    {
        ["primaryThumbprint"] = identity.PrimaryThumbprint.Length > 0 ? identity.PrimaryThumbprint : null,
        ["secondaryThumbprint"] = identity.SecondaryThumbprint.Length > 0 ? identity.SecondaryThumbprint : null,
    };

    public static string Status(DeviceIdentity identity) => identity.Enabled ? "enabled" : "disabled";

    public static string ConnectionState(TwinDocument? twin) => twin?.Connected == true ? "Connected" : "Disconnected";

    /// <summary>Keys are shown only where they open something.</summary>
    private static string? KeyOf(DeviceIdentity identity, string key) => identity.Authentication == AuthenticationType.Sas ? key : null;

    private static bool Enabled(string? status) => status switch
    {
        null or "enabled" => true,
        "disabled" => false,
        _ => throw new HubException(HubError.ArgumentInvalid, $"status takes \"enabled\" or \"disabled\", not \"{status}\"."),
    };
}
