using System.Buffers.Binary;
using System.Text.Json.Nodes;
using DeviceTwin.Hub;
using DeviceTwin.Hub.Changes;
using DeviceTwin.Hub.Operation;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.Storage;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Rollouts;

namespace DeviceTwin.Tests.Hub.Changes;

/// <summary>Changes from the proposal to the end, good and bad, with nodes that answer and a clock that the test moves.</summary>
public sealed class ChangeServiceTests
{
    private static readonly string WithoutShadow = ChangeWorld.Plan.Replace("\"shadowSeconds\":3600", "\"shadowSeconds\":0", StringComparison.Ordinal);

    private static IEnumerable<string> Steps(JsonObject change) => ((JsonArray)change["history"]!).Select(step => $"{step!["event"]}>{step["to"]} {step["by"]}");

    /// <summary>A forest of one leaf, as the twin has it.</summary>
    private static string OneLeaf()
    {
        byte[] forest = [Forest.Version, ForestFeatures.ListId, 1, (byte)Verdict.Flag(Verdict.Inner), Forest.Leaf + Verdict.Inner];
        var checksum = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(checksum, Crc32.Of(forest, forest.Length));
        return Convert.ToBase64String([.. forest, .. checksum]);
    }

    private static async Task<string> Refusal(Func<Task> act) => (await Assert.ThrowsAsync<HubException>(() => act()))!.Error.Name;

    [Test]
    public async Task A_good_change_goes_through_shadow_canary_and_waves_to_everybody()
    {
        using var world = await ChangeWorld.Start();
        await world.Patch("n03", """{"properties":{"desired":{"shadow":{"enabled":false,"hysteresisPermille":7}}}}""");
        var id = await world.Approved();
        await world.Begin(id);
        var canary = Canary(await world.Changes.Find(id, CancellationToken.None));
        Assert.That(canary, Has.Length.EqualTo(4));
        await world.Pass(TimeSpan.FromMinutes(40));
        Assert.That(await Refusal(() => world.Fleet.DeleteConfiguration("limits", "*", "x", CancellationToken.None)), Is.EqualTo("ConfigurationInRollout"), "nobody writes what it is based on");
        foreach (var node in world.Nodes)
        {
            Assert.That((world.LimitOf(node), Json.Integer(world.Desired(node, "shadow.velocityLimitUmPerSecond"))), Is.EqualTo((4500, canary.Contains(node) ? 6000 : (long?)null)), node);
        }

        await world.Pass(TimeSpan.FromMinutes(60));
        Assert.That(await world.State(id), Is.EqualTo("canary"));
        Assert.That(world.Nodes.Where(node => world.LimitOf(node) == 6000), Is.EqualTo(canary));
        Assert.That(world.Nodes.Where(node => node != "n03" && world.Desired(node, "shadow") is not null), Is.Empty, "the shadow is taken back exactly");
        Assert.That(world.Desired("n03", "shadow")!.ToJsonString(), Is.EqualTo("""{"enabled":false,"hysteresisPermille":7}"""));
        await world.PassUntilEnd(id);
        var done = await world.Changes.Find(id, CancellationToken.None);
        Assert.That(Steps(done), Is.EqualTo(new[]
        {
            "replayAttached>replayed ada", "approvedInFull>approved grace", "startedWithShadow>shadow ada", "waveConverged>shadow hub", "shadowElapsed>canary hub",
            "waveConverged>canary hub", "gatePassed>wave 1 hub", "waveConverged>wave 1 hub", "gatePassed>wave 2 hub", "waveConverged>wave 2 hub", "allDone>done hub",
        }));
        Assert.That(world.Nodes.Select(world.LimitOf), Is.All.EqualTo(6000));
        Assert.That((world.Fleet.FindConfiguration("limits")!.Version, world.Fleet.ListStages().Count), Is.EqualTo((2L, 0)));
        Assert.That((string?)(await world.Changes.Report(id, CancellationToken.None))["state"], Is.EqualTo("done"));
        var audit = world.Store.ReadAudit((string?)null, 1000).Where(row => row.Action.StartsWith("change.", StringComparison.Ordinal)).ToArray();
        Assert.That(audit, Has.Length.EqualTo(13), "creation, replay and eleven steps");
        Assert.That(audit, Has.All.Property("Path").EqualTo(id));
    }

    [Test]
    public async Task One_that_floods_alarms_is_rolled_back_before_it_leaves_the_canary()
    {
        using var world = await ChangeWorld.Start();
        var id = await world.Approved(100, WithoutShadow);
        var started = await world.Begin(id);
        var canary = Canary(started);
        var before = world.Nodes.ToDictionary(node => node, node => world.Fleet.FindTwin(node)!.Desired.Version);
        world.Rings = (_, desired) => Json.Integer(Json.At(desired, ChangeWorld.Limit)) == 100;
        await world.Patch(canary[1], """{"properties":{"desired":{"reporting":{"x":1}}}}""");
        await world.PassUntilEnd(id);
        var report = await world.Changes.Report(id, CancellationToken.None);
        Assert.That((string?)report["state"], Is.EqualTo("rolledBack"));
        Assert.That((string?)report["why"], Does.StartWith("alarmRate: With the change "));
        Assert.That(((JsonArray)report["affected"]!).Select(node => (string?)node), Is.EqualTo(canary));
        Assert.That(world.Nodes.Select(world.LimitOf), Is.All.EqualTo(4500));
        Assert.That(world.Nodes.Except(canary).Where(node => world.Fleet.FindTwin(node)!.Desired.Version != before[node]), Is.Empty, "nobody else was touched");
        Assert.That(((JsonArray)report["paths"]!).Select(path => (string?)path!["outcome"]), Is.EqualTo(new[] { "restored", "restored", "restored", "restored" }));
        Assert.That((world.Fleet.FindConfiguration("limits")!.Version, world.Fleet.ListStages().Count), Is.EqualTo((1L, 0)));
        Assert.That(ChangeReportHtml.Write(report), Does.Contain("alarmRate").And.Not.Contains("<script"));
    }

    // A reporting plan has nothing to try in a shadow: its canary begins at once.
    [TestCase("detection.forest", true)]
    [TestCase("reporting.telemetryIntervalSeconds", false)]
    [TestCase("sampling.captureIntervalSeconds", false)]
    public async Task Forests_and_reporting_plans_go_the_same_way(string path, bool tried)
    {
        using var world = await ChangeWorld.Start();
        JsonNode proposed = tried ? OneLeaf() : 900;
        var value = proposed.ToJsonString();
        var id = await world.Approved(new JsonObject { [path] = proposed });
        await world.Begin(id);
        Assert.That(await world.State(id), Is.EqualTo(tried ? "shadow" : "canary"));
        await world.PassUntilEnd(id);
        Assert.That(await world.State(id), Is.EqualTo("done"));
        Assert.That(world.Nodes.Select(node => world.Desired(node, path)?.ToJsonString()), Is.All.EqualTo(value));

        var next = await world.Approved(new JsonObject { [path] = null });
        await world.Begin(next);
        await world.Pass(TimeSpan.FromHours(3), async () => await world.State(next) == "canary");
        await world.Pass(TimeSpan.FromMinutes(20));
        Assert.That(world.Nodes.Count(node => world.Desired(node, path) is null), Is.EqualTo(4), "a change may take a path away, too");
        await world.Changes.Abort(next, "tom", "changed my mind", CancellationToken.None);
        Assert.That(world.Nodes.Select(node => world.Desired(node, path)?.ToJsonString()), Is.All.EqualTo(value));
    }

    [Test]
    public async Task What_somebody_set_before_comes_back_and_what_somebody_set_since_stays()
    {
        using var world = await ChangeWorld.Start();
        var id = await world.Approved(100, WithoutShadow);
        var canary = Canary(await Assigned(world, id));
        await world.Patch(canary[0], """{"properties":{"desired":{"detection":{"velocityLimitUmPerSecond":7777}}}}""");
        await world.Begin(id);
        await world.Pass(TimeSpan.FromMinutes(20));
        Assert.That(world.LimitOf(canary[0]), Is.EqualTo(100));
        await world.Patch(canary[1], """{"properties":{"desired":{"detection":{"velocityLimitUmPerSecond":1234}}}}""");
        var ended = await world.Changes.Abort(id, "tom", "smoke", CancellationToken.None);
        Assert.That((string?)ended["state"], Is.EqualTo("aborted"));
        Assert.That(canary.Select(world.LimitOf), Is.EqualTo(new[] { 7777, 1234, 4500, 4500 }));
        var report = await world.Changes.Report(id, CancellationToken.None);
        Assert.That(((string?)report["decidedBy"], (string?)report["why"]), Is.EqualTo(("tom", "smoke")));
        Assert.That(((JsonArray)report["paths"]!).Select(path => $"{path!["outcome"]} {path["previous"]} {path["now"]}"), Is.EqualTo(new[]
        {
            "restored 7777 7777", "kept 4500 1234", "restored 4500 4500", "restored 4500 4500",
        }));
        Assert.That(await Refusal(() => world.Changes.Abort(id, "tom", "again", CancellationToken.None)), Is.EqualTo("ChangeStepNotPossible"));
    }

    [Test]
    public async Task One_that_a_kind_of_board_refuses_is_taken_back_with_the_reasons()
    {
        using var world = await ChangeWorld.Start();
        world.Refuses = (node, path) => path == ChangeWorld.Limit && world.LimitOf(node) == 6000 && int.Parse(node[1..]) % 5 == 0 ? "aboveMaximum: takes 0 to 5000" : null;
        var id = await world.Approved(6000, WithoutShadow.Replace("\"devices\":4", "\"devices\":10", StringComparison.Ordinal));
        await world.Begin(id);
        await world.PassUntilEnd(id);
        var report = await world.Changes.Report(id, CancellationToken.None);
        Assert.That((string?)report["state"], Is.EqualTo("rolledBack"));
        Assert.That((string?)report["why"], Does.Contain($"of board {ChangeWorld.Small} refuse {ChangeWorld.Limit} (400): aboveMaximum: takes 0 to 5000"));
        var group = ((JsonArray)report["rejections"]!).Single()!;
        Assert.That((string?)group["board"], Is.EqualTo(ChangeWorld.Small));
        Assert.That(world.Nodes.Select(world.LimitOf), Is.All.EqualTo(4500));
    }

    [Test]
    public async Task A_board_without_a_shadow_is_counted_and_stops_nothing()
    {
        using var world = await ChangeWorld.Start();
        world.Refuses = (node, path) => path.StartsWith("shadow.", StringComparison.Ordinal) && int.Parse(node[1..]) % 5 == 0 ? "notFitted: is not fitted on this board" : null;
        var id = await world.Approved(6000, ChangeWorld.Plan.Replace("\"devices\":4", "\"devices\":10", StringComparison.Ordinal));
        await world.Begin(id);
        await world.Pass(TimeSpan.FromMinutes(20));
        var tried = await world.Changes.Find(id, CancellationToken.None);
        Assert.That((string?)tried["state"], Is.EqualTo("shadow"));
        Assert.That(((JsonArray)tried["shadowNotFitted"]!).Select(node => (string?)node), Is.EqualTo(Canary(tried).Where(node => int.Parse(node[1..]) % 5 == 0)).And.Not.Empty);
        Assert.That(tried["convergedAt"], Is.Not.Null);
        await world.PassUntilEnd(id);
        Assert.That(await world.State(id), Is.EqualTo("done"));
    }

    [TestCase(false, "rolledBack")]
    [TestCase(true, "canary")]
    public async Task One_whose_shadow_floods_never_comes_into_force(bool standsAlready, string end)
    {
        using var world = await ChangeWorld.Start();
        world.Alarming = standsAlready ? "\"high\"" : "";

        // On and off, so that each hour has a new one.
        world.Tries = _ => standsAlready || world.Time.GetUtcNow().Hour % 2 == 0 ? "\"high\"" : "";
        var id = await world.Approved(100, ChangeWorld.Plan.Replace("\"devices\":4", "\"devices\":10", StringComparison.Ordinal).Replace("\"shadowSeconds\":3600", "\"shadowSeconds\":36000", StringComparison.Ordinal));
        await world.Begin(id);
        await world.Pass(TimeSpan.FromHours(12), async () => await world.State(id) is not "shadow");
        Assert.That(await world.State(id), Is.EqualTo(end));
        if (!standsAlready)
        {
            Assert.That(world.Nodes.Select(world.LimitOf), Is.All.EqualTo(4500));
            Assert.That(world.Nodes.Where(node => world.Desired(node, "shadow") is not null), Is.Empty);
            Assert.That((string?)(await world.Changes.Report(id, CancellationToken.None))["why"], Does.StartWith("shadowAlarms: "));
        }
    }

    /// <summary>The hub is killed at every look, and in between a step and what is to be done about it.</summary>
    [TestCase(null)]
    [TestCase("AdmitDevices")]
    [TestCase("RollbackStage")]
    [TestCase("CompleteStage")]
    public async Task A_hub_that_is_killed_again_and_again_comes_to_the_same_end(string? broken)
    {
        using var world = await ChangeWorld.Start(10);
        var id = await world.Approved(6000, ChangeWorld.Plan.Replace("\"devices\":4", "\"devices\":3", StringComparison.Ordinal));
        world.Broken = broken;
        await world.Begin(id);
        for (var kill = 0; kill < 60 && await world.State(id) is not "done" and not "rolledBack"; kill++)
        {
            await world.Restart();
            world.Broken = kill % 2 == 0 ? null : broken;
            await world.Pass(TimeSpan.FromMinutes(40));
        }

        world.Broken = null;
        await world.Restart();
        await world.Pass(TimeSpan.FromMinutes(20));
        var done = await world.Changes.Find(id, CancellationToken.None);
        Assert.That(Steps(done).Where(step => !step.StartsWith("hubRestarted", StringComparison.Ordinal)), Is.EqualTo(new[]
        {
            "replayAttached>replayed ada", "approvedInFull>approved grace", "startedWithShadow>shadow ada", "waveConverged>shadow hub", "shadowElapsed>canary hub",
            "waveConverged>canary hub", "gatePassed>wave 1 hub", "waveConverged>wave 1 hub", "gatePassed>wave 2 hub", "waveConverged>wave 2 hub", "allDone>done hub",
        }), done.ToJsonString());
        Assert.That(world.Nodes.Select(world.LimitOf), Is.All.EqualTo(6000));
        Assert.That(world.Nodes.Where(node => world.Desired(node, "shadow") is not null), Is.Empty);
        Assert.That((world.Fleet.FindConfiguration("limits")!.Version, world.Fleet.ListStages().Count, (bool?)done["hasReport"]), Is.EqualTo((2L, 0, true)));
    }

    /// <summary>A hub that is killed behind its first commit of a change, its second, and so on to the last, with all that it has not written: each comes to the same end.</summary>
    [TestCase(6000, false)]
    [TestCase(100, false)]
    [TestCase(6000, true, Explicit = true, Reason = "minutes: behind every commit, where the others try every seventh")]
    [TestCase(100, true, Explicit = true, Reason = "minutes: behind every commit, where the others try every seventh")]
    public async Task A_hub_that_is_killed_behind_any_commit_comes_to_the_same_end(int limit, bool all)
    {
        var (expected, commits) = await KilledBehind(limit, null);
        Assert.That(expected, Does.StartWith(limit == 6000 ? "done" : "rolledBack"));
        for (var commit = 1; commit <= commits; commit += all ? 1 : 7)
        {
            Assert.That((await KilledBehind(limit, commit)).End, Is.EqualTo(expected), $"killed behind commit {commit} of {commits}");
        }

        TestContext.Out.WriteLine($"{commits} commits");
    }

    [Test]
    public async Task Alarms_that_come_before_the_hub_looks_for_the_first_time_count()
    {
        using var world = await ChangeWorld.Start();
        var id = await world.Approved(100, WithoutShadow.Replace("\"devices\":4", "\"devices\":8", StringComparison.Ordinal));
        foreach (var node in Canary(await world.Begin(id)))
        {
            await world.Ring(node);
        }

        await world.Pass(TimeSpan.FromMinutes(20));
        Assert.That(await world.State(id), Is.EqualTo("rolledBack"), "the nodes acknowledged later than they rang");
    }

    /// <summary>An alarm that stays active is told once: a hub that is killed before the gates have heard of it must find it in its book.</summary>
    [TestCase(false, "canary")]
    [TestCase(true, "rolledBack")]
    public async Task Alarms_that_a_killed_hub_had_in_its_book_count(bool ring, string state)
    {
        using var world = await ChangeWorld.Start();
        var id = await world.Approved(100, WithoutShadow.Replace("\"devices\":4", "\"devices\":8", StringComparison.Ordinal));
        var canary = Canary(await world.Begin(id));
        await world.Pass(TimeSpan.FromMinutes(20));
        world.Time.Advance(TimeSpan.FromMinutes(1));
        foreach (var node in canary.Where(_ => ring))
        {
            await world.Ring(node);
        }

        await world.Restart();
        await world.Changes.Look();
        await world.Restart();
        await world.Changes.Look();
        Assert.That(await world.State(id), Is.EqualTo(state));
        Assert.That((await world.Changes.Find(id, CancellationToken.None))["history"]!.ToJsonString(), Does.Contain(ring ? "With the change 8 windows in which a node raised a new alarm" : "hubRestarted"));
    }

    [Test]
    public async Task After_a_restart_the_gates_say_what_they_said()
    {
        using var world = await ChangeWorld.Start(12);
        var id = await world.Approved(6000, WithoutShadow);
        await world.Begin(id);
        world.Rings = (node, _) => node is "n01" or "n04" or "n07";
        await world.Pass(TimeSpan.FromMinutes(100));
        var before = Gates(await world.Changes.Find(id, CancellationToken.None));
        await world.Restart();
        Assert.That(Gates(await world.Changes.Find(id, CancellationToken.None)), Is.EqualTo(before));
        Assert.That(before, Does.Contain("new alarm").And.Not.Contain("With the change 0 windows in which a node raised a new alarm, 0.0 expected of 0 in all"));

        static string Gates(JsonObject change)
        {
            Assert.That((string?)change["state"], Is.EqualTo("canary"));
            var gates = change["gates"]!.DeepClone();
            gates["at"] = null;
            return gates.ToJsonString();
        }
    }

    [Test]
    public async Task A_rollback_that_was_cut_off_is_done_by_the_next_hub()
    {
        using var world = await ChangeWorld.Start(10);
        var id = await world.Approved(100, WithoutShadow);
        await world.Begin(id);
        await world.Pass(TimeSpan.FromMinutes(20));
        world.Broken = "RollbackStage";
        await world.Changes.Abort(id, "tom", "smoke", CancellationToken.None);
        Assert.That(world.Nodes.Select(world.LimitOf), Has.Some.EqualTo(100), "not yet");
        world.Broken = null;
        await world.Restart();
        await world.Pass(TimeSpan.FromMinutes(20));
        Assert.That(world.Nodes.Select(world.LimitOf), Is.All.EqualTo(4500));
        Assert.That((JsonArray)(await world.Changes.Report(id, CancellationToken.None))["paths"]!, Has.Count.EqualTo(4));
    }

    [Test]
    public async Task Two_that_touch_the_same_are_not_under_way_at_once()
    {
        using var world = await ChangeWorld.Start(10);
        var first = await world.Approved(6000, WithoutShadow, "first");
        var second = await world.Approved(7000, WithoutShadow, "second");
        await world.Fleet.PutConfiguration(
            new DeviceTwin.Twins.Configuration(
                "others", "tags.line = 'L0'", 9, new Dictionary<string, JsonNode?> { ["properties.desired.detection.hysteresisPermille"] = 100 }, new Dictionary<string, string>(), "", default, default),
            null,
            "engineer",
            CancellationToken.None);
        await world.Changes.Create(
            new ChangeProposal("third", "Over it", "others", null, new JsonObject { [ChangeWorld.Limit] = 1 }, RolloutPlan.Default with { Approval = new ApprovalPolicy(0, false) }, null), "ada", CancellationToken.None);
        await world.Changes.Replay("third", null, "ada", CancellationToken.None);
        await world.Until("third", "replayed");
        await world.Begin(first);
        Assert.That(await Refusal(() => world.Begin(second)), Is.EqualTo("ChangesOverlap"));
        var refused = await Assert.ThrowsAsync<HubException>(() => world.Begin("third"));
        Assert.That((refused!.Error.Name, refused.Message), Is.EqualTo(("ChangesOverlap",
            "\"first\" (Another limit) is canary and sets detection.velocityLimitUmPerSecond on 5 of the same devices. "
                + "Start this change when it has ended: the gates could not tell the two apart, nor a rollback what stood before.")));
        await world.PassUntilEnd(first);
        Assert.That(await Refusal(() => world.Begin(second)), Is.EqualTo("ChangeBaseMoved"));
        Assert.That((string?)(await world.Begin("third"))["state"], Is.EqualTo("shadow"));
    }

    [TestCase("catchUp")]
    [TestCase("exclude")]
    public async Task A_device_that_was_away_all_the_time_converges_when_it_returns(string policy)
    {
        using var world = await ChangeWorld.Start(20, "n01", "n02", "n03");
        var id = await world.Approved(6000, WithoutShadow.Replace("{\"shadow", $"{{\"offline\":\"{policy}\",\"shadow", StringComparison.Ordinal));
        await world.Begin(id);
        await world.PassUntilEnd(id);
        var report = await world.Changes.Report(id, CancellationToken.None);
        Assert.That((string?)report["state"], Is.EqualTo("done"));
        Assert.That(((JsonArray)report["excluded"]!).Select(node => (string?)node), Is.EqualTo(policy == "exclude" ? ["n01", "n02", "n03"] : Array.Empty<string>()));
        await world.Connect("n02");
        await world.Pass(TimeSpan.FromMinutes(20));
        Assert.That((world.LimitOf("n02"), world.Fleet.FindConvergence("n02")!.State), Is.EqualTo((6000, DeviceTwin.Twins.ConvergenceState.InSync)));
    }

    [Test]
    public async Task A_replay_shows_on_stored_waveforms_what_the_change_would_have_done()
    {
        using var world = await ChangeWorld.Start(3);
        var lost = "";
        for (var capture = 0; capture < 4; capture++)
        {
            await world.StoreWaveform("n01", 10 + capture, withTime: capture != 0);
            lost = await world.StoreWaveform("n02", 20 + capture);
            world.Time.Advance(TimeSpan.FromMinutes(1));
        }

        world.LoseWaveform(lost);
        var hashes = new List<string>();
        foreach (var limit in new[] { 30000, 30000, 4500 })
        {
            var id = await world.Approved(limit);
            var report = await world.Changes.ReplayReport(id, CancellationToken.None);
            hashes.Add(report.ResultHash);
            Assert.That((report.Captures.Total, report.Captures.Replayed, report.Captures.Missing, report.Captures.ArrivalTimes), Is.EqualTo((8L, 7L, 1L, 1L)));
            Assert.That(report.Differences, limit == 4500 ? Is.Zero : Is.EqualTo(7));
        }

        Assert.That(hashes[1], Is.EqualTo(hashes[0]), "the same question, the same answer");
        Assert.That(hashes[2], Is.Not.EqualTo(hashes[0]));
    }

    [Test]
    public async Task A_replay_that_was_asked_for_is_done_by_the_next_hub()
    {
        using var world = await ChangeWorld.Start(3);
        await world.StoreWaveform("n01", 10);
        world.Time.Advance(TimeSpan.FromMinutes(1));
        var id = (string)(await world.Changes.Create(
            new ChangeProposal(null, "t", "limits", null, new JsonObject { [ChangeWorld.Limit] = 1 }, RolloutPlan.Default, null), "ada", CancellationToken.None))["id"]!;
        await world.Changes.Replay(id, null, "ada", CancellationToken.None);
        await world.Restart();
        await world.Until(id, "replayed");
        Assert.That((await world.Changes.ReplayReport(id, CancellationToken.None)).Captures.Replayed, Is.EqualTo(1));
    }

    [Test]
    public async Task Who_may_agree_and_when()
    {
        using var world = await ChangeWorld.Start(2);
        var plan = RolloutPlan.Default;
        var made = await world.Changes.Create(new ChangeProposal(null, "t", "limits", null, new JsonObject { [ChangeWorld.Limit] = 1 }, plan, null), "ada", CancellationToken.None);
        Assert.That((string?)made["id"], Is.EqualTo("limits-1"));
        Assert.That(await Refusal(() => world.Changes.Approve("limits-1", "grace", "", CancellationToken.None)), Is.EqualTo("ChangeStepNotPossible"));
        Assert.That(await Refusal(() => world.Begin("limits-1")), Is.EqualTo("ChangeStepNotPossible"));
        await world.Changes.Replay("limits-1", null, "ada", CancellationToken.None);
        await world.Until("limits-1", "replayed");
        Assert.That((await world.Changes.ReplayReport("limits-1", CancellationToken.None)).ResultHash, Is.EqualTo((string?)(await world.Changes.Find("limits-1", CancellationToken.None))["evidence"]));
        Assert.That(await Refusal(() => world.Changes.Approve("limits-1", "ada", "", CancellationToken.None)), Is.EqualTo("ApprovalRefused"));
        Assert.That(await Refusal(() => world.Changes.Approve("limits-1", "grace", "", CancellationToken.None)), Is.EqualTo("ChangeInvalid"), "the replay had no capture");
        await world.Changes.Approve("limits-1", "grace", "nothing is stored yet", CancellationToken.None);
        var edited = await world.Changes.Edit("limits-1", new ChangeEdit(null, new JsonObject { [ChangeWorld.Limit] = 2 }, null, null), "ada", "two", CancellationToken.None);
        Assert.That(((string?)edited["state"], edited["evidence"], ((JsonArray)edited["approvals"]!).Count), Is.EqualTo(("draft", default(JsonNode), 0)));
        Assert.That(await Refusal(() => world.Changes.Create(new ChangeProposal("limits-1", "t", "limits", null, new JsonObject { ["a"] = 1 }, plan, null), "ada", CancellationToken.None)), Is.EqualTo("ChangeAlreadyExists"));
        await world.Changes.Delete("limits-1", "ada", CancellationToken.None);
        Assert.That(await Refusal(() => world.Changes.Find("limits-1", CancellationToken.None)), Is.EqualTo("ChangeNotFound"));
        await world.Restart();
        Assert.That(await world.Changes.List(CancellationToken.None), Is.Empty);
    }

    [Test]
    public async Task What_was_seen_is_forgotten_when_its_time_is_over_and_what_a_change_rests_on_stays()
    {
        using var world = await ChangeWorld.Start(4);
        var ended = await world.Approved(6000, WithoutShadow, "ended");
        await world.Begin(ended);
        await world.Pass(TimeSpan.FromHours(1));
        await world.Changes.Abort(ended, "tom", "smoke", CancellationToken.None);
        var first = (string)(await world.Changes.Find(ended, CancellationToken.None))["evidence"]!;
        await world.StoreWaveform("n01", 10);
        world.Time.Advance(TimeSpan.FromMinutes(1));
        var edited = await world.Approved(7000, WithoutShadow, "edited");
        var superseded = (string)(await world.Changes.Find(edited, CancellationToken.None))["evidence"]!;
        await world.Changes.Edit(edited, new ChangeEdit(null, new JsonObject { [ChangeWorld.Limit] = 8000 }, null, null), "ada", "more", CancellationToken.None);
        var seen = world.Store.ReadObservations(ended).Count;
        Assert.That((seen, world.Store.ListReplayReports()), Is.EqualTo((seen, new[] { first, superseded }.Order(StringComparer.Ordinal))));
        Assert.That(seen, Is.Positive);

        await Later(TimeSpan.FromDays(ChangeOptions.StandardDays - 1));
        Assert.That((world.Store.ReadObservations(ended).Count, world.Store.ListReplayReports().Count), Is.EqualTo((seen, 2)), "not yet");
        await Later(TimeSpan.FromDays(2));
        Assert.That((world.Store.ReadObservations(ended), world.Store.ListReplayReports()), Is.EqualTo((Array.Empty<string>(), new[] { first })));
        Assert.That((string?)(await world.Changes.Report(ended, CancellationToken.None))["why"], Is.EqualTo("smoke"), "the report stays");

        async Task Later(TimeSpan span)
        {
            world.Time.Advance(span);
            await world.Pass(TimeSpan.FromMinutes(20));
            await world.Changes.Forget();

            // A jump of the clock removes nothing before it has run steadily for a day.
            world.Time.Advance(TimeSpan.FromHours(12));
            await world.Changes.Forget();
        }
    }

    [Test]
    public async Task One_under_way_loses_nothing_however_long_it_takes()
    {
        using var world = await ChangeWorld.Start(8);
        var id = await world.Approved(6000, WithoutShadow);
        await world.Begin(id);
        await world.Pass(TimeSpan.FromHours(1));
        var seen = world.Store.ReadObservations(id).Count;
        world.Time.Advance(TimeSpan.FromDays(2 * ChangeOptions.StandardDays));
        await world.Pass(TimeSpan.FromMinutes(20));
        await world.Changes.Forget();
        Assert.That((world.Store.ReadObservations(id).Count >= seen, seen > 0, world.Store.ListReplayReports().Count), Is.EqualTo((true, true, 1)));
    }

    [Test]
    public async Task Changes_under_way_gates_that_stop_and_rollbacks_are_counted()
    {
        using var world = await ChangeWorld.Start();
        using var collector = new MetricsCollector(world.Metrics);
        var id = await world.Approved(100, WithoutShadow);
        await world.Begin(id);
        Assert.That(collector.Collect(), Does.Contain("devicetwin_changes_under_way{state=\"canary\"} 1\n").And.Contain("devicetwin_changes_under_way{state=\"wave\"} 0\n"));
        world.Refuses = (_, path) => path == ChangeWorld.Limit ? "too small" : null;
        await world.PassUntilEnd(id);
        var told = collector.Collect();
        Assert.That(told, Does.Contain("devicetwin_changes_under_way{state=\"canary\"} 0\n").And.Contain("devicetwin_change_gates_failed_total{gate=\"rejectedKeys\"} 1\n"));
        Assert.That(told, Does.Contain("devicetwin_change_rollbacks_total{by=\"hub\"} 1\n"));
    }

    private static string[] Canary(JsonObject change) =>
        [.. ((JsonArray)((JsonArray)change["groups"]!).Single(group => (string?)group!["group"] == "canary")!["devices"]!).Select(node => (string)node!)];

    /// <summary>How a change ends on a small fleet whose hub is killed behind a commit, and how many commits there are.</summary>
    private static async Task<(string End, int Commits)> KilledBehind(int limit, int? commit)
    {
        using var world = await ChangeWorld.Start(6);
        world.Rings = (_, desired) => Json.Integer(Json.At(desired, ChangeWorld.Limit)) == 100;
        await world.Patch("n04", """{"properties":{"desired":{"detection":{"velocityLimitUmPerSecond":7777}}}}""");
        var id = await world.Approved(limit, ChangeWorld.Plan.Replace("\"devices\":4", "\"devices\":3", StringComparison.Ordinal));
        var before = world.Committed;
        world.Commits = commit;
        for (var ended = false; !ended;)
        {
            try
            {
                // A person asks again who has had no answer.
                if (await world.State(id) == "approved")
                {
                    await world.Begin(id);
                }

                await world.PassUntilEnd(id);
                await world.Pass(TimeSpan.FromMinutes(20));
            }
            catch (Exception problem) when (world.IsDead && problem is HubException or StorageException)
            {
                // It was about to write.
            }

            ended = !world.IsDead;
            if (!ended)
            {
                await world.Restart();
            }
        }

        var change = await world.Changes.Find(id, CancellationToken.None);
        var report = await world.Changes.Report(id, CancellationToken.None);
        var feed = world.Store.ReadChanges(new(null, [TwinPart.Desired], 0, 10000)).Changes
            .SelectMany(row => TwinDiff.Read(row.Row.Diff).Select(path => (row.Row.DeviceId, Path: (string)path!["path"]!, To: path["to"]?.ToJsonString())))
            .Where(write => write.Path == ChangeWorld.Limit).GroupBy(write => write.DeviceId).OrderBy(node => node.Key, StringComparer.Ordinal);
        var end = new List<string>
        {
            (string)change["state"]!,
            string.Join(' ', Steps(change).Where(step => !step.StartsWith("hubRestarted", StringComparison.Ordinal)).Select(step => step.Split('>')[0])),
            string.Join(' ', feed.Select(node => $"{node.Key}:{string.Join('>', node.Select(write => write.To))}")),
            string.Join(' ', world.Nodes.Select(node => $"{world.LimitOf(node)}{world.Desired(node, "shadow")}")),
            string.Join(' ', report["affected"]!.AsArray()),
            report["paths"]!.ToJsonString(),
            $"{world.Fleet.FindConfiguration("limits")!.Version} {world.Fleet.ListStages().Count}",
        };
        return (string.Join('\n', end), world.Committed - before);
    }

    /// <summary>Who would be the canary: the same draw, without starting.</summary>
    private static async Task<JsonObject> Assigned(ChangeWorld world, string id)
    {
        var change = await world.Changes.Find(id, CancellationToken.None);
        var groups = Assignment.Of(
            world.Nodes.Select(node => new RolloutDevice(node, "", $"L{int.Parse(node[1..]) % 2}")), RolloutJson.ReadPlan((JsonObject)change["plan"]!));
        return new JsonObject { ["groups"] = new JsonArray { new JsonObject { ["group"] = "canary", ["devices"] = new JsonArray([.. groups.Canary.Select(node => (JsonNode)node)]) } } };
    }
}
