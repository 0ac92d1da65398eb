using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Rollouts;

namespace DeviceTwin.Hub.Changes;

/// <summary>What was seen of a change's devices, a row each: <c>{"row":"alarm","device":"press-1","at":"…"}</c>.</summary>
internal static class WatchRows
{
    public static string Begin(bool isShadow, DateTimeOffset at, IEnumerable<NodeBaseline> baselines) => Text(new JsonObject
    {
        ["row"] = "begin",
        ["shadow"] = isShadow,
        ["at"] = Json.Timestamp(at),
        ["baselines"] = new JsonArray([.. baselines.Select(baseline => (JsonNode)new JsonObject
        {
            ["device"] = baseline.DeviceId,
            ["windows"] = baseline.Windows,
            ["with"] = new JsonObject(baseline.WindowsWith.Select(entry => KeyValuePair.Create(RolloutWords.Of(entry.Key), (JsonNode?)entry.Value))),
            ["coverage"] = baseline.CoveragePermille,
            ["analysis"] = baseline.AnalysisMilliseconds,
            ["heap"] = baseline.HeapLowWaterBytes,
        })]),
    });

    public static string Fact(GateFact fact) => Of(RolloutWords.Of(fact.Fact), fact.DeviceId, fact.At);

    public static string Sent(string deviceId, DateTimeOffset at) => Of("sent", deviceId, at);

    public static string Applied(string deviceId, DateTimeOffset at) => Of("applied", deviceId, at);

    public static string NotFitted(string deviceId) => Text(new JsonObject { ["row"] = "notFitted", ["device"] = deviceId });

    public static string Sample() => Text(new JsonObject { ["row"] = "sample" });

    public static string Rejected(Rejection rejection) => Text(new JsonObject
    {
        ["row"] = "rejected",
        ["device"] = rejection.DeviceId,
        ["board"] = rejection.Board,
        ["path"] = rejection.Path,
        ["code"] = rejection.Code,
        ["reason"] = rejection.Reason,
    });

    public static string Captures(IReadOnlyDictionary<string, int> captures) => Text(new JsonObject
    {
        ["row"] = "captures",
        ["of"] = new JsonObject(captures.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value))),
    });

    public static (bool IsShadow, DateTimeOffset At, IReadOnlyList<NodeBaseline> Baselines)? ReadBegin(JsonObject row) => (string?)row["row"] != "begin"
        ? null
        : ((bool)row["shadow"]!, At(row), [.. ((JsonArray)row["baselines"]!).Select(baseline => new NodeBaseline(
            (string)baseline!["device"]!,
            Number(baseline["windows"])!.Value,
            ((JsonObject)baseline["with"]!).ToImmutableSortedDictionary(entry => FactOf(entry.Key)!.Value, entry => Number(entry.Value)!.Value),
            Number(baseline["coverage"]),
            Number(baseline["analysis"]),
            Number(baseline["heap"])))]);

    /// <summary>Hands a row that is no beginning to whom it belongs.</summary>
    public static void Read(
        JsonObject row,
        Action<GateFact> fact,
        Action<string, DateTimeOffset> sent,
        Action<string, DateTimeOffset> applied,
        Action<Rejection> rejected,
        Action<string> notFitted,
        Action<string, int> captures,
        Action sample)
    {
        var device = (string?)row["device"] ?? "";
        switch ((string?)row["row"])
        {
            case "sent":
                sent(device, At(row));
                break;
            case "applied":
                applied(device, At(row));
                break;
            case "rejected":
                rejected(new Rejection(device, (string)row["board"]!, (string)row["path"]!, Number(row["code"])!.Value, (string)row["reason"]!));
                break;
            case "notFitted":
                notFitted(device);
                break;
            case "sample":
                sample();
                break;
            case "captures":
                foreach (var (id, count) in (JsonObject)row["of"]!)
                {
                    captures(id, Number(count)!.Value);
                }

                break;
            case { } word when FactOf(word) is { } known:
                fact(new GateFact(known, device, At(row)));
                break;
        }
    }

    private static NodeFact? FactOf(string word)
    {
        foreach (var fact in Enum.GetValues<NodeFact>())
        {
            if (RolloutWords.Of(fact) == word)
            {
                return fact;
            }
        }

        return null;
    }

    private static int? Number(JsonNode? node) => (int?)Json.Integer(node);

    private static string Of(string word, string deviceId, DateTimeOffset at) =>
        Text(new JsonObject { ["row"] = word, ["device"] = deviceId, ["at"] = Json.Timestamp(at) });

    private static DateTimeOffset At(JsonObject row) =>
        DateTimeOffset.Parse((string)row["at"]!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static string Text(JsonObject row) => row.ToJsonString(Json.Relaxed);
}
