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
                // The parser looks into a string only when it is asked for: half a surrogate pair must not surface later.
                return (JsonObject)Json.Build(document.RootElement)!;
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new TwinException(TwinError.Format, $"{name} are not JSON: {error.Message}");
        }

        throw new TwinException(TwinError.Format, $"{name} must be one JSON object.");
    }
}
