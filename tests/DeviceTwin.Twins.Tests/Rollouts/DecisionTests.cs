using System.Collections.Immutable;
using DeviceTwin.Twins.Rollouts;

namespace DeviceTwin.Tests.Twins.Rollouts;

/// <summary>What the hub's own look at a change makes happen, stage by stage.</summary>
public sealed class DecisionTests
{
    private static readonly RolloutPlan Plan = RolloutPlan.Default with { ShadowTime = TimeSpan.FromHours(24) };
    private static readonly Assignment Groups = Assignment.Of(Some.Fleet(40), Plan);

    [TestCase(ChangePhase.Draft)]
    [TestCase(ChangePhase.Replayed)]
    [TestCase(ChangePhase.Approved)]
    [TestCase(ChangePhase.Done)]
    [TestCase(ChangePhase.RolledBack)]
    [TestCase(ChangePhase.Aborted)]
    public void Nothing_happens_to_a_change_that_is_not_under_way(ChangePhase phase) =>
        Assert.That(RolloutDecision.Of(Some.In(phase), Groups, Report(GateOutcome.Tripped), true), Is.Null);

    [TestCase(23.9, null)]
    [TestCase(24, ChangeEvent.ShadowElapsed)]
    [TestCase(24.1, ChangeEvent.ShadowElapsed)]
    public void The_shadow_lasts_its_time_from_when_all_have_it(double hours, ChangeEvent? happens)
    {
        var shadow = Some.Approved(Plan).Started();
        Assert.That(RolloutDecision.Of(shadow, Groups, Report(GateOutcome.Passed, hours), false), Is.Null);
        Assert.That(RolloutDecision.Of(shadow, Groups, Report(GateOutcome.Passed, hours), true)?.Event, Is.EqualTo(ChangeEvent.WaveConverged));
        shadow = shadow.On(ChangeEvent.WaveConverged, Some.Start);
        Assert.That(RolloutDecision.Of(shadow, Groups, Report(GateOutcome.Passed, hours), true)?.Event, Is.EqualTo(happens));
    }

    [Test]
    public void A_gate_that_trips_does_not_wait_for_anybody()
    {
        foreach (var phase in new[] { ChangePhase.Shadow, ChangePhase.Canary, ChangePhase.Wave })
        {
            var decision = RolloutDecision.Of(Some.In(phase), Groups, Report(GateOutcome.Tripped), false)!;
            Assert.That((decision.Event, decision.Why), Is.EqualTo((ChangeEvent.GateFailed, "alarmRate: in words")));
        }
    }

    [Test]
    public void A_refused_key_is_named_before_any_gate()
    {
        var report = Report(GateOutcome.Tripped);
        report = report with { Gates = report.Gates.Add(new GateJudgement(GateKind.RejectedKeys, GateOutcome.Tripped, "2 refuse")) };
        Assert.That(RolloutDecision.Of(Some.In(ChangePhase.Canary), Groups, report, false), Is.EqualTo(new RolloutDecision(ChangeEvent.DeviceRejected, "2 refuse")));
    }

    [Test]
    public void Wave_after_wave_until_all_have_it()
    {
        var change = Some.In(ChangePhase.Canary);
        for (var wave = 0; wave <= Groups.Waves; wave++)
        {
            change = change.On(RolloutDecision.Of(change, Groups, Report(GateOutcome.Passed), true)!.Event);
            var decision = RolloutDecision.Of(change, Groups, Report(GateOutcome.Passed), true)!;
            Assert.That(decision.Event, Is.EqualTo(wave < Groups.Waves ? ChangeEvent.GatePassed : ChangeEvent.AllDone));
            change = change.On(decision.Event);
        }

        Assert.That((Groups.Waves, change.State.ToString()), Is.EqualTo((2, "done")));
    }

    [TestCase(20.9, false)]
    [TestCase(21, true)]
    [TestCase(21.1, true)]
    public void What_cannot_be_decided_is_put_before_a_person_once(double days, bool asked)
    {
        var change = Some.In(ChangePhase.Canary).On(ChangeEvent.WaveConverged);
        var decision = RolloutDecision.Of(change, Groups, Report(GateOutcome.Waiting, days * 24), true);
        Assert.That(decision?.Event, Is.EqualTo(asked ? ChangeEvent.GateUndecided : (ChangeEvent?)null));
        if (asked)
        {
            Assert.That(decision!.Why, Is.EqualTo("canary has lasted 21 windows. alarmRate: in words Abort it, or let it pass and say why."));
            change = change.On(ChangeEvent.GateUndecided);
            Assert.That(RolloutDecision.Of(change, Groups, Report(GateOutcome.Waiting, days * 24), true), Is.Null);
            change = change.On(ChangeEvent.PassedByHand);
            Assert.That(RolloutDecision.Of(change, Groups, Report(GateOutcome.Waiting, days * 24), true)!.Event, Is.EqualTo(ChangeEvent.GatePassed));
            Assert.That(RolloutDecision.Of(change, Groups, Report(GateOutcome.Tripped, days * 24), true)!.Event, Is.EqualTo(ChangeEvent.GateFailed));
        }
    }

    [Test]
    public void A_fleet_of_none_is_done_at_once()
    {
        var none = Assignment.Of([], Plan);
        var change = Some.In(ChangePhase.Canary).On(ChangeEvent.WaveConverged);
        Assert.That(RolloutDecision.Of(change, none, new GateLedger(Some.Start, []), Some.Start, true)!.Event, Is.EqualTo(ChangeEvent.AllDone));
    }

    [Test]
    public void A_canary_of_which_nobody_is_there_passes_nothing()
    {
        var change = Some.In(ChangePhase.Canary).On(ChangeEvent.WaveConverged);
        var ledger = new GateLedger(Some.Start, []);
        foreach (var id in Groups.Canary)
        {
            ledger.Admit(id, Some.Start);
        }

        Assert.That(RolloutDecision.Of(change, Groups, ledger, Some.Hours(1), true), Is.Null);
        Assert.That(RolloutDecision.Of(change, Groups, ledger, Some.Hours(21 * 24), true)!.Event, Is.EqualTo(ChangeEvent.GateUndecided));
    }

    [Test]
    public void A_single_device_that_is_not_there_passes_nothing_either()
    {
        var one = Assignment.Of(Some.Fleet(1), Plan);
        var ledger = new GateLedger(Some.Start, []);
        ledger.Admit(one.Canary[0], Some.Start);
        Assert.That(RolloutDecision.Of(Some.In(ChangePhase.Canary).On(ChangeEvent.WaveConverged), one, ledger, Some.Hours(1), true), Is.Null);
    }

    [Test]
    public void The_report_says_why_whom_and_what_became_of_each_path()
    {
        var ledger = new GateLedger(Some.Start, []);
        foreach (var id in Groups.Canary)
        {
            ledger.Admit(id, Some.Start);
        }

        var decision = RolloutDecision.Of(Some.In(ChangePhase.Canary), Groups, Report(GateOutcome.Tripped), false)!;
        var change = Some.In(ChangePhase.Canary).Happened(decision.Event, Change.Hub, decision.Why, Some.Hours(1)).Change.On(ChangeEvent.RollbackFinished, Some.Hours(2));
        var report = RolloutReport.Of(change, Groups, ledger, Report(GateOutcome.Tripped),
        [
            new("n002", "detection.velocityLimitUmPerSecond", PathOutcome.Kept, 4000, 4200, "written by eve since"),
            new("n001", "detection.velocityLimitUmPerSecond", PathOutcome.Restored, 4000, 4000, ""),
        ]);

        Assert.That((report.DecidedAt, report.DecidedBy, report.Why, report.Affected), Is.EqualTo((Some.Hours(1), "hub", "alarmRate: in words", Groups.Canary.ToImmutableArray())));
        Assert.That(report.Sentences(), Is.EqualTo(new[]
        {
            "\"Another limit\" (c1) is rolledBack, decided by hub at 2026-11-22 09:00:00Z.",
            "Why: alarmRate: in words",
            "It was sent to 8 of 40 devices: 8 of 8 of canary, 0 of 12 of wave 1, 0 of 8 of wave 2, 0 of 12 of control.",
            "alarmRate tripped: in words",
            "1 path restored.",
            "1 path kept.",
            "n002 detection.velocityLimitUmPerSecond kept: written by eve since",
        }));
        Assert.Throws<ArgumentException>(() => RolloutReport.Of(Some.In(ChangePhase.Canary), Groups, ledger, null, []));
    }

    private static GateReport Report(GateOutcome outcome, double hours = 0) =>
        new(Some.Hours(hours), [new GateJudgement(GateKind.AlarmRate, outcome, "in words")], 8, 32, 1000, 1000);
}
