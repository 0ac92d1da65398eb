using DeviceTwin.Bench;
using DeviceTwin.Bench.Reconcile;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Reconciliation;

namespace DeviceTwin.Tests.Bench.Reconcile;

/// <summary>Reconciliation, explored until there is no new state; and that the exploration would notice if it were otherwise.</summary>
public sealed class ExplorationTests
{
    private static readonly Lazy<IReadOnlyList<Exploration>> Whole = new(() => [.. Scope.Whole.AsParallel().AsOrdered().Select(scope => Explorer.Explore(scope))]);

    [Test]
    public void Every_state_that_can_be_reached_leads_to_agreement_and_none_lies()
    {
        foreach (var found in Whole.Value)
        {
            TestContext.Out.WriteLine($"{found.Scope}: {found.States:N0} states, at most {found.Messages} messages until they agree");
            Assert.That(found.Violation, Is.Null, () => $"{found.Scope}:\n{string.Join('\n', found.Violation!)}");
        }

        Assert.That(Whole.Value.Sum(found => found.States), Is.GreaterThan(1_000_000));
    }

    [Test]
    public void Every_table_with_one_cell_that_is_otherwise_is_told_from_the_one_that_holds()
    {
        var verdicts = Mutants.Try(Mutants.All());
        Assert.That(verdicts.Where(verdict => verdict is { Killed: null, Excluded: null }).Select(verdict => verdict.Mutant.ToString()), Is.Empty);
        Assert.That(verdicts.Count(verdict => verdict.Killed is not null), Is.GreaterThan(200));
    }

    /// <summary>A cell is left aside as never asked for only where the whole exploration does not ask for it either.</summary>
    [Test]
    public void What_the_mutants_are_tried_in_asks_for_all_that_the_whole_asks_for()
    {
        var asked = Scope.Small.SelectMany(scope => Explorer.Explore(scope).Used).ToHashSet();
        Assert.That(Whole.Value.SelectMany(found => found.Used).Distinct().Where(cell => !asked.Contains(cell)), Is.Empty);
    }

    [Test]
    public void A_violation_is_told_as_the_shortest_way_there()
    {
        var mutant = new Mutant(ConvergenceState.Pending, PathEvent.AcknowledgedEarlier, ConvergenceState.InSync, ReconciliationActions.None);
        var verdict = Mutants.Try([mutant]).Single();
        Assert.That(verdict.Killed!.Last(), Does.Contain("a is InSync").Or.Contain("a is in sync"));
        Assert.That(verdict.Killed!, Has.Count.LessThan(12));
        Assert.That(verdict.Killed!.First(), Is.EqualTo("the first editor writes a: version 2"));
    }

    [Test]
    public void Walks_beyond_the_exploration_find_nothing()
    {
        var (code, output, error) = VerbsTests.Run("soak", "reconcile", "--seed", "5", "--rounds", "300");
        Assert.That(code, Is.EqualTo(Verbs.Done), error);
        Assert.That(output, Does.Contain("300 walks").And.Contain("0 violations"));
    }
}
