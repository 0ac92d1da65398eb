using System.Text.Json.Nodes;
using DeviceTwin.Storage;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Provisioning;

/// <summary>The state of a registration in Azure's shape. Timestamps have a fraction: nanoFramework's client expects one.</summary>
internal static class RegistrationJson
{
    /// <param name="payload">What the enrolment has for the device; null = nothing, and then the member is absent: nanoFramework's client may fail on it.</param>
    public static JsonObject Write(Registration registration, string assignedHub, JsonNode? payload)
    {
        var json = new JsonObject
        {
            ["registrationId"] = registration.Id,
            ["createdDateTimeUtc"] = Json.Timestamp(registration.CreatedAt),
            ["assignedHub"] = assignedHub,
            ["deviceId"] = registration.DeviceId,
            ["status"] = "assigned",
            ["substatus"] = Word(registration.Substatus),
            ["lastUpdatedDateTimeUtc"] = Json.Timestamp(registration.UpdatedAt),
            ["etag"] = registration.ETag,
        };
        if (payload is not null)
        {
            json["payload"] = payload.DeepClone();
        }

        return json;
    }

    public static string Word(RegistrationSubstatus substatus) => substatus switch
    {
        RegistrationSubstatus.DeviceDataMigrated => "deviceDataMigrated",
        RegistrationSubstatus.DeviceDataReset => "deviceDataReset",
        _ => "initialAssignment",
    };
}
