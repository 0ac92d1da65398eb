using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DeviceTwin.Twins;

/// <summary>
/// Azure IoT Hub's limits of a twin (learn.microsoft.com/azure/iot-hub/iot-hub-devguide-device-twins) and the checks against them.
/// </summary>
public static class TwinLimits
{
    /// <summary>
    /// Objects and arrays below a section may nest so deep; values do not count. So ten keys may lead to an object and an eleventh, in it, to
    /// a value, as in the example of Azure's documentation.
    /// </summary>
    public const int MaximumDepth = 10;

    /// <summary>UTF-8 bytes of a key.</summary>
    public const int MaximumKeyBytes = 1024;

    /// <summary>UTF-8 bytes of a string value.</summary>
    public const int MaximumStringBytes = 4096;

    /// <summary>The least integer: -2^52.</summary>
    public const long MinimumInteger = -4503599627370496;

    /// <summary>The greatest integer: 2^52 - 1.</summary>
    public const long MaximumInteger = 4503599627370495;

    /// <summary>Size of the tags as <see cref="Size"/> counts.</summary>
    public const int MaximumTagsSize = 8 * 1024;

    /// <summary>Size of the desired properties as <see cref="Size"/> counts.</summary>
    public const int MaximumDesiredSize = 32 * 1024;

    /// <summary>Size of the reported properties as <see cref="Size"/> counts.</summary>
    public const int MaximumReportedSize = 32 * 1024;

    /// <summary>
    /// A section's JSON text may have this many times as many characters as its size may be. Azure's way of counting leaves out control
    /// characters, empty objects and arrays, and the digits of numbers: by itself it bounds nothing.
    /// </summary>
    public const int TextPerSize = 8;

    /// <summary>
    /// A copy of an update that obeys the rules for keys, values and depth, or a <see cref="TwinException"/> that names the place.
    /// Numbers keep their text, except that integers are normalised. Nulls stay where they mean "delete".
    /// </summary>
    /// <param name="section">Name for messages, e.g. <c>properties.desired</c>.</param>
    internal static JsonObject Accept(JsonObject update, string section)
    {
        try
        {
            return AcceptObject(update, section, 0, insideArray: false);
        }
        catch (ArgumentException e)
        {
            // JsonObject finds out about a key that occurs twice only when it is read.
            throw new TwinException(TwinError.Format, $"{section}: {e.Message} Give every key once.");
        }
    }

    /// <summary>
    /// Azure's size of a section: keys and strings by their characters without control characters, numbers 8, booleans 4,
    /// objects and arrays the sum of what is in them.
    /// </summary>
    public static int Size(JsonNode? node)
    {
        switch (node)
        {
            case null:
                return 0;
            case JsonObject members:
                var sum = 0;
                foreach (var (key, value) in members)
                {
                    sum += Characters(key) + Size(value);
                }

                return sum;
            case JsonArray items:
                return items.Sum(Size);
            default:
                return node.GetValueKind() switch
                {
                    JsonValueKind.String => Characters(node.GetValue<string>()),
                    JsonValueKind.Number => 8,
                    _ => 4,
                };
        }
    }

    /// <summary>Refuses a section that is too large, unless it has not grown.</summary>
    internal static void CheckSize(JsonObject before, JsonObject after, int maximum, string section)
    {
        var size = Size(after);
        if (size > maximum && size > Size(before))
        {
            throw new TwinException(
                TwinError.TooLarge,
                $"{section} would have {size} bytes, {maximum} are allowed. Remove what is not needed, then write again; shrinking is always allowed.");
        }

        // Far from the limit nothing is written out.
        var text = LongestText(after) <= maximum * TextPerSize ? 0 : Text(after);
        if (text > maximum * TextPerSize && text > Text(before))
        {
            throw new TwinException(
                TwinError.TooLarge,
                $"{section} would have {text} characters of JSON, {maximum * TextPerSize} are allowed. Remove control characters, digits and empty objects or arrays.");
        }
    }

    /// <summary>No JSON text of the value is longer.</summary>
    private static long LongestText(JsonNode? node)
    {
        const int Escaped = 6;
        const int LongestInteger = 20;
        switch (node)
        {
            case JsonObject members:
                var sum = 2L;
                foreach (var (key, value) in members)
                {
                    sum += (Escaped * key.Length) + 4 + LongestText(value);
                }

                return sum;
            case JsonArray items:
                return items.Sum(item => LongestText(item) + 1) + 2;
            case JsonValue value when value.TryGetValue(out string? text):
                return (Escaped * text.Length) + 2;
            case JsonValue value when value.TryGetValue(out long _):
                return LongestInteger;
            default:
                return node is null ? 4 : node.ToJsonString().Length;
        }
    }

    private static int Text(JsonObject section) => section.ToJsonString(Json.Relaxed).Length;

    private static JsonObject AcceptObject(JsonObject members, string path, int depth, bool insideArray)
    {
        var copy = new JsonObject();
        foreach (var (key, value) in members)
        {
            CheckKey(key, path);
            copy[key] = value switch
            {
                null when !insideArray => null,

                // Most of what comes is this; a path is only made where it is needed.
                JsonValue number when number.TryGetValue(out long integer) && integer is >= MinimumInteger and <= MaximumInteger => JsonValue.Create(integer),
                _ => AcceptValue(value, $"{path}.{key}", depth, insideArray),
            };
        }

        return copy;
    }

    private static JsonNode AcceptValue(JsonNode? value, string path, int depth, bool insideArray)
    {
        switch (value?.GetValueKind())
        {
            case null or JsonValueKind.Null:
                throw Refuse($"{path} is null. Null deletes a property and cannot stand in an array, which is replaced whole; leave it out.");
            case JsonValueKind.Object when value is JsonObject members:
                return AcceptObject(members, path, Deeper(depth, path), insideArray);
            case JsonValueKind.Array when value is JsonArray items:
                var below = Deeper(depth, path);
                var copy = new JsonArray();
                for (var index = 0; index < items.Count; index++)
                {
                    copy.Add(AcceptValue(items[index], $"{path}[{index}]", below, insideArray: true));
                }

                return copy;
            case JsonValueKind.String:
                return AcceptString(value.GetValue<string>(), path);
            case JsonValueKind.Number:
                return AcceptNumber(value, path);
            case JsonValueKind.True:
                return JsonValue.Create(true);
            case JsonValueKind.False:
                return JsonValue.Create(false);
            default:
                throw Refuse($"{path} is not a JSON value that a twin can hold. Give a boolean, number, string, object or array.");
        }
    }

    private static int Deeper(int depth, string path) => depth < MaximumDepth
        ? depth + 1
        : throw Refuse($"{path} lies deeper than {MaximumDepth} levels. Flatten the structure.");

    private static void CheckKey(string key, string path)
    {
        if (key.Length == 0)
        {
            throw Refuse($"{path} has a property without a name. Give it one.");
        }

        foreach (var character in key)
        {
            if (character is '.' or '$' or ' ' || char.IsControl(character))
            {
                var shown = char.IsControl(character) ? $"U+{(int)character:X4}" : $"'{character}'";
                throw Refuse($"{path} has the key \"{Shorten(key)}\". Keys must not contain {shown}; rename it.");
            }
        }

        if (Encoding.UTF8.GetByteCount(key) > MaximumKeyBytes)
        {
            throw Refuse($"{path} has the key \"{Shorten(key)}\" of more than {MaximumKeyBytes} bytes. Shorten it.");
        }
    }

    private static JsonValue AcceptString(string text, string path) => Encoding.UTF8.GetByteCount(text) <= MaximumStringBytes
        ? JsonValue.Create(text)
        : throw Refuse($"{path} is a string of more than {MaximumStringBytes} bytes. Shorten it or split it.");

    private static JsonNode AcceptNumber(JsonNode value, string path)
    {
        if (Json.Integer(value) is { } integer)
        {
            return integer is >= MinimumInteger and <= MaximumInteger
                ? JsonValue.Create(integer)
                : throw Refuse($"{path} is {integer}. Integers go from {MinimumInteger} to {MaximumInteger}; send larger ones as a string.");
        }

        var text = value.ToJsonString();
        if (text.AsSpan().IndexOfAny(".eE") < 0)
        {
            throw Refuse($"{path} is {Shorten(text)}. Integers go from {MinimumInteger} to {MaximumInteger}; send larger ones as a string.");
        }

        if (!double.IsFinite(double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture)))
        {
            throw Refuse($"{path} is {Shorten(text)}, which no double can hold. Send it as a string.");
        }

        // A tree of its own: a node that points into the parsed request would keep the whole request alive.
        return JsonNode.Parse(text)!;
    }

    private static int Characters(string text)
    {
        var count = 0;
        foreach (var character in text)
        {
            count += char.IsControl(character) ? 0 : 1;
        }

        return count;
    }

    private static string Shorten(string text) => text.Length <= 40 ? text : string.Concat(text.AsSpan(0, 40), "…");

    private static TwinException Refuse(string message) => new(TwinError.ArgumentInvalid, message);
}
