using DeviceTwin.SensorNode.Twin;
using static DeviceTwin.SensorNode.Twin.TwinAction;
using static DeviceTwin.SensorNode.Twin.TwinEvent;
using static DeviceTwin.SensorNode.Twin.TwinState;

namespace DeviceTwin.Tests.SensorNode.Portable.Twin;

/// <summary>Every cell of the table, said in words; and what must hold of any such table.</summary>
public sealed class TwinTableTests
{
    private static readonly Dictionary<(TwinState, TwinEvent), (TwinState, TwinAction)> Expected = new()
    {
        [(Offline, Connected)] = (Reading, Read),
        [(Reading, Connected)] = (Reading, Read),
        [(Reading, Disconnected)] = (Offline, Forget),
        [(Reading, TwinArrived)] = (Current, ApplyTwin),
        [(Reading, ReadFailed)] = (ReadPause, Pause),
        [(Reading, PatchNext)] = (Reading, NotePatch),
        [(Reading, PatchOld)] = (Reading, NotePatch),
        [(Reading, PatchGap)] = (Reading, NotePatch),
        [(ReadPause, Connected)] = (Reading, Read),
        [(ReadPause, Disconnected)] = (Offline, Forget),
        [(ReadPause, TwinArrived)] = (Current, ApplyTwin),
        [(ReadPause, PatchNext)] = (ReadPause, NotePatch),
        [(ReadPause, PatchOld)] = (ReadPause, NotePatch),
        [(ReadPause, PatchGap)] = (ReadPause, NotePatch),
        [(ReadPause, TimeIsUp)] = (Reading, Read),
        [(Current, Connected)] = (Reading, Read),
        [(Current, Disconnected)] = (Offline, Forget),
        [(Current, PatchNext)] = (Current, ApplyPatch),
        [(Current, PatchGap)] = (Reading, Read),
        [(Current, ReportDue)] = (Reporting, Report),
        [(Current, TimeIsUp)] = (Reading, Read),
        [(Reporting, Connected)] = (Reading, Read),
        [(Reporting, Disconnected)] = (Offline, Forget),
        [(Reporting, PatchNext)] = (Reporting, ApplyPatch),
        [(Reporting, PatchGap)] = (Reading, Read),
        [(Reporting, ReportAccepted)] = (Current, Confirm),
        [(Reporting, ReportFailed)] = (ReportPause, Pause),
        [(ReportPause, Connected)] = (Reading, Read),
        [(ReportPause, Disconnected)] = (Offline, Forget),
        [(ReportPause, PatchNext)] = (ReportPause, ApplyPatch),
        [(ReportPause, PatchGap)] = (Reading, Read),
        [(ReportPause, ReportAccepted)] = (Current, Confirm),
        [(ReportPause, TimeIsUp)] = (Reporting, Report),
    };

    public static IEnumerable<TestCaseData> Cells() =>
        from state in Enum.GetValues<TwinState>()
        from happened in Enum.GetValues<TwinEvent>()
        select new TestCaseData(state, happened);

    [TestCaseSource(nameof(Cells))]
    public void EveryCell(TwinState state, TwinEvent happened)
    {
        (TwinState next, TwinAction action) = Expected.GetValueOrDefault((state, happened), (state, None));
        Assert.That(TwinTable.Next(state, happened), Is.EqualTo(next));
        Assert.That(TwinTable.Action(state, happened), Is.EqualTo(action));
    }

    [Test]
    public void TheTableCoversEveryStateAndEvent()
    {
        Assert.That(Enum.GetValues<TwinState>(), Has.Length.EqualTo(TwinTable.States));
        Assert.That(Enum.GetValues<TwinEvent>(), Has.Length.EqualTo(TwinTable.Events));
    }

    [TestCaseSource(nameof(Cells))]
    public void NothingIsSentWithoutAConnection(TwinState state, TwinEvent happened)
    {
        if (TwinTable.Next(state, happened) == Offline)
        {
            Assert.That(TwinTable.Action(state, happened), Is.AnyOf(None, Forget));
        }
    }

    [TestCaseSource(nameof(Cells))]
    public void PatchesAreAppliedOnlyOnTopOfAReadTwin(TwinState state, TwinEvent happened)
    {
        if (TwinTable.Action(state, happened) == ApplyPatch)
        {
            Assert.That(state, Is.AnyOf(Current, Reporting, ReportPause));
            Assert.That(happened, Is.EqualTo(PatchNext));
        }
    }

    [Test]
    public void FromEveryStateAConnectionLeadsToCurrent()
    {
        foreach (TwinState state in Enum.GetValues<TwinState>())
        {
            TwinState next = TwinTable.Next(TwinTable.Next(state, Connected), TwinArrived);
            Assert.That(next, Is.EqualTo(Current), $"from {state}");
        }
    }
}
