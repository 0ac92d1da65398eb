using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Rollouts;

namespace DeviceTwin.Hub.Changes;

/// <summary>Changes as they are stored and shown, over the forms of <see cref="RolloutJson"/>.</summary>
internal static class ChangeJson
{
    /// <summary>The document that is stored.</summary>
    public static string ToText(ChangeFile file) => new JsonObject
    {
        ["change"] = RolloutJson.Write(file.Change),
        ["devices"] = new JsonArray([.. file.Devices.Select(device => (JsonNode)new JsonArray(device.DeviceId, device.MachineClass, device.Line, device.Connected))]),
        ["replay"] = file.Replay is { } replay ? Write(replay) : null,
        ["before"] = file.Before is { } before
            ? new JsonArray([.. before.Select(path => (JsonNode)new JsonObject { ["device"] = path.DeviceId, ["path"] = path.Path, ["value"] = path.Value?.DeepClone() })])
            : null,
        ["paths"] = Write(file.Paths),
        ["report"] = file.Report?.DeepClone(),
    }.ToJsonString(Json.Relaxed);

    /// <summary>A document that was stored.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static ChangeFile FromText(string text)
    {
        var json = Json.ParseObject(text);
        return new ChangeFile(RolloutJson.ReadChange((JsonObject)json["change"]!))
        {
            Devices =
            [
                .. ((JsonArray)json["devices"]!).Select(device => new RolloutDevice((string)device![0]!, (string)device[1]!, (string)device[2]!, (bool)device[3]!)),
            ],
            Replay = json["replay"] is JsonObject replay
                ? new ReplayOrder((string)replay["by"]!, At(replay["at"])!.Value, At(replay["from"]), At(replay["until"])!.Value, (string?)replay["failure"])
                : null,
            Before = json["before"] is JsonArray before
                ? [.. before.Select(path => new PreviousValue((string)path!["device"]!, (string)path["path"]!, path["value"]?.DeepClone()))]
                : null,
            Paths =
            [
                .. ((JsonArray)json["paths"]!).Select(path => new RestoredPath(
                    (string)path!["deviceId"]!,
                    (string)path["path"]!,
                    Enum.Parse<PathOutcome>((string)path["outcome"]!, ignoreCase: true),
                    path["previous"]?.DeepClone(),
                    path["now"]?.DeepClone(),
                    (string)path["why"]!)),
            ],
            Report = json["report"]?.DeepClone() as JsonObject,
        };
    }

    /// <summary>A change with how it stands.</summary>
    /// <param name="online">How many of those that it targets are connected.</param>
    /// <param name="gates">What the gates say now; null where none judge.</param>
    public static JsonObject Status(ChangeRun run, int online, GateReport? gates)
    {
        var json = RolloutJson.Write(run.Change);
        json["stageSince"] = Json.Timestamp(run.Change.StageSince);
        json["convergedAt"] = run.Change.ConvergedAt is { } at ? Json.Timestamp(at) : null;
        json["asksPerson"] = run.Change is { State.IsUnderWay: true, IsAsked: true, IsPassedByHand: false };
        json["devices"] = run.File.Devices.Length;
        json["online"] = online;
        json["replay"] = run.File.Replay is { } replay ? Progress(run, replay) : null;
        json["groups"] = run.File.Devices.IsEmpty ? new JsonArray() : Groups(run);
        json["shadowNotFitted"] = Words(run.Watch is { IsShadow: true } watch ? [.. watch.NotFitted.Order(StringComparer.Ordinal)] : Array.Empty<string>());
        json["gates"] = gates is null ? null : Write(gates);
        json["hasReport"] = run.File.Report is not null;
        return json;
    }

    /// <summary>What stands in a list.</summary>
    public static JsonObject Short(JsonObject status)
    {
        foreach (var name in (string[])["content", "plan", "groups", "gates", "history", "shadowNotFitted"])
        {
            status.Remove(name);
        }

        return status;
    }

    public static JsonObject Write(RolloutReport report) => new()
    {
        ["changeId"] = report.ChangeId,
        ["title"] = report.Title,
        ["state"] = report.State.ToString(),
        ["decidedAt"] = Json.Timestamp(report.DecidedAt),
        ["decidedBy"] = report.DecidedBy,
        ["why"] = report.Why,
        ["gates"] = report.Gates is { } gates ? Write(gates) : null,
        ["groups"] = new JsonArray([.. report.Groups.Select(group => (JsonNode)new JsonObject { ["group"] = group.Group, ["size"] = group.Size, ["admitted"] = group.Admitted })]),
        ["affected"] = Words(report.Affected),
        ["excluded"] = Words(report.Excluded),
        ["rejections"] = new JsonArray([.. report.Rejections.Select(group => (JsonNode)new JsonObject
        {
            ["board"] = group.Board, ["path"] = group.Path, ["code"] = group.Code, ["reason"] = group.Reason, ["devices"] = Words(group.Devices),
        })]),
        ["paths"] = Write(report.Paths),
        ["history"] = RolloutJson.Write(report.History),
        ["sentences"] = Words(report.Sentences()),
    };

    public static JsonObject Write(GateReport report) => new()
    {
        ["at"] = Json.Timestamp(report.At),
        ["passed"] = report.IsPassed,
        ["treated"] = report.Treated,
        ["control"] = report.Control,
        ["treatedCaptures"] = report.TreatedCaptures,
        ["controlCaptures"] = report.ControlCaptures,
        ["gates"] = new JsonArray([.. report.Gates.Select(gate => (JsonNode)new JsonObject
        {
            ["gate"] = RolloutWords.Of(gate.Gate),
            ["outcome"] = RolloutWords.Of(gate.Outcome),
            ["words"] = gate.Words,
            ["evidence"] = gate.Evidence is { } evidence ? Write(evidence) : null,
        })]),
    };

    private static JsonObject Write(RatioEvidence evidence) => new()
    {
        ["treated"] = evidence.Treated,
        ["control"] = evidence.Control,
        ["expectedTreated"] = Math.Round(evidence.ExpectedTreated, 3),
        ["expectedControl"] = Math.Round(evidence.ExpectedControl, 3),
        ["harm"] = Finite(evidence.Harm),
        ["safe"] = Finite(evidence.Safe),
        ["harmShownAt"] = evidence.HarmShownAt is { } at ? Json.Timestamp(at) : null,
        ["ratio"] = evidence.Ratio is { } ratio ? Finite(ratio) : null,
    };

    private static double? Finite(double value) => double.IsFinite(value) ? Math.Round(value, 3) : null;

    private static JsonArray Write(ImmutableArray<RestoredPath> paths) => new([.. paths.Select(path => (JsonNode)new JsonObject
    {
        ["deviceId"] = path.DeviceId,
        ["path"] = path.Path,
        ["outcome"] = RolloutWords.Of(path.Outcome),
        ["previous"] = path.Previous?.DeepClone(),
        ["now"] = path.Now?.DeepClone(),
        ["why"] = path.Why,
    })]);

    private static JsonObject Write(ReplayOrder replay) => new()
    {
        ["by"] = replay.By,
        ["at"] = Json.Timestamp(replay.At),
        ["from"] = replay.From is { } from ? Json.Timestamp(from) : null,
        ["until"] = Json.Timestamp(replay.Until),
        ["failure"] = replay.Failure,
    };

    private static JsonObject Progress(ChangeRun run, ReplayOrder replay)
    {
        var json = Write(replay);
        json["captures"] = run.ReplayCaptures;
        json["capturesDone"] = run.ReplayDone;
        return json;
    }

    private static JsonArray Groups(ChangeRun run)
    {
        var groups = new JsonArray { Group("canary", run.Groups.Canary, run) };
        for (var wave = 1; wave <= run.Groups.Waves; wave++)
        {
            groups.Add((JsonNode)Group($"wave {wave}", [.. run.Groups.InWave(wave).Except(run.Groups.Control)], run));
        }

        groups.Add((JsonNode)Group("control", run.Groups.Control, run));
        groups.Add((JsonNode)Group("excluded", run.Groups.Excluded, run));
        return groups;
    }

    private static JsonObject Group(string name, IReadOnlyList<string> devices, ChangeRun run)
    {
        var ledger = run.Watch is { IsShadow: false } watch ? watch.Ledger : null;
        return new JsonObject
        {
            ["group"] = name,
            ["size"] = devices.Count,
            ["admitted"] = devices.Count(id => ledger?.SentAt(id) is not null),
            ["applied"] = devices.Count(id => ledger?.AppliedAt(id) is not null),
            ["devices"] = Words(devices),
        };
    }

    private static JsonArray Words(IEnumerable<string> words) => new([.. words.Select(word => (JsonNode)word)]);

    private static DateTimeOffset? At(JsonNode? node) => node is null
        ? null
        : DateTimeOffset.Parse((string)node!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
