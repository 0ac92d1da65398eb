using System.Globalization;
using System.Text.Json.Nodes;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Gateway;

/// <summary>The hub's answer to a twin request of a device.</summary>
/// <param name="Status">200 (GET), 204 (PATCH), else an error.</param>
/// <param name="Version">The new version of the reported section; null but with 204.</param>
internal sealed record TwinReply(int Status, long? Version, byte[] Body)
{
    /// <summary>Echoes the request identifier byte for byte, and puts it first.</summary>
    public string Topic(string requestId) =>
        Version is { } version
            ? string.Create(CultureInfo.InvariantCulture, $"$iothub/twin/res/{Status}/?$rid={requestId}&$version={version}")
            : string.Create(CultureInfo.InvariantCulture, $"$iothub/twin/res/{Status}/?$rid={requestId}");

    /// <summary>Desired and reported with their versions: no tags, nothing of the identity.</summary>
    public static TwinReply Twin(TwinDocument twin, bool metadata) => new(
        200,
        null,
        DeviceJson.Serialize(new JsonObject
        {
            ["desired"] = twin.Desired.ToJson(metadata),
            ["reported"] = twin.Reported.ToJson(metadata),
        }));

    public static TwinReply Accepted(long version) => new(204, version, []);

    /// <summary>
    /// Errors always have a body: clients take an empty one for success or fall over it. nanoFramework's knows 400 and 500 alone
    /// and takes every other status for a twin; the real code stays in the body.
    /// </summary>
    public static TwinReply Error(HubError error, string message, string trackingId, DateTimeOffset now, bool nano) => new(
        !nano ? error.HttpStatus : error.HttpStatus < 500 && error.HttpStatus != 429 ? 400 : 500,
        null,
        DeviceJson.Serialize(new JsonObject
        {
            ["errorCode"] = error.Code,
            ["trackingId"] = trackingId,
            ["message"] = message,
            ["timestampUtc"] = Json.Timestamp(now),
        }));

    /// <summary>The body of a desired push: the patch and its version.</summary>
    public static byte[] DesiredPatch(JsonObject patch, long version)
    {
        var body = (JsonObject)patch.DeepClone();
        body["$version"] = version;
        return DeviceJson.Serialize(body);
    }

    /// <summary>Reads the body of a reported PATCH.</summary>
    /// <exception cref="HubException">It is not one JSON object.</exception>
    public static JsonObject ParsePatch(ReadOnlyMemory<byte> payload)
    {
        try
        {
            return StrictJson.ReadObject(payload, "The reported properties");
        }
        catch (TwinException refusal)
        {
            throw new HubException(HubError.IotHubFormatError, refusal.Message);
        }
    }
}
