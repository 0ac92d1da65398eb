using DeviceTwin.Tests.Hub;
using DeviceTwin.Twins.Rollouts;

namespace DeviceTwin.Tests.Twins.Rollouts;

/// <summary>The tables of cloud/ROLLOUTS.md are what drives the code.</summary>
public sealed class RolloutsPageTests
{
    private const string Page = "cloud/ROLLOUTS.md";

    [Test]
    public void The_transitions_of_the_page_are_those_of_the_table() => GeneratedTable.Check(Page, "transitions", RolloutTables.Transitions());

    [Test]
    public void The_plan_of_the_page_is_that_of_the_code() => GeneratedTable.Check(Page, "plan", RolloutTables.Plan());

    [Test]
    public void The_refusals_of_the_page_are_those_of_the_catalogue() => GeneratedTable.Check(Page, "refusals", RolloutTables.Refusals());
}
