using DeviceTwin.Dashboard.Fleet;
using DeviceTwin.Hub.Plant;
using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Hub.Plant;

/// <summary>Sums that are kept up to date say what a look at everything would say.</summary>
public sealed class RollUpTests
{
    [Test]
    public void Exchanging_nodes_in_any_order_says_what_counting_them_says()
    {
        var random = new Random(20261122);
        for (var round = 0; round < 200; round++)
        {
            var nodes = new NodeFacts?[random.Next(1, 8)];
            var sum = RollUp.Empty;
            for (var change = 0; change < 40; change++)
            {
                var index = random.Next(nodes.Length);
                sum = nodes[index] is { } before ? sum.Minus(before) : sum;
                nodes[index] = random.Next(4) == 0 ? null : Any(random);
                sum = nodes[index] is { } now ? sum.Plus(now) : sum;
                var present = nodes.OfType<NodeFacts>().ToArray();
                Assert.That(sum.Nodes, Is.EqualTo(present.Length));
                Assert.That(sum.Connected, Is.EqualTo(present.Count(node => node.Connected)));
                Assert.That(sum.Severity, Is.EqualTo(present.Select(node => node.Severity).DefaultIfEmpty(Severity.None).Max()));
                Assert.That(sum.Zone, Is.EqualTo(present.Select(node => node.Zone).Where(zone => zone is "A" or "B" or "C" or "D").Max()));
                Assert.That(sum.State, Is.EqualTo(present.Length == 0 ? null : present.Min(node => node.State)), "the first state is the worst");
                Assert.That((sum.Active, sum.Unacknowledged), Is.EqualTo((present.Sum(node => node.Active), present.Sum(node => node.Unacknowledged))));
            }
        }
    }

    private static NodeFacts Any(Random random) => new(
        random.GetItems([null, "normal", "outer", "hot", "notRunning", "refused", "brandNew"], 1)[0],
        random.GetItems([null, "A", "B", "C", "D", "refused"], 1)[0],
        random.GetItems(Enum.GetValues<ConvergenceState>(), 1)[0],
        random.Next(2) == 0,
        random.Next(3),
        random.Next(2));
}
