using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Twins;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>The JSON texts in the columns.</summary>
internal static class StoredText
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = Json.Relaxed.Encoder, SkipValidation = true };

    public static string Of(JsonNode node) => node.ToJsonString(Json.Relaxed);

    /// <summary>The text in UTF-8, as it is stored.</summary>
    /// <param name="buffer">Whose content is replaced.</param>
    public static ReadOnlySpan<byte> Utf8(JsonNode node, ArrayBufferWriter<byte> buffer, Utf8JsonWriter writer)
    {
        buffer.ResetWrittenCount();
        writer.Reset(buffer);
        node.WriteTo(writer, Json.Relaxed);
        writer.Flush();
        return buffer.WrittenSpan;
    }

    public static Utf8JsonWriter Writer(ArrayBufferWriter<byte> buffer) => new(buffer, Writing);

    public static string Of<T>(IReadOnlyDictionary<string, T> map) => JsonSerializer.Serialize(map, Json.Relaxed);

    public static Dictionary<string, T> Map<T>(string text) =>
        JsonSerializer.Deserialize<Dictionary<string, T>>(text, Json.Relaxed) ?? throw new FormatException("null where an object is expected");

    public static string OfContent(IReadOnlyDictionary<string, JsonNode?> content)
    {
        var json = new JsonObject();
        foreach (var (path, value) in content)
        {
            json[path] = value?.DeepClone();
        }

        return Of(json);
    }

    public static Dictionary<string, JsonNode?> Content(string text) =>
        Json.ParseObject(text).ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);

    public static string OfApplied(ImmutableSortedDictionary<string, AppliedSetting> applied)
    {
        var json = new JsonObject();
        foreach (var (path, setting) in applied)
        {
            json[path] = new JsonObject { ["configuration"] = setting.ConfigurationId, ["value"] = setting.Value.DeepClone() };
        }

        return Of(json);
    }

    public static ImmutableSortedDictionary<string, AppliedSetting> Applied(string text)
    {
        var applied = AppliedSetting.None.ToBuilder();
        foreach (var (path, entry) in Json.ParseObject(text))
        {
            applied[path] = new AppliedSetting(entry!["configuration"]!.GetValue<string>(), entry["value"]!.DeepClone());
        }

        return applied.ToImmutable();
    }
}
