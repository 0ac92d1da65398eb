using System.Collections.Immutable;
using System.Text.Json.Nodes;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Rollouts;

namespace DeviceTwin.Tests.Twins.Rollouts;

/// <summary>A change as a reviewed object: who may do what when, and what is kept of it.</summary>
public sealed class ChangeTests
{
    [Test]
    public void A_good_change_goes_its_way_and_every_step_says_who_when_and_why()
    {
        var change = Some.Approved().Started(Some.Hours(1))
            .On(ChangeEvent.WaveConverged, Some.Hours(2)).On(ChangeEvent.ShadowElapsed, Some.Hours(26))
            .On(ChangeEvent.GatePassed, Some.Hours(50)).On(ChangeEvent.GatePassed, Some.Hours(60)).On(ChangeEvent.AllDone, Some.Hours(70));

        Assert.That(
            change.History.Select(step => $"{step.Event} {step.To}"),
            Is.EqualTo(new[]
            {
                "ReplayAttached replayed", "ApprovedInFull approved", "StartedWithShadow shadow", "WaveConverged shadow", "ShadowElapsed canary",
                "GatePassed wave 1", "GatePassed wave 2", "AllDone done",
            }));
        Assert.That(change.History[1], Is.EqualTo(new ChangeStep(
            Some.Start, ChangeEvent.ApprovedInFull, new ChangeState(ChangePhase.Replayed), new ChangeState(ChangePhase.Approved), "bob", "read it")));
        Assert.That(change.Evidence, Is.EqualTo(Some.Hash));
    }

    [TestCase("detection.velocityLimitUmPerSecond", ChangeKinds.DetectorSettings, true)]
    [TestCase("machine.shaftSpeedMilliHertz", ChangeKinds.DetectorSettings, false)]
    [TestCase("detection.forest", ChangeKinds.Forest, true)]
    [TestCase("reporting.telemetryIntervalSeconds", ChangeKinds.ReportingPlan, false)]
    [TestCase("sampling.captureIntervalSeconds", ChangeKinds.ReportingPlan, false)]
    [TestCase("maintenance.alarmsInhibited", ChangeKinds.Other, false)]
    public void Every_kind_goes_the_same_way_and_only_detection_has_a_shadow(string path, ChangeKinds kind, bool shadow)
    {
        var change = Some.Approved(path: path);
        Assert.That((change.Kinds, change.HasShadow), Is.EqualTo((kind, shadow)));
        Assert.That(change.Started().State.Phase, Is.EqualTo(shadow ? ChangePhase.Shadow : ChangePhase.Canary));
    }

    [TestCase(0, ChangePhase.Canary)]
    [TestCase(1, ChangePhase.Shadow)]
    public void A_plan_without_time_for_a_shadow_has_none(int seconds, ChangePhase phase) => Assert.That(
        Some.Approved(RolloutPlan.Default with { ShadowTime = TimeSpan.FromSeconds(seconds) }).Started().State.Phase, Is.EqualTo(phase));

    [Test]
    public void The_author_does_not_approve_where_the_policy_asks_for_another()
    {
        var change = Some.In(ChangePhase.Replayed);
        var refusal = Some.Refusal(() => change.Approve("ada", "mine", Some.Start));
        Assert.That((refusal.Refusal.Code, refusal.Error.HttpStatus), Is.EqualTo(("approvalByAuthor", 403)));
        Assert.That(refusal.Message, Does.Contain("Let somebody else"));
        var own = Some.Draft(RolloutPlan.Default with { Approval = new ApprovalPolicy(1, ByOthers: false) }).AttachReplay(Some.Hash, "ada", Some.Start).Change;
        Assert.That(own.Approve("ada", "mine", Some.Start).Change.State.Phase, Is.EqualTo(ChangePhase.Approved));
    }

    [TestCase(1, ChangePhase.Replayed)]
    [TestCase(2, ChangePhase.Approved)]
    public void Two_approvals_are_of_two_people(int people, ChangePhase phase)
    {
        var change = Some.Draft(RolloutPlan.Default with { Approval = new ApprovalPolicy(2, true) }).AttachReplay(Some.Hash, "ada", Some.Start).Change;
        change = change.Approve("bob", "", Some.Start).Change;
        Assert.That(Some.Refusal(() => change.Approve("bob", "", Some.Start)).Refusal.Code, Is.EqualTo("approvalTwice"));
        change = people == 2 ? change.Approve("eve", "", Some.Start).Change : change;
        Assert.That(change.State.Phase, Is.EqualTo(phase));
        if (people == 1)
        {
            Assert.That(Some.Refusal(() => change.Started()).Message, Does.Contain("1 more must approve"));
        }
    }

    [TestCase(0, "", false)]
    [TestCase(0, " ", false)]
    [TestCase(0, "no waveform is stored yet", true)]
    [TestCase(1, "", true)]
    [TestCase(null, "", true)]
    public void A_replay_of_nothing_asks_for_a_reason(long? captures, string why, bool goesOn)
    {
        var approved = Some.Draft().AttachReplay(Some.Hash, "ada", Some.Start, captures).Change;
        var unapproved = Some.Draft(RolloutPlan.Default with { Approval = new ApprovalPolicy(0, false) }).AttachReplay(Some.Hash, "ada", Some.Start, captures).Change;
        foreach (var step in (Func<ChangeTransition>[])[() => approved.Approve("bob", why, Some.Start), () => unapproved.Start("ada", why, Some.Start, unapproved.BaseVersion, ImmutableHashSet<string>.Empty, [])])
        {
            if (goesOn)
            {
                Assert.That(step().Change.EvidenceCaptures, Is.EqualTo(captures));
            }
            else
            {
                Assert.That(Some.Refusal(() => step()).Refusal.Code, Is.EqualTo("emptyReplayUnexplained"));
            }
        }

        Assert.That(RolloutJson.ReadChange(RolloutJson.Write(approved)).EvidenceCaptures, Is.EqualTo(captures), "and it is stored");
    }

    [Test]
    public void Without_a_policy_a_replay_is_enough() => Assert.That(
        Some.Draft(RolloutPlan.Default with { Approval = new ApprovalPolicy(0, false) }).AttachReplay(Some.Hash, "ada", Some.Start).Change.Started().State.IsUnderWay);

    [Test]
    public void Without_a_replay_nothing_is_approved_or_started()
    {
        Assert.That(Some.Refusal(() => Some.Draft().Approve("bob", "", Some.Start)).Message, Does.Contain("Replay it first"));
        Assert.That(Some.Refusal(() => Some.Draft().Started()).Message, Does.Contain("Replay it, and have it approved"));
    }

    [Test]
    public void What_is_edited_after_its_approval_must_be_replayed_and_approved_again()
    {
        var change = Some.Approved().Edit("ada", "typing error", Some.Start, Some.Content(value: 4600), RolloutPlan.Default, 2).Change;
        Assert.That((change.State.Phase, change.Evidence, change.Approvals.Length, change.BaseVersion), Is.EqualTo((ChangePhase.Draft, (string?)null, 0, 2L)));
        Assert.That(Some.Approved().AttachReplay(Some.Hash, "ada", Some.Start).Change.Approvals, Is.Empty);
        Assert.That(Some.Refusal(() => Some.In(ChangePhase.Canary).Edit("ada", "", Some.Start, Some.Content(), RolloutPlan.Default, 1)).Message, Does.Contain("write a new one"));
    }

    [TestCase(0, false)]
    [TestCase(1, true)]
    [TestCase(2, false)]
    public void It_starts_only_on_the_version_on_which_it_was_written(long current, bool starts)
    {
        var change = Some.Approved();
        if (starts)
        {
            Assert.That(change.Start("ada", "", Some.Start, current, Some.Devices(), []).Change.State.IsUnderWay);
        }
        else
        {
            Assert.That(Some.Refusal(() => change.Start("ada", "", Some.Start, current, Some.Devices(), [])).Refusal.Code, Is.EqualTo("baseMoved"));
        }
    }

    [Test]
    public void A_person_who_stops_or_lets_pass_says_why()
    {
        Assert.That(Some.Refusal(() => Some.In(ChangePhase.Canary).Happened(ChangeEvent.AbortAsked, "eve", " ", Some.Start)).Refusal.Code, Is.EqualTo("reasonMissing"));
        Assert.That(Some.Refusal(() => Some.In(ChangePhase.Canary).Happened(ChangeEvent.PassedByHand, "eve", "", Some.Start)).Refusal.Code, Is.EqualTo("reasonMissing"));
    }

    [Test]
    public void What_happened_in_a_stage_is_forgotten_in_the_next()
    {
        var canary = Some.In(ChangePhase.Canary).On(ChangeEvent.WaveConverged, Some.Hours(1)).On(ChangeEvent.GateUndecided, Some.Hours(2)).On(ChangeEvent.PassedByHand, Some.Hours(3));
        Assert.That((canary.ConvergedAt, canary.IsAsked, canary.IsPassedByHand), Is.EqualTo(((DateTimeOffset?)Some.Hours(1), true, true)));
        var wave = canary.On(ChangeEvent.GatePassed, Some.Hours(4));
        Assert.That((wave.StageSince, wave.ConvergedAt, wave.IsAsked, wave.IsPassedByHand), Is.EqualTo((Some.Hours(4), (DateTimeOffset?)null, false, false)));
    }

    [Test]
    public void It_holds_its_devices_until_all_is_taken_back()
    {
        var change = Some.In(ChangePhase.RolledBack);
        Assert.That((Some.In(ChangePhase.Approved).HoldsDevices, Some.In(ChangePhase.Canary).HoldsDevices, Some.In(ChangePhase.Done).HoldsDevices), Is.EqualTo((false, true, false)));
        Assert.That((change.HoldsDevices, change.On(ChangeEvent.RollbackFinished).HoldsDevices), Is.EqualTo((true, false)));
        Assert.That(Some.Draft().On(ChangeEvent.AbortAsked).HoldsDevices, Is.False);
    }

    [TestCase("", "t", "changeIdInvalid")]
    [TestCase("C1", "t", "changeIdInvalid")]
    [TestCase("c1", " ", "titleMissing")]
    public void A_draft_that_makes_no_sense_is_refused(string id, string title, string code) => Assert.That(
        Some.Refusal(() => Change.Draft(id, title, "ada", Some.Start, "limits", 1, Some.Content(), RolloutPlan.Default)).Refusal.Code, Is.EqualTo(code));

    [Test]
    public void Content_is_checked_as_that_of_a_configuration()
    {
        Assert.That(
            Some.Refusal(() => Change.Draft("c1", "t", "ada", Some.Start, "limits", 1, new Dictionary<string, JsonNode?>(), RolloutPlan.Default)).Refusal.Code,
            Is.EqualTo("contentEmpty"));
        Assert.Throws<TwinException>(() => Change.Draft(
            "c1", "t", "ada", Some.Start, "limits", 1, new Dictionary<string, JsonNode?> { ["properties.reported.x"] = 1 }, RolloutPlan.Default));
    }

    [TestCase(63, false)]
    [TestCase(64, true)]
    [TestCase(65, false)]
    public void The_evidence_is_a_hash(int digits, bool taken)
    {
        var hash = new string('0', digits);
        if (taken)
        {
            Assert.That(Some.Draft().AttachReplay(hash, "ada", Some.Start).Change.Evidence, Is.EqualTo(hash));
        }
        else
        {
            Assert.That(Some.Refusal(() => Some.Draft().AttachReplay(hash, "ada", Some.Start)).Refusal.Code, Is.EqualTo("evidenceInvalid"));
        }
    }

    [Test]
    public void Two_changes_of_one_configuration_are_refused_and_of_one_path_on_one_device_serialised()
    {
        var running = Some.In(ChangePhase.Canary);
        var same = Some.Approved() with { Id = "c2" };
        var paths = same with { ConfigurationId = "others" };
        Assert.That(Start(same, "n9").Refusal.Code, Is.EqualTo("sameConfiguration"));
        var refusal = Start(paths, "n1");
        Assert.That((refusal.Refusal.Code, refusal.Error.HttpStatus), Is.EqualTo(("samePaths", 409)));
        Assert.That(refusal.Message, Does.Contain("\"c1\" (Another limit) is canary and sets detection.velocityLimitUmPerSecond on 1 of the same devices"));
        Assert.That(paths.Start("ada", "", Some.Start, 1, Some.Devices("n9"), [(running, Some.Devices("n1"))]).Change.State.IsUnderWay);

        RolloutException Start(Change change, string device) =>
            Some.Refusal(() => change.Start("ada", "", Some.Start, 1, Some.Devices(device), [(running, Some.Devices("n1"))]));
    }

    [TestCase("detection.velocityLimitUmPerSecond", OverlapKind.Serialise)]
    [TestCase("detection.velocityLimitUmPerSecond.inner", OverlapKind.Serialise)]
    [TestCase("detection", OverlapKind.Serialise)]
    [TestCase("detection.velocityLimit", OverlapKind.None)]
    [TestCase("detection.velocityHysteresisPercent", OverlapKind.None)]
    public void Paths_meet_where_one_is_the_other_or_above_it(string path, OverlapKind kind)
    {
        var later = Some.Draft(id: "c2", configuration: "others", path: path);
        Assert.That(Overlap.Between(later, Some.Devices("n1", "n2"), Some.In(ChangePhase.Canary), Some.Devices("n1", "n2", "n3")) is var overlap && overlap.Kind == kind);
        Assert.That((overlap.Devices > 0, overlap.Explanation.Length > 0), Is.EqualTo((kind != OverlapKind.None, kind != OverlapKind.None)));
    }
}
