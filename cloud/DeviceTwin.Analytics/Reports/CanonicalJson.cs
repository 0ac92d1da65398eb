using System.Buffers;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DeviceTwin.Analytics.Reports;

/// <summary>
/// JSON with one spelling for one value: members by name (UTF-16 code units), no white space, no escape that is not needed, numbers as integers
/// or as the shortest decimal. That is RFC 8785 for what reports hold: strings, truth values, integers and decimals of at most four places.
/// </summary>
internal static class CanonicalJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.Strict,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>The bytes of a value.</summary>
    public static byte[] BytesOf(object value) => BytesOf(JsonSerializer.SerializeToElement(value, Options));

    /// <summary>The bytes of a document.</summary>
    public static byte[] BytesOf(JsonElement value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(writer, value);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>SHA-256 of the bytes, 64 hexadecimal digits in lower case.</summary>
    public static string HashOf(object value) => HashOf(BytesOf(value));

    /// <summary>SHA-256, 64 hexadecimal digits in lower case.</summary>
    public static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>A value from its bytes.</summary>
    /// <exception cref="JsonException">It is not of this type.</exception>
    public static T Read<T>(ReadOnlySpan<byte> bytes) => JsonSerializer.Deserialize<T>(bytes, Options) ?? throw new JsonException("null");

    private static void Write(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.Number when !value.TryGetInt64(out _):
                // Divided by one with many places, a decimal loses the zeros behind its last digit.
                writer.WriteNumberValue(value.GetDecimal() / 1.0000000000000000000000000000m);
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
