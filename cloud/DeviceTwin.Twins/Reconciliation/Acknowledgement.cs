using System.Text.Json;
using System.Text.Json.Nodes;

namespace DeviceTwin.Twins.Reconciliation;

/// <summary>
/// What a node reports for one property: a plain value, or IoT Plug and Play's acknowledgement
/// <c>{"value":…,"ac":200,"av":7,"ad":"…"}</c> (learn.microsoft.com/azure/iot/concepts-convention).
/// </summary>
/// <param name="Value">The value that holds on the node; null where the acknowledgement has none.</param>
/// <param name="Code"><c>ac</c>: 200 done, 202 in progress, 203 initial value, from 400 on refused. Null for a plain value.</param>
/// <param name="Version"><c>av</c>: the desired version acknowledged; null for a plain value or where it is no integer.</param>
/// <param name="Description"><c>ad</c>: the reason in words.</param>
internal readonly record struct Acknowledgement(JsonNode? Value, int? Code, long? Version, string? Description)
{
    public static Acknowledgement Read(JsonNode reported)
    {
        if (!IsAcknowledgement(reported, out var members))
        {
            return new Acknowledgement(reported, null, null, null);
        }

        var description = members["ad"] is JsonValue text && text.GetValueKind() == JsonValueKind.String ? text.GetValue<string>() : null;
        return new Acknowledgement(
            members["value"], (int)Math.Clamp(Json.Integer(members["ac"])!.Value, 0, 999), Json.Integer(members["av"]), description);
    }

    /// <summary>Whether a reported node is an acknowledgement: an object with an integer <c>ac</c>, and <c>av</c> or <c>value</c>.</summary>
    public static bool IsAcknowledgement(JsonNode? reported, out JsonObject members)
    {
        members = reported as JsonObject ?? [];
        return Json.Integer(members["ac"]) is not null && (members.ContainsKey("av") || members.ContainsKey("value"));
    }
}
