using System.Text.Json;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Alarms;

namespace DeviceTwin.Hub.Alarms;

/// <summary>
/// Reads messages of the kind <c>alarm</c>: <c>{"id","alarm","state","verdict","zone","capture","settingsHash","fingerprint","waveform","at"}</c>.
/// The first three are needed; a device may send anything, so what else has the wrong type is treated as absent.
/// </summary>
internal static class AlarmMessage
{
    public const string Kind = "alarm";

    private const int LongestName = 128;
    private const int LongestWord = 64;
    private const int MostWaveforms = 64;
    private const int HashLength = 64;

    /// <summary>What the message says, or why it is none.</summary>
    public static (AlarmDelivery.Told? Told, string? Problem) Read(TelemetryMessage message, AlarmPlace? place)
    {
        try
        {
            using var document = JsonDocument.Parse(message.Body);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Read(message, document.RootElement, place)
                : (null, "the body is no JSON object");
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            // The second: a text that is no UTF-8. The parser finds out only when it is asked for it.
            return (null, "the body is no JSON");
        }
    }

    private static (AlarmDelivery.Told? Told, string? Problem) Read(TelemetryMessage message, JsonElement root, AlarmPlace? place)
    {
        if (Text(root, "id", LongestName) is not { } id || !id.All(character => char.IsAsciiLetterOrDigit(character) || "-._:".Contains(character)))
        {
            return (null, $"id must be a string of 1 to {LongestName} letters, digits and -._:");
        }

        if (Text(root, "alarm", LongestWord) is not { } alarm || !alarm.All(char.IsAsciiLetterOrDigit))
        {
            return (null, $"alarm must be a word of 1 to {LongestWord} letters and digits, such as outer");
        }

        if (AlarmTransitions.Event(Text(root, "state", LongestWord)) is not { } heard)
        {
            return (null, "state must be raised, acknowledged or cleared");
        }

        var evidence = new AlarmEvidence(
            alarm,
            heard,
            message.EnqueuedAt,
            Text(root, "verdict", LongestWord),
            Text(root, "zone", LongestWord),
            Integer(root, "capture"),
            Text(root, "settingsHash", LongestName),
            Text(root, "fingerprint", LongestName),
            Integer(root, "at") is { } seconds and > 0 and < 1L << 34 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null);
        return (new AlarmDelivery.Told(message.DeviceId, id, message.EnqueuedAt, evidence, place, Hashes(root)), null);
    }

    private static string[] Hashes(JsonElement root) =>
        root.TryGetProperty("waveform", out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Take(MostWaveforms).Select(item => Text(item, HashLength)).OfType<string>()
                .Where(hash => hash.Length == HashLength && hash.All(char.IsAsciiHexDigit))
                .Select(hash => hash.ToLowerInvariant())]
            : [];

    private static string? Text(JsonElement parent, string name, int longest) =>
        parent.TryGetProperty(name, out var child) ? Text(child, longest) : null;

    private static string? Text(JsonElement element, int longest) =>
        element.ValueKind == JsonValueKind.String && element.GetString() is { Length: > 0 } text && text.Length <= longest ? text : null;

    private static long? Integer(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var child) && child.ValueKind == JsonValueKind.Number && child.TryGetInt64(out var number) ? number : null;
}
