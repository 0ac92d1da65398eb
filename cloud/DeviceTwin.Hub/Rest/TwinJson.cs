using System.Text.Json.Nodes;
using DeviceTwin.Storage;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;

namespace DeviceTwin.Hub.Rest;

/// <summary>A twin in Azure's shape, as the back end sees it: with tags and metadata.</summary>
internal static class TwinJson
{
    public static JsonObject Write(TwinDocument twin, DeviceIdentity identity)
    {
        var json = Written(twin, identity);
        if (twin.ModuleId is { } moduleId)
        {
            json.Insert(1, "moduleId", moduleId);
        }

        return json;
    }

    private static JsonObject Written(TwinDocument twin, DeviceIdentity identity) => new()
    {
        ["deviceId"] = twin.DeviceId,
        ["etag"] = twin.ETag,
        ["deviceEtag"] = identity.ETag,
        ["status"] = DeviceJson.Status(identity),
        ["statusReason"] = identity.StatusReason,
        ["statusUpdateTime"] = ConditionSubject.Instant(identity.StatusUpdatedAt),
        ["connectionState"] = DeviceJson.ConnectionState(twin),
        ["lastActivityTime"] = ConditionSubject.Instant(twin.LastActivityAt),
        ["cloudToDeviceMessageCount"] = twin.CloudToDeviceMessageCount,
        ["authenticationType"] = identity.Authentication.Word(),
        ["x509Thumbprint"] = DeviceJson.Thumbprint(identity),
        ["modelId"] = twin.ModelId ?? "",
        ["version"] = twin.Version,
        ["tags"] = twin.Tags.DeepClone(),
        ["properties"] = new JsonObject
        {
            ["desired"] = twin.Desired.ToJson(withMetadata: true),
            ["reported"] = twin.Reported.ToJson(withMetadata: true),
        },
        ["capabilities"] = new JsonObject { ["iotEdge"] = false },
    };
}
