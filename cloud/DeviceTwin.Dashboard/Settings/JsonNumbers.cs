using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DeviceTwin.Dashboard.Settings;

/// <summary>Reads integers out of JSON, whatever CLR type stands behind the node.</summary>
public static class JsonNumbers
{
    /// <summary>The integer, or null where the node is absent, no number, or not whole.</summary>
    public static long? Integer(JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.Number
        && long.TryParse(value.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
