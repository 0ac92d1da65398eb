using DeviceTwin.Twins.Rollouts;
using static DeviceTwin.Twins.Rollouts.ChangeActions;
using static DeviceTwin.Twins.Rollouts.ChangePhase;

namespace DeviceTwin.Tests.Twins.Rollouts;

/// <summary>The table of changes, every cell of it: what is not listed here is refused.</summary>
public sealed class ChangeTableTests
{
    private static readonly Dictionary<(ChangePhase, ChangeEvent), (ChangePhase, ChangeActions)> Table = new()
    {
        [(Draft, ChangeEvent.Edited)] = (Draft, None),
        [(Draft, ChangeEvent.ReplayAttached)] = (Replayed, None),
        [(Draft, ChangeEvent.AbortAsked)] = (Aborted, Report),
        [(Draft, ChangeEvent.HubRestarted)] = (Draft, None),
        [(Replayed, ChangeEvent.Edited)] = (Draft, None),
        [(Replayed, ChangeEvent.ReplayAttached)] = (Replayed, None),
        [(Replayed, ChangeEvent.ApprovedInPart)] = (Replayed, None),
        [(Replayed, ChangeEvent.ApprovedInFull)] = (Approved, None),
        [(Replayed, ChangeEvent.AbortAsked)] = (Aborted, Report),
        [(Replayed, ChangeEvent.HubRestarted)] = (Replayed, None),
        [(Approved, ChangeEvent.Edited)] = (Draft, None),
        [(Approved, ChangeEvent.ReplayAttached)] = (Replayed, None),
        [(Approved, ChangeEvent.StartedWithShadow)] = (Shadow, AdmitShadow),
        [(Approved, ChangeEvent.StartedWithoutShadow)] = (Canary, AdmitCanary),
        [(Approved, ChangeEvent.AbortAsked)] = (Aborted, Report),
        [(Approved, ChangeEvent.HubRestarted)] = (Approved, None),
        [(Shadow, ChangeEvent.WaveConverged)] = (Shadow, BeginSample),
        [(Shadow, ChangeEvent.ShadowElapsed)] = (Canary, EndShadow | AdmitCanary),
        [(Shadow, ChangeEvent.GateFailed)] = (RolledBack, Rollback | Report),
        [(Shadow, ChangeEvent.DeviceRejected)] = (RolledBack, Rollback | Report),
        [(Shadow, ChangeEvent.AbortAsked)] = (Aborted, Rollback | Report),
        [(Shadow, ChangeEvent.HubRestarted)] = (Shadow, AdmitShadow),
        [(Canary, ChangeEvent.WaveConverged)] = (Canary, BeginSample),
        [(Canary, ChangeEvent.GatePassed)] = (Wave, AdmitWave),
        [(Canary, ChangeEvent.GateFailed)] = (RolledBack, Rollback | Report),
        [(Canary, ChangeEvent.GateUndecided)] = (Canary, AskPerson),
        [(Canary, ChangeEvent.PassedByHand)] = (Canary, None),
        [(Canary, ChangeEvent.AllDone)] = (Done, Complete | Report),
        [(Canary, ChangeEvent.DeviceRejected)] = (RolledBack, Rollback | Report),
        [(Canary, ChangeEvent.AbortAsked)] = (Aborted, Rollback | Report),
        [(Canary, ChangeEvent.HubRestarted)] = (Canary, EndShadow | AdmitCanary),
        [(Wave, ChangeEvent.WaveConverged)] = (Wave, BeginSample),
        [(Wave, ChangeEvent.GatePassed)] = (Wave, AdmitWave),
        [(Wave, ChangeEvent.GateFailed)] = (RolledBack, Rollback | Report),
        [(Wave, ChangeEvent.GateUndecided)] = (Wave, AskPerson),
        [(Wave, ChangeEvent.PassedByHand)] = (Wave, None),
        [(Wave, ChangeEvent.AllDone)] = (Done, Complete | Report),
        [(Wave, ChangeEvent.DeviceRejected)] = (RolledBack, Rollback | Report),
        [(Wave, ChangeEvent.AbortAsked)] = (Aborted, Rollback | Report),
        [(Wave, ChangeEvent.HubRestarted)] = (Wave, AdmitCanary | AdmitWave),
        [(Done, ChangeEvent.HubRestarted)] = (Done, Complete | Report),
        [(RolledBack, ChangeEvent.RollbackFinished)] = (RolledBack, Report),
        [(RolledBack, ChangeEvent.HubRestarted)] = (RolledBack, Rollback | Report),
        [(Aborted, ChangeEvent.RollbackFinished)] = (Aborted, Report),
        [(Aborted, ChangeEvent.HubRestarted)] = (Aborted, Rollback | Report),
    };

    [Test]
    public void Every_cell_is_as_listed_and_every_other_is_refused()
    {
        foreach (var phase in Enum.GetValues<ChangePhase>())
        {
            foreach (var happened in Enum.GetValues<ChangeEvent>())
            {
                (ChangePhase, ChangeActions)? listed = Table.TryGetValue((phase, happened), out var cell) ? cell : null;
                Assert.That(ChangeTable.Next(phase, happened), Is.EqualTo(listed), $"{phase}, {happened}");
                var change = Some.In(phase);
                if (listed is null)
                {
                    Assert.That(Some.Refusal(() => change.On(happened)).Refusal.Code, Is.EqualTo("stepNotPossible"), $"{phase}, {happened}");
                }
                else
                {
                    Assert.That(change.Happened(happened, "eve", "because", Some.Start).Change.State.Phase, Is.EqualTo(cell.Item1), $"{phase}, {happened}");
                }
            }
        }
    }

    [Test]
    public void Whoever_has_ended_never_admits_anybody_again()
    {
        const ChangeActions Admitting = AdmitShadow | AdmitCanary | AdmitWave;
        foreach (var ((phase, happened), (next, actions)) in Table)
        {
            if (phase is Done or RolledBack or Aborted)
            {
                Assert.That((next, actions & Admitting), Is.EqualTo((phase, None)), $"{phase}, {happened}");
            }
        }
    }

    [Test]
    public void Nothing_is_admitted_before_a_replay_and_an_approval()
    {
        foreach (var ((phase, happened), (next, actions)) in Table)
        {
            if (phase is Draft or Replayed)
            {
                Assert.That((next is Draft or Replayed or Approved or Aborted, actions & ~Report), Is.EqualTo((true, None)), $"{phase}, {happened}");
            }
        }
    }

    [Test]
    public void Every_stage_under_way_can_be_stopped_by_a_person_a_gate_and_a_device() =>
        Assert.That(
            from phase in new[] { Shadow, Canary, Wave }
            from happened in new[] { ChangeEvent.AbortAsked, ChangeEvent.GateFailed, ChangeEvent.DeviceRejected }
            select ChangeTable.Next(phase, happened)!.Value.Actions,
            Has.All.EqualTo(Rollback | Report));
}
