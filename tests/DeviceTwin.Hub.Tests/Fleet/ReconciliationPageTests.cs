using DeviceTwin.Twins.Reconciliation;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>The page about reconciliation has the table that the code follows.</summary>
public sealed class ReconciliationPageTests
{
    [Test]
    public void The_table_of_the_page_is_the_table_of_the_code()
    {
        var rows = ReconciliationTable.AllEvents.Select(happened => $"| {happened} | {string.Join(" | ", ReconciliationTable.AllStates.Select(state => Cell(ReconciliationTable.Standard.Next(state, happened))))} |");
        GeneratedTable.Check("cloud/RECONCILIATION.md", "table", [$"| Event | {string.Join(" | ", ReconciliationTable.AllStates)} |", "|---|" + string.Concat(Enumerable.Repeat("---|", ReconciliationTable.AllStates.Count)), .. rows]);
    }

    private static string Cell((DeviceTwin.Twins.ConvergenceState State, ReconciliationActions Actions) cell) =>
        cell.Actions == ReconciliationActions.None ? cell.State.ToString() : $"{cell.State}; {cell.Actions}";
}
