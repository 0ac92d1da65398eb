using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Provisioning;

namespace DeviceTwin.Hub.Rest;

/// <summary>Bulk requests of Azure's provisioning service: one mode, and the enrolments that it is for.</summary>
internal static class EnrollmentBulkJson
{
    /// <exception cref="HubException">The mode is unknown, or the enrolments are too many, none, twice there, or without an id: nothing is done then.</exception>
    public static EnrollmentBulkOperation Read(JsonObject body)
    {
        var word = RequestBody.Text(body, "mode") ?? "";
        if (!word.All(char.IsAsciiLetter) || !Enum.TryParse(word, ignoreCase: true, out EnrollmentBulkMode mode))
        {
            throw Invalid($"mode \"{word}\" is not known. There are create, update, updateIfMatchETag and delete.");
        }

        if (body["enrollments"] is not JsonArray { Count: > 0 and <= EnrollmentBulk.MostItems } list)
        {
            throw Invalid($"enrollments must be an array of 1 to {EnrollmentBulk.MostItems} individual enrolments. Send the rest in further requests.");
        }

        EnrollmentBulkItem[] items = [.. list.Select(Item)];
        return items.GroupBy(item => item.Id, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice
            ? throw Invalid($"\"{twice.Key}\" is there {twice.Count()} times. Send each enrolment once.")
            : new EnrollmentBulkOperation(mode, items);
    }

    /// <summary>200 also where some failed: Azure's clients read the list of an answer that is no error.</summary>
    public static JsonResult Answer(IReadOnlyList<(string Id, HubException Reason)> failures) => new(new JsonObject
    {
        ["isSuccessful"] = failures.Count == 0,
        ["errors"] = new JsonArray([.. failures.Select(failure => (JsonNode)new JsonObject
        {
            ["registrationId"] = failure.Id,
            ["errorCode"] = failure.Reason.Error.Code,
            ["errorStatus"] = failure.Reason.Message,
        })]),
    });

    private static EnrollmentBulkItem Item(JsonNode? node) =>
        node is JsonObject item && item["registrationId"] is JsonValue value && value.GetValueKind() == JsonValueKind.String && value.GetValue<string>() is { Length: > 0 } id
            ? new EnrollmentBulkItem(id, item)
            : throw Invalid("Every enrolment of a bulk request names its registrationId.");

    private static HubException Invalid(string message) => new(HubError.ArgumentInvalid, message);
}
