#nullable enable

using System;
using System.Buffers;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DeviceTwin.SensorNode.Evidence;

/// <summary>
/// The one writer of canonical JSON: members sorted by their UTF-16 units, no spaces, whole numbers only, and of a text nothing escaped but
/// quotation mark, backslash and control characters. The same document gives the same bytes wherever it is written.
/// </summary>
public static class CanonicalJson
{
    /// <exception cref="FormatException">It holds a number that is not whole.</exception>
    public static byte[] Write(JsonNode? node)
    {
        var text = new StringBuilder();
        Write(node, text);
        return new UTF8Encoding(false, false).GetBytes(text.ToString());
    }

    private static void Write(JsonNode? node, StringBuilder text)
    {
        switch (node)
        {
            case null:
                text.Append("null");
                break;
            case JsonObject members:
                text.Append('{');
                string comma = "";
                foreach (KeyValuePair<string, JsonNode?> member in members.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                {
                    text.Append(comma);
                    Write(member.Key, text);
                    text.Append(':');
                    Write(member.Value, text);
                    comma = ",";
                }

                text.Append('}');
                break;
            case JsonArray items:
                text.Append('[');
                for (int i = 0; i < items.Count; i++)
                {
                    text.Append(i == 0 ? "" : ",");
                    Write(items[i], text);
                }

                text.Append(']');
                break;
            default:
                Value(node.AsValue(), text);
                break;
        }
    }

    private static void Value(JsonValue value, StringBuilder text)
    {
        switch (value.GetValueKind())
        {
            case JsonValueKind.True:
                text.Append("true");
                break;
            case JsonValueKind.False:
                text.Append("false");
                break;
            case JsonValueKind.String:
                Write(value.GetValue<string>(), text);
                break;
            default:
                string number = value.ToJsonString();
                text.Append(long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole)
                    ? whole.ToString(CultureInfo.InvariantCulture)
                    : throw new FormatException($"{number} is no whole number."));
                break;
        }
    }

    private static void Write(string value, StringBuilder text)
    {
        text.Append('"');
        foreach (char character in value)
        {
            if (character is '"' or '\\')
            {
                text.Append('\\').Append(character);
            }
            else if (character < ' ')
            {
                text.Append("\\u").Append(((int)character).ToString("x4", CultureInfo.InvariantCulture));
            }
            else
            {
                text.Append(character);
            }
        }

        text.Append('"');
    }
}
