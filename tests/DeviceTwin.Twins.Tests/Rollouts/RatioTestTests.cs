using DeviceTwin.Twins.Rollouts;

namespace DeviceTwin.Tests.Twins.Rollouts;

/// <summary>The sequential comparison: when it counts what, and that it keeps its word however often one looks.</summary>
public sealed class RatioTestTests
{
    private static readonly TimeSpan Window = TimeSpan.FromDays(1);

    /// <summary>
    /// Every order in which six nodes can come to their alarms, with its exact probability where the change multiplies the rate by the tolerated
    /// ratio: the evidence is ever beyond 1/e in a share of at most e (Ville's inequality), for every e.
    /// </summary>
    [TestCase(1.0)]
    [TestCase(1.25)]
    public void Where_there_is_no_harm_the_evidence_is_ever_beyond_x_in_at_most_one_of_x(double tolerated)
    {
        double[] weights = [1, 2, 1, 3, 1, 2];
        var members = weights.Select((weight, index) => Member($"n{index}", treated: index < 2, windows: 1_000_000, with: (int)(weight * 10_000))).ToArray();
        var outcomes = new List<(double Evidence, double Probability)>();
        Extend([], 1);

        Assert.That(outcomes.Sum(outcome => outcome.Probability), Is.EqualTo(1).Within(1e-9));
        foreach (var x in new[] { 1.5, 2, 3, 5, 10, 20 })
        {
            Assert.That(outcomes.Where(outcome => outcome.Evidence >= x).Sum(outcome => outcome.Probability), Is.LessThanOrEqualTo(1 / x), $"beyond {x}");
        }

        void Extend(int[] order, double probability)
        {
            if (order.Length == weights.Length)
            {
                var evidence = Compare(members, order.Select((node, index) => Fact($"n{node}", 0.1 + (index * 0.1))), tolerated);
                outcomes.Add((evidence.Harm, probability));
                return;
            }

            var left = Enumerable.Range(0, weights.Length).Except(order).ToArray();
            var sum = left.Sum(Rate);
            foreach (var node in left)
            {
                Extend([.. order, node], probability * Rate(node) / sum);
            }
        }

        double Rate(int node) => weights[node] * (node < 2 ? tolerated : 1);
    }

    [TestCase(0.9, 1)]
    [TestCase(0.999, 1)]
    [TestCase(1.0, 2)]
    [TestCase(1.1, 2)]
    public void A_node_counts_once_in_a_window(double second, int counted) => Assert.That(
        Compare([Member("a", true), Member("b", false)], [Fact("a", 0.5), Fact("a", second)]).Treated, Is.EqualTo(counted));

    [TestCase(2, 2)]
    [TestCase(3, 3)]
    [TestCase(4, 3)]
    public void A_node_counts_three_times_in_all(int windows, int counted) => Assert.That(
        Compare([Member("a", true), Member("b", false)], Enumerable.Range(0, windows).Select(window => Fact("a", window + 0.5))).Treated, Is.EqualTo(counted));

    [Test]
    public void An_alarm_that_was_due_anyway_is_no_evidence()
    {
        RatioMember[] quiet = [Member("a", true, 14, 0), .. Others(0)];
        RatioMember[] noisy = [Member("a", true, 14, 14), .. Others(0)];
        RatioFact[] facts = [Fact("a", 0.5), Fact("a", 1.5), Fact("a", 2.5)];
        Assert.That(Compare(noisy, facts).Harm, Is.LessThan(Compare(quiet, facts).Harm / 3));
    }

    [Test]
    public void Without_any_past_all_are_taken_as_alike() => Assert.That(
        Compare([Member("a", true, 0, 0), Member("b", false, 0, 0), Member("c", false, 0, 0), Member("d", false, 0, 0)], [Fact("a", 0.5)]).ExpectedTreated,
        Is.EqualTo(0.25).Within(1e-12));

    [Test]
    public void Who_is_away_is_not_expected_and_who_returns_is()
    {
        RatioMember[] members = [Member("a", true), Member("b", false), Member("c", false)];
        RatioFact away = new(At(0.1), "b", Counts: false, Leaves: true);
        RatioFact back = new(At(0.2), "b", Counts: false, Returns: true);
        Assert.That(Compare(members, [away, Fact("a", 0.5)]).ExpectedTreated, Is.EqualTo(0.5).Within(1e-9));
        Assert.That(Compare(members, [away, back, Fact("a", 0.5)]).ExpectedTreated, Is.EqualTo(1 / 3.0).Within(1e-9));
        Assert.That(Compare(members, [away, Fact("b", 0.5)]), Has.Property("Control").EqualTo(0));
    }

    [TestCase(0.4, 0, 1)]
    [TestCase(0.5, 0, 0)]
    [TestCase(0.6, 0, 0)]
    [TestCase(0.7, 1, 0)]
    [TestCase(0.8, 1, 0)]
    public void Between_sending_and_acknowledgement_a_node_is_in_neither_group(double at, int treated, int control)
    {
        var between = Member("a", false) with { LeavesControl = At(0.5), Treated = At(0.7) };
        var evidence = Compare([between, Member("b", false), Member("c", true)], [Fact("a", at)]);
        Assert.That((evidence.Treated, evidence.Control), Is.EqualTo((treated, control)));
    }

    [Test]
    public void What_befalls_one_line_befalls_both_groups_there()
    {
        // Line 1 has two of three nodes in the canary, and all that rings is on line 1.
        RatioMember[] Plant(int block) =>
        [
            Member("a", true) with { Block = block }, Member("b", true) with { Block = block }, Member("c", false) with { Block = block },
            .. Enumerable.Range(0, 12).Select(index => Member($"o{index}", false)),
        ];
        RatioFact[] facts = [Fact("a", 0.5), Fact("b", 0.6), Fact("c", 0.7)];
        Assert.That(Compare(Plant(1), facts).Harm, Is.LessThan(2));
        Assert.That(Compare(Plant(0), facts).Harm, Is.GreaterThan(5));
    }

    [Test]
    public void Both_groups_together_are_no_harm_and_one_alone_is()
    {
        RatioMember[] members = [.. Enumerable.Range(0, 40).Select(index => Member($"n{index:00}", index % 4 == 0))];
        var all = Compare(members, members.Select((member, index) => Fact(member.Id, 0.01 * (index + 1))));
        var canary = Compare(members, members.Where(member => member.Treated is not null).Select((member, index) => Fact(member.Id, 0.01 * (index + 1))));
        Assert.That((all.HarmShownAt, all.Ratio), Is.EqualTo(((DateTimeOffset?)null, 1.0)).Using<double>((left, right) => Math.Abs(left - right) < 0.2));
        Assert.That(canary.HarmShownAt, Is.EqualTo(At(0.05)));
    }

    [Test]
    public void The_same_facts_give_the_same_evidence_whatever_the_order_of_the_members()
    {
        RatioMember[] members = [.. Enumerable.Range(0, 20).Select(index => Member($"n{index:00}", index % 4 == 0, 14, index % 5))];
        RatioFact[] facts = [.. Enumerable.Range(0, 20).Select(index => Fact($"n{index * 7 % 20:00}", 0.1 * index))];
        Assert.That(Compare([.. members.Reverse()], facts).Harm, Is.EqualTo(Compare(members, facts).Harm).Within(1e-9));
    }

    private static RatioMember Member(string id, bool treated, int windows = 14, int with = 2) =>
        new(id, 0, windows, with, treated ? Some.Start : null, treated ? Some.Start : null);

    private static IEnumerable<RatioMember> Others(int with) => Enumerable.Range(0, 6).Select(index => Member($"o{index}", false, 14, with + 2));

    private static DateTimeOffset At(double windows) => Some.Start + (Window * windows);

    private static RatioFact Fact(string id, double windows) => new(At(windows), id, Counts: true);

    private static RatioEvidence Compare(IReadOnlyList<RatioMember> members, IEnumerable<RatioFact> facts, double tolerated = 1.25) =>
        RatioTest.Compare(members, facts, Some.Start, Window, tolerated, 2, 0.02);
}
