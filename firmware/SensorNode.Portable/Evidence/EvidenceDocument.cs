#nullable enable

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DeviceTwin.SensorNode.Evidence;

/// <summary>
/// Evidence of one alarm: what its node said, what it measured, and the settings that held. Canonical JSON, named by the SHA-256 of its bytes.
/// What is missing or contradicts itself stands in <see cref="Problems"/>. cloud/EVIDENCE.md lists the members.
/// </summary>
/// <param name="Device">The device's id.</param>
/// <param name="Place">Ids of site, line, machine and point; null where the node had no measuring point.</param>
/// <param name="Message">The alarm message.</param>
/// <param name="Captures">That which the alarm names, and where its waveform did not come the first one behind it that did.</param>
/// <param name="Previous">Hash of the version before; null in the first.</param>
public sealed record EvidenceDocument(
    string AlarmId,
    string Name,
    string Alarm,
    string Device,
    EvidencePlace? Place,
    EvidenceMessage Message,
    IReadOnlyList<EvidenceCapture> Captures,
    EvidenceSettingsPart Settings,
    string? Fingerprint,
    IReadOnlyList<EvidenceProblem> Problems,
    int Version,
    string? Previous,
    DateTimeOffset SealedAt)
{
    /// <summary>The version of the format.</summary>
    public const int Schema = 1;

    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";

    /// <summary>Whether every part is there and none contradicts another.</summary>
    public bool IsComplete => Problems.Count == 0;

    /// <summary>The canonical bytes.</summary>
    public byte[] ToBytes() => CanonicalJson.Write(new JsonObject
    {
        ["schema"] = Schema,
        ["version"] = Version,
        ["previous"] = Previous,
        ["sealedAt"] = Time(SealedAt),
        ["alarm"] = new JsonObject { ["id"] = AlarmId, ["name"] = Name, ["alarm"] = Alarm, ["device"] = Device },
        ["place"] = Place is null ? null : new JsonObject { ["site"] = Place.Site, ["line"] = Place.Line, ["machine"] = Place.Machine, ["point"] = Place.Point },
        ["message"] = Write(Message),
        ["captures"] = new JsonArray(Captures.Select(capture => (JsonNode)new JsonObject
        {
            ["role"] = capture.Role,
            ["bootId"] = capture.BootId,
            ["number"] = capture.Number,
            ["features"] = capture.Features is null ? null : Write(capture.Features),
            ["waveforms"] = new JsonArray(capture.Waveforms.Select(waveform => (JsonNode)new JsonObject
            {
                ["sha256"] = waveform.Sha256,
                ["length"] = waveform.Length,
                ["axes"] = waveform.Axes,
                ["rateMilliHertz"] = waveform.RateMilliHertz,
                ["nanoGPerCount"] = waveform.NanoGPerCount,
                ["takenAt"] = waveform.TakenAt is { } taken ? Time(taken) : null,
                ["coveragePermille"] = waveform.CoveragePermille,
                ["saturatedCount"] = waveform.SaturatedCount,
                ["overrun"] = waveform.Overrun,
            }).ToArray()),
        }).ToArray()),
        ["settings"] = new JsonObject
        {
            ["version"] = Settings.Version,
            ["hash"] = Settings.Hash,
            ["source"] = Settings.Source,
            ["values"] = Settings.Values?.DeepClone(),
            ["valuesHash"] = Settings.ValuesHash,
        },
        ["fingerprint"] = Fingerprint,
        ["problems"] = new JsonArray(Problems.Select(problem => (JsonNode)new JsonObject
        {
            ["part"] = problem.Part,
            ["reason"] = problem.Reason,
            ["sentence"] = problem.Sentence,
        }).ToArray()),
    });

    /// <summary>The name of content.</summary>
    public static string HashOf(ReadOnlySpan<byte> content) => Convert.ToHexString(SHA256.HashData(content)).ToLowerInvariant();

    /// <summary>Reads canonical bytes; a line end behind them is passed over.</summary>
    /// <exception cref="FormatException">They are no evidence, or not as it was written.</exception>
    public static EvidenceDocument Parse(ReadOnlySpan<byte> content)
    {
        byte[] bytes = content.ToArray();
        int length = bytes.Length;
        while (length > 0 && bytes[length - 1] is (byte)'\n' or (byte)'\r')
        {
            length--;
        }

        Array.Resize(ref bytes, length);
        try
        {
            JsonObject root = JsonNode.Parse(bytes) as JsonObject ?? throw new FormatException("It is no JSON object.");
            if (Whole(root, "schema") is var schema && schema != Schema)
            {
                throw new FormatException($"It has the schema {schema?.ToString(CultureInfo.InvariantCulture) ?? "of something else"}; this build knows {Schema}.");
            }

            EvidenceDocument document = Read(root);
            if (!bytes.AsSpan().SequenceEqual(document.ToBytes()))
            {
                throw new FormatException("Its bytes are not as they were written: it was formatted, or something was added.");
            }

            return document;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or ArgumentException or NullReferenceException or OverflowException)
        {
            throw new FormatException($"It cannot be read: {problem.Message}", problem);
        }
    }

    /// <summary>A moment as evidence has it: UTC with seven digits.</summary>
    public static string Time(DateTimeOffset moment) => moment.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    private static EvidenceDocument Read(JsonObject root)
    {
        JsonObject alarm = Part(root, "alarm");
        JsonObject settings = Part(root, "settings");
        return new EvidenceDocument(
            Text(alarm, "id")!,
            Text(alarm, "name")!,
            Text(alarm, "alarm")!,
            Text(alarm, "device")!,
            root["place"] is JsonObject place ? new EvidencePlace(Text(place, "site")!, Text(place, "line")!, Text(place, "machine")!, Text(place, "point")!) : null,
            Message_(Part(root, "message")),
            root["captures"]!.AsArray().Select(item => Capture(item!.AsObject())).ToArray(),
            new EvidenceSettingsPart(Whole(settings, "version"), Text(settings, "hash"), Text(settings, "source"), settings["values"] as JsonObject, Text(settings, "valuesHash")),
            Text(root, "fingerprint"),
            root["problems"]!.AsArray().Select(item => new EvidenceProblem(Text(item!.AsObject(), "part")!, Text(item.AsObject(), "reason")!, Text(item.AsObject(), "sentence")!)).ToArray(),
            (int)Whole(root, "version")!.Value,
            Text(root, "previous"),
            Moment(Text(root, "sealedAt")!));
    }

    private static EvidenceCapture Capture(JsonObject capture) => new(
        Text(capture, "role")!,
        Text(capture, "bootId"),
        Whole(capture, "number")!.Value,
        capture["features"] is JsonObject features ? Message_(features) : null,
        capture["waveforms"]!.AsArray().Select(item => Waveform(item!.AsObject())).ToArray());

    private static EvidenceWaveform Waveform(JsonObject waveform) => new(
        Text(waveform, "sha256")!,
        (int)Whole(waveform, "length")!.Value,
        Text(waveform, "axes")!,
        (int)Whole(waveform, "rateMilliHertz")!.Value,
        (int)Whole(waveform, "nanoGPerCount")!.Value,
        Text(waveform, "takenAt") is { } taken ? Moment(taken) : null,
        (int?)Whole(waveform, "coveragePermille"),
        (int?)Whole(waveform, "saturatedCount"),
        waveform["overrun"]!.GetValue<bool>());

    private static EvidenceMessage Message_(JsonObject message) =>
        new(Moment(Text(message, "receivedAt")!), Text(message, "encoding") is "base64" ? Convert.FromBase64String(Text(message, "body")!) : Encoding.UTF8.GetBytes(Text(message, "body")!));

    private static JsonObject Write(EvidenceMessage message)
    {
        try
        {
            return new JsonObject { ["receivedAt"] = Time(message.ReceivedAt), ["body"] = new UTF8Encoding(false, true).GetString(message.Body) };
        }
        catch (ArgumentException)
        {
            return new JsonObject { ["receivedAt"] = Time(message.ReceivedAt), ["body"] = Convert.ToBase64String(message.Body), ["encoding"] = "base64" };
        }
    }

    private static JsonObject Part(JsonObject parent, string name) => parent[name] as JsonObject ?? throw new FormatException($"It has no {name}.");

    private static string? Text(JsonObject parent, string name) => parent[name]?.GetValue<string>();

    private static long? Whole(JsonObject parent, string name) =>
        parent[name] is JsonValue value && value.TryGetValue(out long number) ? number : null;

    private static DateTimeOffset Moment(string text) => DateTimeOffset.ParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}

/// <summary>Where the node was mounted, by the ids of the plant.</summary>
public sealed record EvidencePlace(string Site, string Line, string Machine, string Point);

/// <summary>A message of the node's as it was sent.</summary>
/// <param name="ReceivedAt">When it came, by the hub's clock.</param>
public sealed record EvidenceMessage(DateTimeOffset ReceivedAt, byte[] Body)
{
    /// <summary>What it says; null where it is no JSON object.</summary>
    public JsonObject? Json()
    {
        try
        {
            var json = JsonNode.Parse(Body) as JsonObject;

            // Names that come twice are found when the members are looked at.
            _ = json?.Count;
            return json;
        }
        catch (Exception problem) when (problem is JsonException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }
}

/// <summary>A capture of a node.</summary>
/// <param name="Role"><see cref="OfAlarm"/> or <see cref="Behind"/>.</param>
/// <param name="Features">What the node said of it; null where it did not come.</param>
public sealed record EvidenceCapture(string Role, string? BootId, long Number, EvidenceMessage? Features, IReadOnlyList<EvidenceWaveform> Waveforms)
{
    /// <summary>The capture that the alarm names.</summary>
    public const string OfAlarm = "alarm";

    /// <summary>The first one behind it whose waveform came: a node that raises an alarm between captures sends the next one.</summary>
    public const string Behind = "behind";
}

/// <summary>The samples of a capture, and the facts that go with them.</summary>
/// <param name="Sha256">Of the counts as 16 bit little-endian, 64 hexadecimal digits.</param>
/// <param name="Length">Bytes.</param>
public sealed record EvidenceWaveform(
    string Sha256,
    int Length,
    string Axes,
    int RateMilliHertz,
    int NanoGPerCount,
    DateTimeOffset? TakenAt,
    int? CoveragePermille,
    int? SaturatedCount,
    bool Overrun);

/// <summary>The settings that held.</summary>
/// <param name="Version">The desired version that the node said it had.</param>
/// <param name="Hash">What the node said of its settings.</param>
/// <param name="Source">Where the values are from: the twin's section <c>reported</c> or <c>desired</c>, or the model's <c>defaults</c>.</param>
/// <param name="Values">By component and name; null where none are known.</param>
/// <param name="ValuesHash">Of the values; not the node's where another set of values held.</param>
public sealed record EvidenceSettingsPart(long? Version, string? Hash, string? Source, JsonObject? Values, string? ValuesHash);

/// <summary>What is missing or contradicts itself.</summary>
/// <param name="Part"><c>message</c>, <c>features</c>, <c>settings</c>, <c>fingerprint</c> or <c>waveform</c>.</param>
/// <param name="Reason"><see cref="Missing"/> or <see cref="Contradictory"/>.</param>
public sealed record EvidenceProblem(string Part, string Reason, string Sentence)
{
    public const string Missing = "missing";

    public const string Contradictory = "contradictory";
}
