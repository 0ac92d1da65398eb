using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using static DeviceTwin.Twins.Rollouts.RolloutRefusal;

namespace DeviceTwin.Twins.Rollouts;

/// <summary>Plans and changes as JSON: what the REST interface takes and shows, and what is stored.</summary>
public static class RolloutJson
{
    /// <summary>The limits of the gates by their names in JSON.</summary>
    private static readonly (string Name, Func<GateLimits, int> Get, Func<GateLimits, int, GateLimits> Set)[] Limits =
    [
        ("alarmRatioTolerated", limits => limits.AlarmRatioTolerated, (limits, value) => limits with { AlarmRatioTolerated = value }),
        ("alarmRatioHarmful", limits => limits.AlarmRatioHarmful, (limits, value) => limits with { AlarmRatioHarmful = value }),
        ("harmlessAlarmWindows", limits => limits.HarmlessAlarmWindows, (limits, value) => limits with { HarmlessAlarmWindows = value }),
        ("coverageDrop", limits => limits.CoverageDrop, (limits, value) => limits with { CoverageDrop = value }),
        ("analysisGrowth", limits => limits.AnalysisGrowth, (limits, value) => limits with { AnalysisGrowth = value }),
        ("heapDropBytes", limits => limits.HeapDropBytes, (limits, value) => limits with { HeapDropBytes = value }),
        ("otherRatioTolerated", limits => limits.OtherRatioTolerated, (limits, value) => limits with { OtherRatioTolerated = value }),
        ("silentCaptures", limits => limits.SilentCaptures, (limits, value) => limits with { SilentCaptures = value }),
        ("silentNodes", limits => limits.SilentNodes, (limits, value) => limits with { SilentNodes = value }),
        ("silentShare", limits => limits.SilentShare, (limits, value) => limits with { SilentShare = value }),
        ("safeModeNodes", limits => limits.SafeModeNodes, (limits, value) => limits with { SafeModeNodes = value }),
    ];

    /// <summary>Every member of a plan.</summary>
    public static JsonObject Write(RolloutPlan plan) => new()
    {
        ["shadowSeconds"] = (long)plan.ShadowTime.TotalSeconds,
        ["canary"] = plan.Canary.Count > 0 ? new JsonObject { ["devices"] = plan.Canary.Count } : new JsonObject { ["permille"] = plan.Canary.Permille },
        ["waves"] = new JsonArray([.. plan.Waves.Select(wave => (JsonNode)wave)]),
        ["control"] = plan.Control,
        ["minimumCaptures"] = plan.MinimumCaptures,
        ["windowSeconds"] = (long)plan.Window.TotalSeconds,
        ["baselineWindows"] = plan.BaselineWindows,
        ["longestStageWindows"] = plan.LongestStageWindows,
        ["gates"] = new JsonObject(Limits.Select(limit => KeyValuePair.Create(limit.Name, (JsonNode?)limit.Get(plan.Gates)))),
        ["offline"] = RolloutWords.Of(plan.Offline),
        ["approval"] = new JsonObject { ["needed"] = plan.Approval.Needed, ["byOthers"] = plan.Approval.ByOthers },
        ["seed"] = plan.Seed,
    };

    /// <summary>A plan; what is left out is the default.</summary>
    /// <exception cref="RolloutException">A member is unknown, of another type, or out of range.</exception>
    public static RolloutPlan ReadPlan(JsonObject json)
    {
        var plan = RolloutPlan.Default;
        foreach (var (name, value) in json)
        {
            plan = name switch
            {
                "shadowSeconds" => plan with { ShadowTime = Seconds(value, name) },
                "canary" => plan with { Canary = Canary(value) },
                "waves" when value is JsonArray waves => plan with { Waves = [.. waves.Select(wave => Number(wave, name))] },
                "control" => plan with { Control = Number(value, name) },
                "minimumCaptures" => plan with { MinimumCaptures = Number(value, name) },
                "windowSeconds" => plan with { Window = Seconds(value, name) },
                "baselineWindows" => plan with { BaselineWindows = Number(value, name) },
                "longestStageWindows" => plan with { LongestStageWindows = Number(value, name) },
                "gates" when value is JsonObject gates => plan with { Gates = Gates(gates) },
                "offline" => plan with { Offline = Word<OfflinePolicy>(value, name) },
                "approval" when value is JsonObject approval => plan with { Approval = ReadApproval(approval) },
                "seed" when value is JsonValue seed && seed.GetValueKind() == JsonValueKind.Number && ulong.TryParse(seed.ToJsonString(), out var number) => plan with { Seed = number },
                _ => throw Wrong(name),
            };
        }

        return plan.Checked();
    }

    /// <summary>A change with all that is known of it.</summary>
    public static JsonObject Write(Change change) => new()
    {
        ["id"] = change.Id,
        ["title"] = change.Title,
        ["author"] = change.Author,
        ["createdAt"] = Json.Timestamp(change.CreatedAt),
        ["configurationId"] = change.ConfigurationId,
        ["baseVersion"] = change.BaseVersion,
        ["content"] = new JsonObject(change.Content.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => KeyValuePair.Create(entry.Key, entry.Value?.DeepClone()))),
        ["changed"] = new JsonArray([.. change.Changed.Select(path => (JsonNode)path)]),
        ["kinds"] = new JsonArray([.. Enum.GetValues<ChangeKinds>().Where(kind => kind != ChangeKinds.None && change.Kinds.HasFlag(kind)).Select(kind => (JsonNode)RolloutWords.Of(kind))]),
        ["plan"] = Write(change.Plan),
        ["evidence"] = change.Evidence,
        ["evidenceCaptures"] = change.EvidenceCaptures,
        ["approvals"] = new JsonArray([.. change.Approvals.Select(approval => new JsonObject
        {
            ["by"] = approval.By, ["why"] = approval.Why, ["at"] = Json.Timestamp(approval.At),
        })]),
        ["state"] = change.State.ToString(),
        ["history"] = Write(change.History),
    };

    /// <summary>Steps: who, when, why.</summary>
    public static JsonArray Write(IEnumerable<ChangeStep> steps) => new([.. steps.Select(step => new JsonObject
    {
        ["at"] = Json.Timestamp(step.At),
        ["event"] = RolloutWords.Of(step.Event),
        ["from"] = step.From.ToString(),
        ["to"] = step.To.ToString(),
        ["by"] = step.By,
        ["why"] = step.Why,
    })]);

    /// <summary>A change as it was written.</summary>
    /// <exception cref="FormatException">It was not written by <see cref="Write(Change)"/>.</exception>
    public static Change ReadChange(JsonObject json)
    {
        try
        {
            var draft = Change.Draft(
                Text("id"),
                Text("title"),
                Text("author"),
                At(json["createdAt"]),
                Text("configurationId"),
                json["baseVersion"]!.GetValue<long>(),
                ((JsonObject)json["content"]!).ToImmutableSortedDictionary(entry => entry.Key, entry => entry.Value?.DeepClone(), StringComparer.Ordinal),
                ReadPlan((JsonObject)json["plan"]!));
            return draft with
            {
                Changed = [.. ((JsonArray)json["changed"]!).Select(path => path!.GetValue<string>())],
                Evidence = json["evidence"]?.GetValue<string>(),
                EvidenceCaptures = json["evidenceCaptures"]?.GetValue<long>(),
                Approvals =
                [
                    .. ((JsonArray)json["approvals"]!).Select(approval => new Approval(
                        approval!["by"]!.GetValue<string>(), approval["why"]!.GetValue<string>(), At(approval["at"]))),
                ],
                State = State(json["state"]),
                History =
                [
                    .. ((JsonArray)json["history"]!).Select(step => new ChangeStep(
                        At(step!["at"]),
                        Word<ChangeEvent>(step["event"], "event"),
                        State(step["from"]),
                        State(step["to"]),
                        step["by"]!.GetValue<string>(),
                        step["why"]!.GetValue<string>())),
                ],
            };
        }
        catch (Exception exception) when (exception is NullReferenceException or InvalidCastException or InvalidOperationException or TwinException)
        {
            throw new FormatException("This is no change as it was stored.", exception);
        }

        string Text(string name) => json[name]!.GetValue<string>();
    }

    private static DateTimeOffset At(JsonNode? node) =>
        DateTimeOffset.Parse(node!.GetValue<string>(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static ChangeState State(JsonNode? node)
    {
        var word = node!.GetValue<string>();
        return word.StartsWith("wave ", StringComparison.Ordinal)
            ? new ChangeState(ChangePhase.Wave, int.Parse(word[5..], CultureInfo.InvariantCulture))
            : new ChangeState(Word<ChangePhase>(node, "state"));
    }

    private static CanarySize Canary(JsonNode? value) => value is JsonObject { Count: 1 } size
        ? size.First() switch
        {
            ("devices", var devices) => CanarySize.Devices(Number(devices, "canary.devices")),
            ("permille", var permille) => CanarySize.Share(Number(permille, "canary.permille")),
            _ => throw Wrong("canary"),
        }
        : throw Wrong("canary");

    private static GateLimits Gates(JsonObject json)
    {
        var limits = GateLimits.Default;
        foreach (var (name, value) in json)
        {
            var limit = Limits.FirstOrDefault(limit => limit.Name == name);
            limits = limit.Set is null ? throw Wrong($"gates.{name}") : limit.Set(limits, Number(value, $"gates.{name}"));
        }

        return limits;
    }

    private static ApprovalPolicy ReadApproval(JsonObject json)
    {
        var policy = ApprovalPolicy.OneOther;
        foreach (var (name, value) in json)
        {
            policy = name switch
            {
                "needed" => policy with { Needed = Number(value, "approval.needed") },
                "byOthers" when value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False => policy with { ByOthers = value.GetValue<bool>() },
                _ => throw Wrong($"approval.{name}"),
            };
        }

        return policy;
    }

    private static int Number(JsonNode? value, string name) =>
        Json.Integer(value) is { } number && number is >= int.MinValue and <= int.MaxValue ? (int)number : throw Wrong(name);

    private static TimeSpan Seconds(JsonNode? value, string name) => TimeSpan.FromSeconds(Number(value, name));

    private static T Word<T>(JsonNode? value, string name)
        where T : struct, Enum =>
        value is JsonValue word && word.GetValueKind() == JsonValueKind.String
            && Array.Find(Enum.GetValues<T>(), candidate => RolloutWords.Of(candidate) == word.GetValue<string>()) is var found && RolloutWords.Of(found) == word.GetValue<string>()
            ? found
            : throw Wrong(name);

    private static RolloutException Wrong(string name) => Refuse(
        "planFormInvalid", $"\"{name}\" is unknown in a plan, or of another type. cloud/ROLLOUTS.md lists the members with their types.");
}
