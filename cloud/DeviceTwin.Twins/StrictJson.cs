using System.Text.Json;
using System.Text.Json.Nodes;

namespace DeviceTwin.Twins;

/// <summary>Reads JSON from outside, strictly: what two readers could take in two ways is refused, and nothing surfaces later.</summary>
public static class StrictJson
{
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    /// <summary>One object in UTF-8, no key twice, every string real text.</summary>
    /// <param name="name">What is read, for refusals: <c>The reported properties</c>.</param>
    /// <exception cref="TwinException">It is something else.</exception>
    public static JsonObject ReadObject(ReadOnlyMemory<byte> utf8, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, Options);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                RequireText(document.RootElement);
                return JsonObject.Create(document.RootElement.Clone())!;
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new TwinException(TwinError.Format, $"{name} are not JSON: {error.Message}");
        }

        throw new TwinException(TwinError.Format, $"{name} must be one JSON object.");
    }

    /// <summary>The parser looks into a string only when it is asked for: half a surrogate pair must not surface later.</summary>
    /// <exception cref="InvalidOperationException">A string is not text.</exception>
    private static void RequireText(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                element.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    RequireText(item);
                }

                break;
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    _ = property.Name;
                    RequireText(property.Value);
                }

                break;
        }
    }
}
