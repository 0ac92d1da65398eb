using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.Tests.SensorNode.Portable.Twin;

/// <summary>
/// Every state that the table, a hub and a bad network can come into: nothing old is applied over something new, nothing is taken for told
/// that the hub does not know, and from everywhere node and hub come to agree. A table with any other cell fails, or the cell does not matter.
/// </summary>
public sealed class TwinTableExplorationTests
{
    private static (TwinState Next, TwinAction Action) Table(TwinState state, TwinEvent happened) =>
        (TwinTable.Next(state, happened), TwinTable.Action(state, happened));

    [Test]
    public void EveryReachableStateIsSafeAndLeadsToAgreement()
    {
        var explorer = new TwinTableExplorer(Table, versions: 4, messages: 3);
        Assert.That(explorer.Explore(), Is.Null);
        TestContext.Out.WriteLine($"{explorer.Visited} states, {explorer.Used.Count} of {TwinTable.States * TwinTable.Events} cells used");
        Assert.That(explorer.Visited, Is.GreaterThan(10_000));
    }

    /// <summary>
    /// Cells that might as well be otherwise: noting a patch where no twin is awaited, or one that is old already, is forgotten with the next
    /// reading; without a connection there is nothing to forget; and whoever reads the twin where it would do to note, to confirm or to report
    /// again, costs a message and gets there, too.
    /// </summary>
    private static bool IsNoDifference(TwinState state, TwinEvent happened, TwinState next, TwinAction action)
    {
        bool isSame = next == TwinTable.Next(state, happened);
        bool notes = action is TwinAction.None or TwinAction.NotePatch && TwinTable.Action(state, happened) is TwinAction.None or TwinAction.NotePatch;
        bool reads = (next, action) == (TwinState.Reading, TwinAction.Read);
        return (state, happened) switch
        {
            (TwinState.Offline, TwinEvent.Disconnected) => isSame && (notes || action == TwinAction.Forget),
            (TwinState.ReadPause, TwinEvent.ReadFailed) or (TwinState.ReportPause, TwinEvent.ReportFailed) => isSame && notes,
            (_, TwinEvent.PatchOld) => isSame && notes,
            (TwinState.Reading or TwinState.ReadPause, TwinEvent.PatchGap) => reads,
            (TwinState.ReportPause, TwinEvent.ReportAccepted or TwinEvent.TimeIsUp) => reads,
            _ => false,
        };
    }

    [Test]
    public void ATableWithAnotherCellIsFound()
    {
        var original = new TwinTableExplorer(Table, versions: 3, messages: 2);
        Assert.That(original.Explore(), Is.Null);
        int killed = 0;
        var survivors = new List<string>();
        foreach ((TwinState state, TwinEvent happened) in original.Used)
        {
            foreach (TwinState next in Enum.GetValues<TwinState>())
            {
                foreach (TwinAction action in Enum.GetValues<TwinAction>())
                {
                    if (Table(state, happened) == (next, action) || IsNoDifference(state, happened, next, action))
                    {
                        continue;
                    }

                    var mutant = new TwinTableExplorer((s, e) => (s, e) == (state, happened) ? (next, action) : Table(s, e), versions: 3, messages: 2);
                    if (mutant.Explore() is null)
                    {
                        survivors.Add($"{state} {happened}: {Table(state, happened)} -> ({next}, {action})");
                    }
                    else
                    {
                        killed++;
                    }
                }
            }
        }

        TestContext.Out.WriteLine($"{killed} mutants killed in {original.Visited} states");
        Assert.That(survivors, Is.Empty);
        Assert.That(killed, Is.GreaterThan(2000));
    }
}
