#nullable enable

using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.SensorNode.Evidence;

/// <summary>What became of evidence that was computed anew.</summary>
/// <param name="Result"><see cref="EvidenceCheck.Equal"/>, <see cref="EvidenceCheck.Differs"/> or <see cref="EvidenceCheck.Incomplete"/>.</param>
/// <param name="Reason">Why it is not equal, a word of cloud/EVIDENCE.md; null where it is.</param>
/// <param name="Sha256">Of the evidence.</param>
public sealed record EvidenceResult(string Result, string? Reason, string Sha256, EvidenceDocument Document, IReadOnlyList<CaptureResult> Captures)
{
    /// <summary>The result in a sentence.</summary>
    public string Sentence()
    {
        CaptureResult? alarm = Captures.FirstOrDefault(capture => capture.Role == EvidenceCapture.OfAlarm);
        CaptureResult? behind = Captures.FirstOrDefault(capture => capture.Role == EvidenceCapture.Behind);
        switch (Result)
        {
            case EvidenceCheck.Equal:
                return $"equal: {alarm!.Equal.Count} members of capture {alarm.Number} computed anew are what the node said; {alarm.NotComputed.Count} do not follow from one capture.";
            case EvidenceCheck.Differs:
                return $"differs ({Reason}): {string.Join(", ", Captures.SelectMany(capture => capture.Differs).Select(difference => difference.Member).Distinct())}".TrimEnd(' ', ':') + ".";
            default:
                return $"incomplete ({Reason}): the capture of the alarm cannot be computed anew"
                    + (behind?.Result == EvidenceCheck.Equal ? $"; capture {behind.Number} behind it is equal." : ".");
        }
    }

    /// <summary>What the hub answers and <c>dtwin verify --json</c> prints.</summary>
    public JsonObject ToJson() => new()
    {
        ["result"] = Result,
        ["reason"] = Reason,
        ["sentence"] = Sentence(),
        ["alarm"] = Document.AlarmId,
        ["sha256"] = Sha256,
        ["version"] = Document.Version,
        ["previous"] = Document.Previous,
        ["build"] = Fingerprint.BuildId,
        ["evidenceBuild"] = Document.Fingerprint?.Split('-')[0],
        ["problems"] = new JsonArray(Document.Problems.Select(problem => (JsonNode)new JsonObject
        {
            ["part"] = problem.Part,
            ["reason"] = problem.Reason,
            ["sentence"] = problem.Sentence,
        }).ToArray()),
        ["captures"] = new JsonArray(Captures.Select(capture => (JsonNode)new JsonObject
        {
            ["number"] = capture.Number,
            ["role"] = capture.Role,
            ["result"] = capture.Result,
            ["reason"] = capture.Reason,
            ["equal"] = new JsonArray(capture.Equal.Select(member => (JsonNode)member).ToArray()),
            ["differs"] = new JsonArray(capture.Differs.Select(difference => (JsonNode)new JsonObject
            {
                ["member"] = difference.Member,
                ["evidence"] = difference.Evidence?.DeepClone(),
                ["computed"] = difference.Computed?.DeepClone(),
            }).ToArray()),
            ["notComputed"] = new JsonArray(capture.NotComputed.Select(skipped => (JsonNode)new JsonObject
            {
                ["member"] = skipped.Member,
                ["reason"] = skipped.Reason,
                ["sentence"] = EvidenceCheck.Reasons[skipped.Reason],
            }).ToArray()),
        }).ToArray()),
    };
}

/// <summary>What became of one capture.</summary>
/// <param name="Equal">Members that are what the node said.</param>
/// <param name="NotComputed">Members that do not follow from one capture.</param>
public sealed record CaptureResult(
    string Role,
    long Number,
    string Result,
    string? Reason,
    IReadOnlyList<string> Equal,
    IReadOnlyList<EvidenceDifference> Differs,
    IReadOnlyList<EvidenceSkipped> NotComputed)
{
    /// <summary>It could not be computed.</summary>
    public static CaptureResult Without(EvidenceCapture capture, string reason) => new(
        capture.Role, capture.Number, EvidenceCheck.Incomplete, reason, Array.Empty<string>(), Array.Empty<EvidenceDifference>(), Array.Empty<EvidenceSkipped>());
}

/// <summary>A member that is not what it was.</summary>
public sealed record EvidenceDifference(string Member, JsonNode? Evidence, JsonNode? Computed);

/// <summary>A member that was not computed.</summary>
/// <param name="Reason">A word of <see cref="EvidenceCheck.Reasons"/>.</param>
public sealed record EvidenceSkipped(string Member, string Reason);
