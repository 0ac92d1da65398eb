using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Rest;

/// <summary>Bulk requests in Azure's shape: an array of identities that say what is to be done with each.</summary>
internal static class BulkJson
{
    /// <exception cref="HubException">There are too many or none, or one of them cannot be read.</exception>
    public static IReadOnlyList<BulkItem> Read(JsonArray body) =>
        body.Count is > 0 and <= BulkRegistry.MostItems
            ? [.. body.Select(Item)]
            : throw new HubException(HubError.ArgumentInvalid, $"A bulk request has 1 to {BulkRegistry.MostItems} identities, this one {body.Count}. Send the rest in further requests.");

    /// <summary>200 where all went well, else 400 with those that failed; the others are done.</summary>
    public static IResult Answer(int items, IReadOnlyList<BulkFailure> failures, HttpContext context)
    {
        var body = new JsonObject
        {
            ["isSuccessful"] = failures.Count == 0,
            ["errors"] = new JsonArray([.. failures.Select(Failure)]),
            ["warnings"] = new JsonArray(),
        };
        if (failures.Count == 0)
        {
            return new JsonResult(body);
        }

        // Azure's own clients tell this from other refusals by the header, and read the list.
        var error = RestErrors.BulkRegistryOperationFailure;
        context.Response.Headers["iothub-errorcode"] = error.Name;
        body["Message"] = RestRefusals.Message(error, $"{failures.Count} of {items} identities failed: errors has each with its reason. The others are done.");
        body["ExceptionMessage"] = $"Tracking ID:{context.TraceIdentifier}";
        body["code"] = error.Code;
        return new JsonResult(body, error.HttpStatus);
    }

    private static JsonNode Failure(BulkFailure failure) => new JsonObject
    {
        ["deviceId"] = failure.Item.DeviceId,
        ["moduleId"] = failure.Item.ModuleId,
        ["errorCode"] = failure.Reason.Error.Name,
        ["errorStatus"] = failure.Reason.Message,
        ["operation"] = JsonNamingPolicy.CamelCase.ConvertName(failure.Item.Mode.ToString()),
    };

    private static BulkItem Item(JsonNode? node)
    {
        if (node is not JsonObject item)
        {
            throw new HubException(HubError.ArgumentInvalid, "Every member of a bulk request is an object: {\"id\":\"press-1\",\"importMode\":\"create\"}.");
        }

        var id = RequestBody.Text(item, "id") ?? RequestBody.Text(item, "deviceId")
            ?? throw new HubException(HubError.ArgumentInvalid, "Every member of a bulk request names its device: \"id\".");
        if (TwinAddress.IsModule(id))
        {
            throw new HubException(HubError.ArgumentInvalid, $"\"{id}\" is no device id. A module is named by \"id\" and \"moduleId\".");
        }

        var properties = RequestBody.Object(item, "properties");
        JsonObject twin = [];
        Take(RequestBody.Object(item, "tags"), "tags", twin);
        if (properties is not null)
        {
            JsonObject desired = [];
            Take(RequestBody.Object(properties, "desired"), "desired", desired);
            Take(desired.Count > 0 ? desired : null, "properties", twin);
        }

        item.Remove("deviceId");
        var module = RequestBody.Text(item, "moduleId") is { Length: > 0 } named ? named : null;
        return new BulkItem(
            id,
            module,
            Mode(RequestBody.Text(item, "importMode")),
            module is null ? DeviceJson.Read(id, item) : DeviceJson.ReadModule(id, module, item),
            RequestBody.Text(item, "eTag") ?? RequestBody.Text(item, "etag"),
            twin.Count > 0 ? twin : null,
            RequestBody.Text(item, "twinETag") ?? RequestBody.Text(item, "twinEtag"));
    }

    private static void Take(JsonObject? part, string name, JsonObject into)
    {
        if (part is not null)
        {
            into[name] = part.DeepClone();
        }
    }

    private static ImportMode Mode(string? word) =>
        word is null ? ImportMode.CreateOrUpdate
        : word.All(char.IsAsciiLetter) && Enum.TryParse(word, ignoreCase: true, out ImportMode mode) ? mode
        : throw new HubException(HubError.ArgumentInvalid, $"importMode \"{word}\" is not known. There are {string.Join(", ", Enum.GetNames<ImportMode>().Select(JsonNamingPolicy.CamelCase.ConvertName))}.");
}
