using System.Collections.Immutable;
using DeviceTwin.Twins.Rollouts;

namespace DeviceTwin.Tests.Twins.Rollouts;

/// <summary>What stops a change, what lets it pass, and what says neither.</summary>
public sealed class GateTests
{
    private static readonly RolloutPlan Plan = RolloutPlan.Default with { Canary = CanarySize.Devices(8) };
    private static readonly Assignment Groups = Assignment.Of(Some.Fleet(40), Plan);

    [TestCase(0, GateOutcome.Passed)]
    [TestCase(1, GateOutcome.Tripped)]
    [TestCase(2, GateOutcome.Tripped)]
    public void One_rejected_key_stops_the_change_and_says_which_boards_refuse_it(int count, GateOutcome outcome)
    {
        var ledger = Ledger();
        for (var index = 0; index < count; index++)
        {
            ledger.Add(new Rejection(Groups.Canary[index], "esp32e", "detection.forest", 400, "no room for a forest"));
        }

        var gate = Judge(ledger, GateKind.RejectedKeys);
        Assert.That(gate.Outcome, Is.EqualTo(outcome));
        Assert.That(gate.Words, count == 0 ? Is.EqualTo("No device refuses a key.") : Is.EqualTo($"{count} of board esp32e refuse detection.forest (400): no room for a forest."));
    }

    [Test]
    public void Refusals_are_grouped_by_board_and_reason()
    {
        var groups = RejectionGroup.Of(
        [
            new("n3", "esp32e", "detection.forest", 400, "no room"), new("n1", "esp32e", "detection.forest", 400, "no room"),
            new("n1", "esp32e", "detection.forest", 400, "no room"), new("n2", "s3", "detection.forest", 400, "too deep"),
        ]);
        Assert.That(groups.Select(group => group.ToString()), Is.EqualTo(new[]
        {
            "2 of board esp32e refuse detection.forest (400): no room", "1 of board s3 refuse detection.forest (400): too deep",
        }));
        Assert.That(groups[0].Devices, Is.EqualTo(new[] { "n1", "n3" }));
    }

    [TestCase(1, 0, GateOutcome.Passed)]
    [TestCase(1, 1, GateOutcome.Tripped)]
    [TestCase(2, 1, GateOutcome.Passed)]
    [TestCase(2, 2, GateOutcome.Tripped)]
    [TestCase(2, 3, GateOutcome.Tripped)]
    public void Safe_mode(int limit, int nodes, GateOutcome outcome)
    {
        var ledger = Ledger();
        foreach (var id in Groups.Canary.Take(nodes).Concat(Groups.Control))
        {
            ledger.Add(new GateFact(NodeFact.SafeMode, id, Some.Hours(1)));
        }

        Assert.That(Judge(ledger, GateKind.SafeMode, plan: Plan with { Gates = new() { SafeModeNodes = limit } }).Outcome, Is.EqualTo(outcome));
    }

    [TestCase(2, 0, GateOutcome.Passed)]
    [TestCase(3, 0, GateOutcome.Waiting)]
    [TestCase(4, 0, GateOutcome.Tripped)]
    [TestCase(5, 0, GateOutcome.Tripped)]
    [TestCase(4, 1, GateOutcome.Waiting)]
    [TestCase(5, 1, GateOutcome.Tripped)]
    [TestCase(8, 15, GateOutcome.Tripped)]
    [TestCase(8, 16, GateOutcome.Waiting)]
    [TestCase(8, 32, GateOutcome.Waiting)]
    public void From_three_silent_nodes_on_it_waits_and_where_chance_would_hardly_do_it_it_stops_at_once(int canary, int others, GateOutcome outcome)
    {
        // 8 with the change and 32 without. Chance alone puts all of 3 into the 8 in 5.7 of 1000 cases, all of 4 in 0.8; 4 of 5 in 3.5, 5 of 6 in 0.5.
        var ledger = Ledger();
        foreach (var id in Groups.Devices.Where(device => device.Group != RolloutGroup.Canary).Select(device => device.Device.DeviceId).Take(others)
            .Concat(Groups.Canary.Take(canary)))
        {
            ledger.Add(new GateFact(NodeFact.Silent, id, Some.Hours(1)));
        }

        // The comparison would see the same a little later or earlier: here is only what stops at once.
        Assert.That(Judge(ledger, GateKind.SilentNodes, plan: Plan with { Gates = new() { OtherRatioTolerated = 10000 } }).Outcome, Is.EqualTo(outcome));
    }

    [Test]
    public void Who_was_silent_before_its_turn_or_is_back_is_not_silent()
    {
        var ledger = new GateLedger(Some.Start, Baselines());
        foreach (var id in Groups.Canary.Take(3))
        {
            ledger.Add(new GateFact(NodeFact.Silent, id, Some.Hours(0)));
        }

        foreach (var id in Groups.Canary)
        {
            ledger.Apply(id, Some.Hours(1));
            ledger.Capture(id, 1000);
            ledger.Capture(Groups.Control[0], 1000);
        }

        Assert.That(Judge(ledger, GateKind.SilentNodes).Outcome, Is.EqualTo(GateOutcome.Passed));
        ledger = Ledger();
        foreach (var id in Groups.Canary.Take(3))
        {
            ledger.Add(new GateFact(NodeFact.Silent, id, Some.Hours(1)));
        }

        foreach (var id in Groups.Canary.Take(1))
        {
            ledger.Add(new GateFact(NodeFact.Heard, id, Some.Hours(2)));
        }

        Assert.That(Judge(ledger, GateKind.SilentNodes, plan: Plan with { Gates = new() { OtherRatioTolerated = 10000 } }).Outcome, Is.EqualTo(GateOutcome.Passed));
    }

    [TestCase(NodeFact.LowCoverage, GateKind.Coverage)]
    [TestCase(NodeFact.DearAnalysis, GateKind.AnalysisCost)]
    [TestCase(NodeFact.LowHeap, GateKind.HeapLowWater)]
    [TestCase(NodeFact.Reconnected, GateKind.Reconnects)]
    [TestCase(NodeFact.Silent, GateKind.SilentNodes)]
    [TestCase(NodeFact.Alarm, GateKind.AlarmRate)]
    public void A_gate_trips_where_the_canary_stands_out_and_not_where_all_do(NodeFact fact, GateKind kind)
    {
        var plan = Plan with { Gates = new() { SilentNodes = 1000 } };
        var canary = Ledger();
        var all = Ledger();
        foreach (var (id, index) in Groups.Devices.Select((device, index) => (device.Device.DeviceId, index)))
        {
            all.Add(new GateFact(fact, id, Some.Hours(1 + (index * 0.01))));
            if (Groups.Canary.Take(7).Contains(id))
            {
                canary.Add(new GateFact(fact, id, Some.Hours(1 + (index * 0.01))));
            }
        }

        Assert.That(Judge(all, kind, plan: plan).Outcome, Is.Not.EqualTo(GateOutcome.Tripped));
        var gate = Judge(canary, kind, plan: plan);
        Assert.That(gate.Outcome, Is.EqualTo(GateOutcome.Tripped), gate.Words);
        Assert.That(gate.Words, Does.StartWith("With the change ").And.Contain(" expected of ").And.Contain("stops it."));
        Assert.That(gate.Evidence!.Control, Is.Zero);
    }

    [TestCase(false, -0.001, 8, GateOutcome.Waiting)]
    [TestCase(false, 0, 0, GateOutcome.Waiting)]
    [TestCase(true, -0.001, 8, GateOutcome.Waiting)]
    [TestCase(true, 0, 8, GateOutcome.Tripped)]
    [TestCase(true, 0.001, 8, GateOutcome.Tripped)]
    public void An_alarm_that_overtakes_the_acknowledgement_counts_when_that_has_come(bool acknowledges, double afterSending, int counted, GateOutcome outcome)
    {
        var ledger = new GateLedger(Some.Start, Baselines());
        foreach (var id in Groups.Canary)
        {
            ledger.Admit(id, Some.Hours(1));
            ledger.Add(new GateFact(NodeFact.Alarm, id, Some.Hours(1 + afterSending)));
            ledger.Capture(id, 1000);
            ledger.Capture(Groups.Control[0], 1000);
        }

        foreach (var id in Groups.Canary.Where(_ => acknowledges))
        {
            ledger.Apply(id, Some.Hours(1.1));
        }

        var gate = Judge(ledger, GateKind.AlarmRate);
        Assert.That((gate.Outcome, gate.Evidence!.Treated + gate.Evidence.Control), Is.EqualTo((outcome, counted)), gate.Words);
    }

    [Test]
    public void What_nodes_do_not_say_is_not_judged()
    {
        var ledger = new GateLedger(Some.Start, []);
        foreach (var id in Groups.Canary)
        {
            ledger.Apply(id, Some.Start);
        }

        var report = Gates.Judge(Plan, Groups, ledger, Some.Hours(1));
        Assert.That(
            report.Gates.Where(gate => gate.Outcome == GateOutcome.NotJudged).Select(gate => gate.Gate),
            Is.EquivalentTo(new[] { GateKind.Coverage, GateKind.AnalysisCost, GateKind.HeapLowWater }));
    }

    [TestCase(999, 1000, false)]
    [TestCase(1000, 999, false)]
    [TestCase(1000, 1000, true)]
    [TestCase(1001, 1001, true)]
    public void Nothing_passes_on_a_sample_that_is_too_small(int canary, int control, bool passes)
    {
        var ledger = new GateLedger(Some.Start, Baselines());
        foreach (var id in Groups.Canary)
        {
            ledger.Apply(id, Some.Start);
        }

        ledger.Capture(Groups.Canary[0], canary);
        ledger.Capture(Groups.Control[0], control);
        var report = Gates.Judge(Plan, Groups, ledger, Some.Hours(24 * 30));
        Assert.That(report.IsPassed, Is.EqualTo(passes));
        if (!passes)
        {
            Assert.That(report.Gates[0].Words, Does.Contain("999 of 1000 captures"));
        }

        ledger.BeginSample();
        Assert.That(Gates.Judge(Plan, Groups, ledger, Some.Hours(24 * 30)).IsPassed, Is.False);
    }

    [TestCase(12.2, GateOutcome.Waiting)]
    [TestCase(12.3, GateOutcome.Passed)]
    [TestCase(12.4, GateOutcome.Passed)]
    public void Where_nothing_rings_at_all_it_passes_once_alarms_are_known_to_be_rare(double days, GateOutcome outcome)
    {
        // exp(0.8 * 0.05 * 8 nodes * days) comes to 50 at 12.22 days.
        Assert.That(Judge(Ledger(), GateKind.AlarmRate, at: Some.Hours(24 * days)).Outcome, Is.EqualTo(outcome));
    }

    [Test]
    public void Where_nothing_rings_time_away_does_not_count()
    {
        var ledger = Ledger();
        ledger.Add(new GateFact(NodeFact.Away, Groups.Canary[0], Some.Start));
        Assert.That(Judge(ledger, GateKind.AlarmRate, at: Some.Hours(24 * 12.4)).Outcome, Is.EqualTo(GateOutcome.Waiting));
        Assert.That(Judge(ledger, GateKind.AlarmRate, at: Some.Hours(24 * 14)).Outcome, Is.EqualTo(GateOutcome.Passed));
    }

    [Test]
    public void With_nobody_left_to_compare_with_only_what_stops_at_once_judges()
    {
        var ledger = Ledger();
        foreach (var device in Groups.Devices)
        {
            ledger.Apply(device.Device.DeviceId, Some.Hours(1));
        }

        Assert.That(Judge(ledger, GateKind.AlarmRate).Outcome, Is.EqualTo(GateOutcome.NotJudged));
        Silence(Groups.Devices.Where(device => device.Device.Line == "A").Select(device => device.Device.DeviceId));
        Assert.That(Judge(ledger, GateKind.SilentNodes).Outcome, Is.EqualTo(GateOutcome.NotJudged), "one line's network");
        // 40 nodes: 150 thousandths are 6.
        Silence(Groups.Devices.Where(device => device.Device.Line == "B").Select(device => device.Device.DeviceId).Take(5));
        Assert.That(Judge(ledger, GateKind.SilentNodes).Outcome, Is.EqualTo(GateOutcome.NotJudged));
        Silence(Groups.Devices.Where(device => device.Device.Line == "C").Select(device => device.Device.DeviceId).Take(1));
        Assert.That(Judge(ledger, GateKind.SilentNodes).Outcome, Is.EqualTo(GateOutcome.Tripped));

        void Silence(IEnumerable<string> ids)
        {
            foreach (var id in ids)
            {
                ledger.Add(new GateFact(NodeFact.Silent, id, Some.Hours(2)));
            }
        }
    }

    [Test]
    public void A_fleet_of_one_is_judged_by_what_needs_no_comparison()
    {
        var groups = Assignment.Of(Some.Fleet(1), Plan);
        var ledger = new GateLedger(Some.Start, []);
        ledger.Apply("n000", Some.Start);
        ledger.Capture("n000", 1000);
        Assert.That(Gates.Judge(Plan, groups, ledger, Some.Hours(1)).IsPassed);
        ledger.Add(new GateFact(NodeFact.Silent, "n000", Some.Hours(1)));
        Assert.That(Gates.Judge(Plan, groups, ledger, Some.Hours(1)).Tripped.Single().Gate, Is.EqualTo(GateKind.SilentNodes));
    }

    [Test]
    public void All_gates_together_keep_within_five_in_a_hundred() => Assert.That(Gates.FamilyError, Is.EqualTo(0.045).Within(1e-12));

    [Test]
    public void A_judgement_made_twice_from_the_same_ledger_is_the_same()
    {
        var ledger = Ledger();
        foreach (var (device, index) in Groups.Devices.Select((device, index) => (device, index)))
        {
            ledger.Add(new GateFact((NodeFact)(index % 6), device.Device.DeviceId, Some.Hours(index)));
        }

        Assert.That(Words(), Is.EqualTo(Words()));

        string Words() => string.Join('\n', Gates.Judge(Plan, Groups, ledger, Some.Hours(50)).Gates.Select(gate => $"{gate.Gate} {gate.Outcome} {gate.Words}"));
    }

    [TestCase(3, 0, GateOutcome.Passed)]
    [TestCase(8, 8, GateOutcome.Passed)]
    [TestCase(24, 0, GateOutcome.Tripped)]
    [TestCase(24, 24, GateOutcome.Passed)]
    public void The_shadow_is_held_against_what_the_same_nodes_raised(int shadow, int live, GateOutcome outcome)
    {
        var ledger = new GateLedger(Some.Start, Baselines());
        for (var index = 0; index < Math.Max(shadow, live); index++)
        {
            var at = Some.Hours((24 * (index / 8)) + (index % 8));
            if (index < live)
            {
                ledger.Add(new GateFact(NodeFact.Alarm, Groups.Canary[index % 8], at));
            }

            if (index < shadow)
            {
                ledger.Add(new GateFact(NodeFact.ShadowAlarm, Groups.Canary[index % 8], at));
            }
        }

        var gate = Gates.JudgeShadow(Plan, Groups, ledger, Some.Hours(100)).Gates.Single(gate => gate.Gate == GateKind.ShadowAlarms);
        Assert.That(gate.Outcome, Is.EqualTo(outcome), gate.Words);
        Assert.That(gate.Words, Does.StartWith($"{shadow} alarms in the shadow of 8 nodes and {live} live"));
    }

    private static NodeBaseline[] Baselines() =>
    [
        .. Groups.Devices.Select(device => new NodeBaseline(device.Device.DeviceId, 14, ImmutableSortedDictionary<NodeFact, int>.Empty.Add(NodeFact.Alarm, 2), 1000, 50, 40000)),
    ];

    /// <summary>The canary has had the change from the start, and there are captures enough.</summary>
    private static GateLedger Ledger()
    {
        var ledger = new GateLedger(Some.Start, Baselines());
        foreach (var id in Groups.Canary)
        {
            ledger.Apply(id, Some.Start);
        }

        foreach (var device in Groups.Devices)
        {
            ledger.Capture(device.Device.DeviceId, 1000);
        }

        return ledger;
    }

    private static GateJudgement Judge(GateLedger ledger, GateKind gate, DateTimeOffset? at = null, RolloutPlan? plan = null) =>
        Gates.Judge(plan ?? Plan, Groups, ledger, at ?? Some.Hours(24)).Gates.Single(judgement => judgement.Gate == gate);
}
