using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DeviceTwin.Twins;

/// <summary>What the rooms need to know about JSON values beyond <see cref="JsonNode"/>.</summary>
public static class Json
{
    /// <summary>
    /// How twins are written: nothing is escaped that need not be. nanoFramework's parser fails on most <c>\uXXXX</c> escapes.
    /// </summary>
    public static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// An object from text, built up to its leaves. <see cref="JsonNode"/> by itself builds on first reading, which threads that share
    /// a document would do at the same time, and keeps the text alive.
    /// </summary>
    public static JsonObject ParseObject(string text) => (JsonObject)Parse(text)!;

    /// <summary>A value from text, built up to its leaves as <see cref="ParseObject"/> does; null for <c>null</c>.</summary>
    public static JsonNode? Parse(string text)
    {
        using var document = JsonDocument.Parse(text);
        return Build(document.RootElement);
    }

    /// <summary>
    /// Whether two values are the same to a reader: numbers by value (20 = 20.0), objects without regard to order, arrays in order.
    /// </summary>
    public static bool Same(JsonNode? left, JsonNode? right)
    {
        if (left is null || right is null)
        {
            return left is null && right is null;
        }

        var kind = left.GetValueKind();
        if (kind != right.GetValueKind())
        {
            return false;
        }

        return kind switch
        {
            JsonValueKind.Object => SameObjects((JsonObject)left, (JsonObject)right),
            JsonValueKind.Array => SameArrays((JsonArray)left, (JsonArray)right),
            JsonValueKind.String => left.GetValue<string>() == right.GetValue<string>(),
            JsonValueKind.Number => SameNumbers(left, right),
            _ => true,
        };
    }

    /// <summary>The integer that a node is, or null where it is something else, has a fraction or does not fit 64 bits.</summary>
    public static long? Integer(JsonNode? node)
    {
        if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.Number)
        {
            return null;
        }

        if (value.TryGetValue(out long number))
        {
            return number;
        }

        return long.TryParse(value.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number) ? number : null;
    }

    /// <summary>The value at a dotted path below an object, or null where there is none.</summary>
    public static JsonNode? At(JsonObject root, string path)
    {
        JsonNode? node = root;
        foreach (var key in path.Split('.'))
        {
            if (node is not JsonObject parent || !parent.TryGetPropertyValue(key, out node))
            {
                return null;
            }
        }

        return node;
    }

    /// <summary>An instant as Azure writes it: UTC, seven digits, <c>Z</c>.</summary>
    public static string Timestamp(DateTimeOffset at) =>
        at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    /// <summary>A value built up to its leaves: nothing of the element is looked at later.</summary>
    internal static JsonNode? Build(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var members = new JsonObject();
                foreach (var member in element.EnumerateObject())
                {
                    members[member.Name] = Build(member.Value);
                }

                return members;
            case JsonValueKind.Array:
                var items = new JsonArray();
                foreach (var item in element.EnumerateArray())
                {
                    items.Add(Build(item));
                }

                return items;
            case JsonValueKind.String:
                return JsonValue.Create(element.GetString());
            case JsonValueKind.Number:
                // Other numbers keep their text: 20.0 stays 20.0.
                return element.TryGetInt64(out var integer) ? JsonValue.Create(integer) : JsonNode.Parse(element.GetRawText());
            case JsonValueKind.True:
                return JsonValue.Create(true);
            case JsonValueKind.False:
                return JsonValue.Create(false);
            default:
                return null;
        }
    }

    private static bool SameObjects(JsonObject left, JsonObject right)
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        foreach (var (key, value) in left)
        {
            if (!right.TryGetPropertyValue(key, out var other) || !Same(value, other))
            {
                return false;
            }
        }

        return true;
    }

    private static bool SameArrays(JsonArray left, JsonArray right)
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        for (var index = 0; index < left.Count; index++)
        {
            if (!Same(left[index], right[index]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool SameNumbers(JsonNode left, JsonNode right)
    {
        // Two integers are compared as such: a double cannot tell neighbours beyond 2^53 apart.
        if (Integer(left) is { } leftInteger && Integer(right) is { } rightInteger)
        {
            return leftInteger == rightInteger;
        }

        return Number(left) == Number(right);
    }

    /// <summary>The number that a node is, as a double.</summary>
    internal static double Number(JsonNode node) =>
        double.Parse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);
}
