using System.Text.Json.Nodes;
using DeviceTwin.Twins.Rollouts;

namespace DeviceTwin.Tests.Twins.Rollouts;

/// <summary>Changes, fleets and ledgers for tests.</summary>
internal static class Some
{
    public static readonly DateTimeOffset Start = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);
    public static readonly string Hash = new('a', 64);

    public static DateTimeOffset Hours(double hours) => Start.AddHours(hours);

    public static Dictionary<string, JsonNode?> Content(string path = "detection.velocityLimitUmPerSecond", int value = 4500) =>
        new() { [$"properties.desired.{path}"] = value };

    public static Change Draft(RolloutPlan? plan = null, string id = "c1", string configuration = "limits", string path = "detection.velocityLimitUmPerSecond") =>
        Change.Draft(id, "Another limit", "ada", Start, configuration, 1, Content(path), plan ?? RolloutPlan.Default);

    public static Change Approved(RolloutPlan? plan = null, string path = "detection.velocityLimitUmPerSecond") =>
        Draft(plan, path: path).AttachReplay(Hash, "ada", Start).Change.Approve("bob", "read it", Start).Change;

    public static Change Started(this Change change, DateTimeOffset? at = null) =>
        change.Start("ada", "now", at ?? Start, change.BaseVersion, Devices(), []).Change;

    public static Change On(this Change change, ChangeEvent happened, DateTimeOffset? at = null) => change.Happened(happened, "eve", "because", at ?? Start).Change;

    /// <summary>A change in a phase.</summary>
    public static Change In(ChangePhase phase)
    {
        var canary = Approved(RolloutPlan.Default with { ShadowTime = TimeSpan.Zero }).Started();
        return phase switch
        {
            ChangePhase.Draft => Draft(),
            ChangePhase.Replayed => Draft().AttachReplay(Hash, "ada", Start).Change,
            ChangePhase.Approved => Approved(),
            ChangePhase.Shadow => Approved().Started(),
            ChangePhase.Canary => canary,
            ChangePhase.Wave => canary.On(ChangeEvent.GatePassed),
            ChangePhase.Done => canary.On(ChangeEvent.AllDone),
            ChangePhase.RolledBack => canary.On(ChangeEvent.GateFailed),
            _ => canary.On(ChangeEvent.AbortAsked),
        };
    }

    public static HashSet<string> Devices(params string[] ids) => [.. ids];

    /// <summary>So many devices, on lines A to D and of two classes.</summary>
    public static RolloutDevice[] Fleet(int count) =>
        [.. Enumerable.Range(0, count).Select(index => new RolloutDevice($"n{index:000}", index % 2 == 0 ? "pump" : "fan", "ABCD"[index / 2 % 4].ToString()))];

    public static RolloutException Refusal(Action action) => Assert.Throws<RolloutException>(() => action())!;
}
