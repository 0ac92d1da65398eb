using System.Diagnostics;
using System.Text.Json.Nodes;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.Tests.EndToEnd.World;

namespace DeviceTwin.Tests.EndToEnd;

/// <summary>
/// Changes of configurations on a plant whose network fails: what becomes of a good one, of one that floods alarms, of one that a board refuses, of one whose hub
/// is killed, of two at once, and of devices that were away.
/// </summary>
public abstract class RolloutProof
{
    private const string Limit = "detection.velocityLimitUmPerSecond";
    private const string Heat = "detection.temperatureLimitCentiCelsius";
    private const string Forest = "detection.forest";
    private const string Band = "detection.velocityHysteresisPercent";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Stopwatch watch = Stopwatch.StartNew();
    private PlantUnderTest plant = null!;
    private Task<Course>? good;

    /// <summary>What happened while the good change was carried out.</summary>
    private sealed record Course(JsonNode End, string[] Away, string[] NotFitted, (int Status, JsonNode Answer) SameConfiguration, (int Status, JsonNode Answer) SamePath, (int Status, JsonNode Answer) Behind, JsonNode After);

    private protected abstract PlantSize Size { get; }

    private protected abstract Faults Faults { get; }

    /// <summary>Members of each plan: windows, samples and shares.</summary>
    private protected abstract string Plan { get; }

    [OneTimeSetUp]
    public async Task Start()
    {
        plant = await PlantUnderTest.Start(Size, Faults, seed: 6);
        Say($"{plant.Snapshot().Count} nodes measure and are in sync");
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (plant is not null)
        {
            var nodes = plant.Snapshot();
            Say($"{nodes.Sum(node => node.Captures)} captures, {nodes.Sum(node => node.Telemetry)} messages, {nodes.Sum(node => node.Reconnects)} reconnections; network: {plant.Network.Counts.ToJsonString()}");
            await plant.DisposeAsync();
        }
    }

    [Test]
    public async Task A_good_change_goes_through_shadow_canary_and_waves_to_every_device()
    {
        var course = await Good();
        Assert.That(Steps(course.End), Is.EqualTo(new[]
        {
            "replayAttached>replayed rest/ada", "approvedInFull>approved rest/grace", "startedWithShadow>shadow rest/ada", "waveConverged>shadow hub", "shadowElapsed>canary hub",
            "waveConverged>canary hub", "gatePassed>wave 1 hub", "waveConverged>wave 1 hub", "gatePassed>wave 2 hub", "waveConverged>wave 2 hub", "allDone>done hub",
        }));
        Assert.That((await plant.Desired(Limit)).Values, Is.All.EqualTo("8000"));
        await InForce(Limit, 8000, plant.Ids.Except(course.Away));

        // Each device was written once, and the canary before all others.
        var writes = (await plant.Writes(Limit)).Where(write => write.Value == "8000").Select(write => write.Device).Take(plant.Ids.Count).ToArray();
        var canary = Group(course.End, "canary");
        Assert.That(writes, Is.EquivalentTo(plant.Ids));
        Assert.That(writes.Take(canary.Length), Is.EquivalentTo(canary));
        Assert.That(course.NotFitted, Is.SubsetOf(canary.Where(id => Board(id) == Esp32DevKitC32E.Describe().Name)), "boards without a shadow, but for those that are away");
        Assert.That((await plant.Desired("shadow")).Values, Is.All.Null, "the shadow is gone");
    }

    [Test]
    public async Task A_device_that_was_away_all_the_time_has_the_change_when_it_returns()
    {
        var course = await Good();
        Assert.That(course.Away, Has.Length.EqualTo(Size.Away));
        Assert.That((await Report(course.End))["excluded"]!.AsArray(), Is.Empty);
        foreach (var id in course.Away.Intersect(plant.Away))
        {
            plant.SwitchOn(id);
        }

        await plant.Until(node => (bool)node["connected"]! && (string?)node["state"] == "InSync" && node["lastTelemetryAt"] is not null, course.Away, "have returned");
        await InForce(Limit, 8000, course.Away);
        Say($"{course.Away.Length} devices that were away have the change");
    }

    [Test]
    public async Task Of_two_changes_that_touch_the_same_one_waits_and_is_told_why()
    {
        var course = await Good();
        Refused(course.SameConfiguration, 409, "ChangesOverlap", "\"good\" (Limit of 8 mm/s) is shadow and changes the same configuration", "Wait until it has ended");
        Refused(course.SamePath, 409, "ChangesOverlap", $"\"good\" (Limit of 8 mm/s) is shadow and sets {Limit} on {Size.Nodes} of the same devices");
        Refused(course.Behind, 409, "ChangeBaseMoved", "limits is at version 2, and the change was written on version 1. Edit it, replay it, and have it approved again.");
        Assert.That((string?)course.After["state"], Is.EqualTo("canary"), "the other's turn has come");
        Assert.That((await plant.Desired(Limit)).Values, Is.All.EqualTo("8000"), "and what it did is taken back");
    }

    [Test]
    public async Task One_that_floods_alarms_is_taken_back_by_itself_before_it_leaves_the_canary()
    {
        // Two of three devices have a limit of their own, which nobody else knows.
        await Parallel.ForEachAsync(plant.Ids.Index().Where(entry => entry.Index % 3 != 0), async (entry, _) =>
            await plant.Hub.PatchDesired(entry.Item, new() { ["detection"] = new JsonObject { ["temperatureLimitCentiCelsius"] = 8000 + entry.Index } }));
        await plant.PutConfiguration("heat", new() { ["detection.temperatureHysteresisCentiCelsius"] = 300 });
        var before = await plant.Desired(Heat);
        await Started("flood", "heat", "Limit of 30 degrees", new() { [Heat] = 3000, ["detection.temperatureHysteresisCentiCelsius"] = 100 }, windowSeconds: 30);
        var end = await Ended("flood");
        var canary = Group(end, "canary");
        Assert.That((string?)end["state"], Is.EqualTo("rolledBack"), end.ToJsonString());
        Assert.That(Steps(end).TakeLast(3), Is.EqualTo(new[] { "waveConverged>canary hub", "gateFailed>rolledBack hub", "rollbackFinished>rolledBack hub" })
            .Or.EqualTo(new[] { "startedWithoutShadow>canary rest/ada", "gateFailed>rolledBack hub", "rollbackFinished>rolledBack hub" }));

        // Not from the report, but from what was ever written to a device.
        var touched = (await plant.Writes(Heat)).Where(write => write.Value == "3000").Select(write => write.Device).ToArray();
        Assert.That(touched, Is.EquivalentTo(canary));
        Assert.That(plant.Ids.Count, Is.GreaterThan(2 * canary.Length));
        Assert.That(await plant.Desired(Heat), Is.EqualTo(before));
        Assert.That((await plant.Desired("detection.temperatureHysteresisCentiCelsius")).Values, Is.All.EqualTo("300"));
        var report = await Report(end);
        Assert.That((string?)report["why"], Does.StartWith("alarmRate: With the change ").And.Contain("evidence for harm"));
        Assert.That(report["affected"]!.AsArray().Select(id => (string?)id), Is.EquivalentTo(canary));
        Assert.That(
            report["paths"]!.AsArray().Where(path => (string?)path!["path"] == Heat).Select(path => $"{path!["deviceId"]} {path["outcome"]} {path["previous"]?.ToJsonString()}"),
            Is.EquivalentTo(canary.Select(id => $"{id} restored {before[id]}")));

        // In force on the nodes too, and with it the alarms go.
        await plant.Until(node => (string?)node["state"] == "InSync" && node["alarms"]!.AsArray().Count == 0, plant.Ids.Except(plant.Away), "have their own limits and no alarm");
        Say($"flood: {canary.Length} of {plant.Ids.Count} devices ever had it, {report["paths"]!.AsArray().Count} paths restored. {report["why"]}");
    }

    [Test]
    public async Task One_that_a_kind_of_board_refuses_stops_with_the_reasons()
    {
        await plant.PutConfiguration("trees", new() { ["detection.bearingScoreLimitMilli"] = 2000 });
        await Started("forest", "trees", "A forest for all", new() { [Forest] = SmallestForest() }, windowSeconds: 30);
        var end = await Ended("forest");
        Assert.That((string?)end["state"], Is.EqualTo("rolledBack"), end.ToJsonString());
        var report = await Report(end);
        var refusal = report["rejections"]!.AsArray().Single()!;
        var small = Esp32DevKitC32E.Describe().Name;
        Assert.That(((string?)refusal["board"], (string?)refusal["path"], (int)refusal["code"]!), Is.EqualTo((small, Forest, 400)));
        Assert.That((string?)report["why"], Does.Contain($"of board {small} refuse").And.Contain($"{Forest} (400): notFitted: {Forest} is not fitted on this board: it has no memory for it"));
        Assert.That(refusal["devices"]!.AsArray().Select(id => (string)id!), Is.SubsetOf(Group(end, "canary")));
        Assert.That((await plant.Writes(Forest)).Where(write => write.Value is not null).Select(write => write.Device), Is.EquivalentTo(Group(end, "canary")));
        Assert.That((await plant.Desired(Forest)).Values, Is.All.Null);
        await plant.Until(node => (string?)node["state"] == "InSync", plant.Ids.Except(plant.Away), "are without the forest");
        Say($"forest: {report["why"]}");
    }

    [Test]
    public async Task A_hub_that_is_killed_in_the_middle_of_a_wave_goes_on_where_it_was()
    {
        await plant.PutConfiguration("band", new() { [Band] = 10 });
        await Started("resumed", "band", "A wider band", new() { [Band] = 15 });
        var before = await plant.Hub.Eventually(() => Change("resumed"), change => (string?)change["state"] is not "canary", "wave 1 begun", Patience);
        Assert.That((string?)before["state"], Does.StartWith("wave "), before.ToJsonString());
        await plant.Hub.Kill();
        await plant.Hub.Restart();
        var after = await Change("resumed");
        Assert.That((string?)after["state"], Is.EqualTo("wave 1").Or.EqualTo("wave 2"));
        var end = await Ended("resumed");
        Assert.That((string?)end["state"], Is.EqualTo("done"), end.ToJsonString());
        string[] course =
        [
            "replayAttached>replayed rest/ada", "approvedInFull>approved rest/grace", "startedWithoutShadow>canary rest/ada", "waveConverged>canary hub", "gatePassed>wave 1 hub",
            "waveConverged>wave 1 hub", "gatePassed>wave 2 hub", "waveConverged>wave 2 hub", "allDone>done hub",
        ];
        Assert.That(Steps(end).Where(step => !step.StartsWith("hubRestarted", StringComparison.Ordinal)), Is.EqualTo(course));
        Assert.That(Steps(end).Single(step => step.StartsWith("hubRestarted", StringComparison.Ordinal)), Does.StartWith("hubRestarted>wave "));
        foreach (var group in (string[])["canary", "wave 1", "wave 2", "control"])
        {
            Assert.That(Group(end, group), Is.EqualTo(Group(before, group)), group);
        }

        var writes = (await plant.Writes(Band)).Where(write => write.Value == "15").Select(write => write.Device).ToArray();
        Assert.That(writes, Is.EquivalentTo(plant.Ids), "each device once");
        string[] wave = [.. Group(end, "canary"), .. Group(end, "wave 1")];
        Assert.That(writes.Take(wave.Length), Is.EquivalentTo(wave), "and none before its turn");
        await InForce(Band, 15, plant.Ids.Except(plant.Away));
        Say($"resumed: killed with {Admitted(before, "wave 1")} of wave 1 sent and {Applied(before, "wave 1")} answered, done on {writes.Length} devices");
    }

    private Task<Course> Good() => good ??= CarryOutGood();

    private async Task<Course> CarryOutGood()
    {
        string[] away = [.. plant.Away];
        await plant.PutConfiguration("limits", new() { [Limit] = 7100 });
        await plant.PutConfiguration("others", new() { [Band] = 10 }, priority: 20);
        await Approved("again", "limits", "Another limit", new() { [Limit] = 9000 });
        await Approved("over", "others", "A limit over it", new() { [Limit] = 8500 });
        await Started("good", "limits", "Limit of 8 mm/s", new() { [Limit] = 8000 }, shadowSeconds: 1);
        var same = await Begin("again");
        var path = await Begin("over");
        var tried = await plant.Hub.Eventually(() => Change("good"), change => change["convergedAt"] is not null || (string?)change["state"] is not "shadow", "in the shadow", Patience);
        var end = await Ended("good");
        Assert.That((string?)end["state"], Is.EqualTo("done"), end.ToJsonString());
        var behind = await Begin("again");
        var (_, after) = await Begin("over");
        await plant.Hub.Send(HttpMethod.Post, "api/v1/rollouts/over/abort", new JsonObject { ["reason"] = "enough" }, "ada");
        await plant.Hub.Send(HttpMethod.Delete, "configurations/others?api-version=2021-04-12", null);
        Say($"good: done on {plant.Ids.Count} devices, {away.Length} of them away");
        return new Course(end, away, [.. tried["shadowNotFitted"]!.AsArray().Select(id => (string)id!)], same, path, behind, after);
    }

    /// <summary>A change that is replayed and approved by another person.</summary>
    private async Task Approved(string id, string configuration, string title, JsonObject settings, int shadowSeconds = 0, int? windowSeconds = null)
    {
        var plan = (JsonObject)JsonNode.Parse(Plan)!;
        plan["shadowSeconds"] = shadowSeconds;
        plan["windowSeconds"] = windowSeconds ?? (int)plan["windowSeconds"]!;
        await plant.Hub.Send(
            HttpMethod.Post, "api/v1/rollouts", new JsonObject { ["id"] = id, ["title"] = title, ["configurationId"] = configuration, ["settings"] = settings, ["plan"] = plan }, "ada");
        await plant.Hub.Send(HttpMethod.Post, $"api/v1/rollouts/{id}/replay", null, "ada");
        await plant.Hub.Eventually(() => Change(id), change => (string?)change["state"] == "replayed", $"{id} replayed");
        await plant.Hub.Send(HttpMethod.Post, $"api/v1/rollouts/{id}/approve", new JsonObject { ["reason"] = "replay read" }, "grace");
    }

    private async Task Started(string id, string configuration, string title, JsonObject settings, int shadowSeconds = 0, int? windowSeconds = null)
    {
        await Approved(id, configuration, title, settings, shadowSeconds, windowSeconds);
        var (status, answer) = await Begin(id);
        Assert.That(status, Is.EqualTo(200), answer.ToJsonString());
    }

    private Task<(int Status, JsonNode Answer)> Begin(string id) => plant.Hub.Ask(HttpMethod.Post, $"api/v1/rollouts/{id}/start", null, "ada");

    private Task<JsonNode> Change(string id) => plant.Hub.Send(HttpMethod.Get, $"api/v1/rollouts/{id}", null);

    private Task<JsonNode> Ended(string id) =>
        plant.Hub.Eventually(() => Change(id), change => (string?)change["state"] is "done" or "rolledBack" or "aborted" && (bool)change["hasReport"]!, $"{id} ended", Patience);

    private Task<JsonNode> Report(JsonNode change) => plant.Hub.Send(HttpMethod.Get, $"api/v1/rollouts/{change["id"]}/report", null);

    /// <summary>The nodes have acknowledged this value.</summary>
    private async Task InForce(string path, int value, IEnumerable<string> ids)
    {
        var names = path.Split('.');
        foreach (var id in ids)
        {
            var reported = await plant.Hub.Eventually(
                () => plant.Hub.GetTwin(id), twin => (int?)twin["properties"]!["reported"]![names[0]]?[names[1]]?["value"] == value, $"{path} {value} in force on {id}", Patience);
            Assert.That((int)reported["properties"]!["reported"]![names[0]]![names[1]]!["ac"]!, Is.EqualTo(200), id);
        }
    }

    private string Board(string id) => (int.Parse(id[1..]) < Size.Pumps ? Esp32S3DevKitC1.Describe() : Esp32DevKitC32E.Describe()).Name;

    private void Say(string what) => TestContext.Progress.WriteLine($"{watch.Elapsed.TotalSeconds:0.0} s: {what}");

    private static IEnumerable<string> Steps(JsonNode change) => change["history"]!.AsArray().Select(step => $"{step!["event"]}>{step["to"]} {step["by"]}");

    private static string[] Group(JsonNode change, string group) =>
        [.. change["groups"]!.AsArray().Single(entry => (string?)entry!["group"] == group)!["devices"]!.AsArray().Select(id => (string)id!)];

    private static int Admitted(JsonNode change, string group) => (int)change["groups"]!.AsArray().Single(entry => (string?)entry!["group"] == group)!["admitted"]!;

    private static int Applied(JsonNode change, string group) => (int)change["groups"]!.AsArray().Single(entry => (string?)entry!["group"] == group)!["applied"]!;

    private static void Refused((int Status, JsonNode Answer) refusal, int status, string code, params string[] words)
    {
        Assert.That(refusal.Status, Is.EqualTo(status), refusal.Answer.ToJsonString());
        foreach (var word in words.Prepend(code))
        {
            Assert.That(refusal.Answer.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }).Replace("\\\"", "\"", StringComparison.Ordinal), Does.Contain(word));
        }
    }

    /// <summary>One tree of one leaf, in the wire form.</summary>
    private static string SmallestForest()
    {
        byte[] bytes = [DeviceTwin.SensorNode.Detection.Forest.Version, ForestFeatures.ListId, 1, 1 << Verdict.Outer, DeviceTwin.SensorNode.Detection.Forest.Leaf + Verdict.Outer];
        var crc = (uint)Crc32.Of(bytes, bytes.Length);
        return Convert.ToBase64String([.. bytes, (byte)(crc >> 24), (byte)(crc >> 16), (byte)(crc >> 8), (byte)crc]);
    }
}
