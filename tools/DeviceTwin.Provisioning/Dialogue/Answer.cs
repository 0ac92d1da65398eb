using System.Text.Json;
using DeviceTwin.SensorNode.Provisioning;

namespace DeviceTwin.Provisioning.Dialogue;

/// <summary>What a node answered.</summary>
/// <param name="Status">A number of <see cref="SerialStatus"/>.</param>
/// <param name="Payload">Its members.</param>
internal sealed record Answer(int Status, JsonElement Payload)
{
    /// <summary>Whether the request was sent more than once: the node repeats its answer then, and not what it told before.</summary>
    public bool IsRepeated { get; init; }

    /// <summary>Reads a response's members; one without a status is <c>malformed</c>.</summary>
    public static Answer Of(JsonElement payload) =>
        payload.ValueKind == JsonValueKind.Object && Number(payload, "status") is { } status and >= 0 and <= byte.MaxValue
            ? new Answer((int)status, payload)
            : new Answer(SerialStatus.Malformed, JsonElement.Parse("{}"));

    /// <summary>A text member; empty where there is none.</summary>
    public string Text(string name) => Text(Payload, name) ?? "";

    /// <summary>A number member, or null.</summary>
    public long? Number(string name) => Number(Payload, name);

    /// <summary>A member that is true or false; false where there is none.</summary>
    public bool Is(string name) => Payload.TryGetProperty(name, out JsonElement member) && member.ValueKind == JsonValueKind.True;

    /// <summary>The answer as the exception that says it.</summary>
    /// <param name="command">What was asked.</param>
    public DialogueException Refusal(int command) => new(command, Status, Text("field"), Text("reason"))
    {
        RetryAfter = TimeSpan.FromMilliseconds(Math.Clamp(Number("retryAfterMs") ?? 0, 0, int.MaxValue)),
        NodesVersion = (int)Math.Clamp(Number("version") ?? 0, 0, 255),
        Sensors = Status == SerialStatus.SensorFailed ? Sensors() : null,
    };

    /// <summary>What it says of the sensors.</summary>
    public SensorCheckResult Sensors() => new(
        Text("accelerometer"), Text("thermometer"), Number("selfTest") is { } passed ? passed == 1 : null, (int?)Number("centiCelsius"));

    /// <summary>A text member of an object, or null.</summary>
    public static string? Text(JsonElement payload, string name) =>
        payload.TryGetProperty(name, out JsonElement member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;

    /// <summary>A number member of an object, or null.</summary>
    public static long? Number(JsonElement payload, string name) =>
        payload.TryGetProperty(name, out JsonElement member) && member.ValueKind == JsonValueKind.Number && member.TryGetInt64(out long number) ? number : null;
}
