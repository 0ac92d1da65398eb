using DeviceTwin.Twins;
using DeviceTwin.Twins.Reconciliation;
using static DeviceTwin.Twins.ConvergenceState;
using static DeviceTwin.Twins.Reconciliation.ReconciliationActions;

namespace DeviceTwin.Tests.Twins.Reconciliation;

/// <summary>The table of reconciliation, every cell of it.</summary>
public sealed class ReconciliationTableTests
{
    private static readonly ConvergenceState[] States = [Rejected, Drifted, Unknown, Pending, InSync];

    /// <summary>Per event: the states that follow on Rejected, Drifted, Unknown, Pending, InSync; and the actions in each.</summary>
    private static IEnumerable<TestCaseData> Table()
    {
        static TestCaseData Row(PathEvent happened, ConvergenceState[] next, params ReconciliationActions[] actions) =>
            new TestCaseData(happened, next, actions.Length == 1 ? Enumerable.Repeat(actions[0], 5).ToArray() : actions).SetName(happened.ToString());

        yield return Row(PathEvent.ConfigurationChanged, States, Plan);
        yield return Row(PathEvent.DesiredWritten, [Pending, Pending, Unknown, Pending, Pending], SendPatch | StartTimer);
        yield return Row(PathEvent.AcknowledgedEqual, [InSync, InSync, InSync, InSync, InSync], None);
        yield return Row(PathEvent.AcknowledgedDifferent, [Drifted, Drifted, Drifted, Drifted, Drifted], None);
        yield return Row(PathEvent.AcknowledgedInProgress, [Pending, Pending, Pending, Pending, Pending], StartTimer, StartTimer, None, None, StartTimer);
        yield return Row(PathEvent.AcknowledgedRefused, [Rejected, Rejected, Rejected, Rejected, Rejected], None);
        yield return Row(PathEvent.AcknowledgedEarlier, [Pending, Pending, Pending, Pending, Pending], StartTimer, StartTimer, None, None, StartTimer);
        yield return Row(PathEvent.ReportedEqual, [InSync, InSync, InSync, InSync, InSync], None);
        yield return Row(PathEvent.ReportedDifferent, [Pending, Drifted, Pending, Pending, Drifted], StartTimer, None, None, None, None);
        yield return Row(PathEvent.ReportedEarlier, [Pending, Pending, Pending, Pending, Pending], StartTimer, StartTimer, None, None, StartTimer);
        yield return Row(PathEvent.ReportedNothing, [Unknown, Unknown, Unknown, Unknown, Unknown], StartTimer, StartTimer, None, None, StartTimer);
        yield return Row(PathEvent.GapDetected, [Unknown, Unknown, Unknown, Unknown, Unknown], SendDocument | StartTimer);
        yield return Row(PathEvent.Connected, States, None, None, StartTimer, StartTimer, None);
        yield return Row(PathEvent.Disconnected, States, None);
        yield return Row(PathEvent.TimerElapsed, States, None, None, SendDocument | StartTimer, SendDocument | StartTimer, None);
    }

    [TestCaseSource(nameof(Table))]
    public void Row(PathEvent happened, ConvergenceState[] next, ReconciliationActions[] actions)
    {
        for (var index = 0; index < States.Length; index++)
        {
            Assert.That(ReconciliationTable.Standard.Next(States[index], happened), Is.EqualTo((next[index], actions[index])), $"in {States[index]}");
        }
    }

    [Test]
    public void Every_event_has_its_row() =>
        Assert.That(Table().Select(row => (PathEvent)row.Arguments[0]!), Is.EqualTo(Enum.GetValues<PathEvent>()));

    [Test]
    public void Only_a_report_of_the_desired_value_leads_to_InSync()
    {
        foreach (var happened in Enum.GetValues<PathEvent>())
        {
            foreach (var state in States.Where(state => state != InSync))
            {
                var leads = ReconciliationTable.Standard.Next(state, happened).State == InSync;
                Assert.That(leads, Is.EqualTo(happened is PathEvent.AcknowledgedEqual or PathEvent.ReportedEqual), $"{state}, {happened}");
            }
        }
    }
}
