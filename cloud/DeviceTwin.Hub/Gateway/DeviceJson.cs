using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;

namespace DeviceTwin.Hub.Gateway;

/// <summary>
/// JSON for devices: UTF-8 as it is, only what JSON demands is escaped. The nanoFramework reader takes <c>\u</c> escapes only where
/// all four digits are decimal, so even the runtime's relaxed encoder (which escapes all beyond the basic plane) would break it.
/// </summary>
internal static class DeviceJson
{
    public static byte[] Serialize(JsonNode? node)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Write(buffer, node);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(ArrayBufferWriter<byte> output, JsonNode? node)
    {
        switch (node)
        {
            case null:
                output.Write("null"u8);
                break;
            case JsonObject members:
                WriteObject(output, members);
                break;
            case JsonArray items:
                WriteArray(output, items);
                break;
            case JsonValue value when value.TryGetValue(out string? text):
                WriteText(output, text);
                break;
            default:
                // Numbers keep the spelling they came in: 20.0 is not 20 to a client with types.
                output.Write(Encoding.UTF8.GetBytes(node.ToJsonString()));
                break;
        }
    }

    private static void WriteObject(ArrayBufferWriter<byte> output, JsonObject members)
    {
        output.Write("{"u8);
        bool first = true;
        foreach (var (name, value) in members)
        {
            if (!first)
            {
                output.Write(","u8);
            }

            first = false;
            WriteText(output, name);
            output.Write(":"u8);
            Write(output, value);
        }

        output.Write("}"u8);
    }

    private static void WriteArray(ArrayBufferWriter<byte> output, JsonArray items)
    {
        output.Write("["u8);
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0)
            {
                output.Write(","u8);
            }

            Write(output, items[i]);
        }

        output.Write("]"u8);
    }

    private static void WriteText(ArrayBufferWriter<byte> output, string text)
    {
        output.Write("\""u8);
        ReadOnlySpan<char> rest = text;
        while (!rest.IsEmpty)
        {
            int next = rest.IndexOfAny(MustEscape);
            Encoding.UTF8.GetBytes(next < 0 ? rest : rest[..next], output);
            if (next < 0)
            {
                break;
            }

            output.Write(Encoding.UTF8.GetBytes(Escape(rest[next])));
            rest = rest[(next + 1)..];
        }

        output.Write("\""u8);
    }

    private static string Escape(char character) => character switch
    {
        '"' => "\\\"",
        '\\' => @"\\",
        '\b' => @"\b",
        '\f' => @"\f",
        '\n' => @"\n",
        '\r' => @"\r",
        '\t' => @"\t",
        _ => $@"\u{(int)character:x4}",
    };

    private static readonly SearchValues<char> MustEscape =
        SearchValues.Create("\"\\" + string.Concat(Enumerable.Range(0, 32).Select(code => (char)code)));
}
