using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.SensorNode.Evidence;
using DeviceTwin.Storage;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Alarms;

/// <summary>What is kept of an alarm while its evidence is gathered: what could not be read again later.</summary>
/// <param name="Name">The node's name of the alarm.</param>
/// <param name="Message">The alarm message.</param>
/// <param name="Features">What the node said of the alarm's capture, once it came: a node that says much pushes it out of the messages that are read.</param>
/// <param name="Values">The settings that held, once a set was found that has the hash that the node said.</param>
/// <param name="Source">Where they are from.</param>
internal sealed record EvidenceParts(string Name, EvidencePart Message, EvidencePart? Features, JsonObject? Values, string? Source)
{
    /// <summary>Bytes of a message that are kept in evidence, which is never removed: what a node's composer writes at most.</summary>
    public const int LargestBody = 16384;

    public string ToText() => JsonSerializer.Serialize(this, Json.Relaxed);

    public static EvidenceParts FromText(string text) =>
        JsonSerializer.Deserialize<EvidenceParts>(text, Json.Relaxed) ?? throw new FormatException("null where parts of evidence are expected");

    /// <summary>A message as it was sent; of one that is too large only what it was.</summary>
    public static EvidencePart PartOf(TelemetryMessage message) => message.Body.Length <= LargestBody
        ? new EvidencePart(message.EnqueuedAt, message.Body.ToArray(), null)
        : new EvidencePart(message.EnqueuedAt, [], $"It has {message.Body.Length} bytes and the SHA-256 {EvidenceDocument.HashOf(message.Body.Span)}; messages of more than {LargestBody} bytes are not kept in evidence.");
}

/// <summary>A message as it was sent.</summary>
/// <param name="LeftOut">Why the body is not here; null where it is.</param>
internal sealed record EvidencePart(DateTimeOffset ReceivedAt, byte[] Body, string? LeftOut)
{
    public EvidenceMessage ToMessage() => new(ReceivedAt, Body);
}
