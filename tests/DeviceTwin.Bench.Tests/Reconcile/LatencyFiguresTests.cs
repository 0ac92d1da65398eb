using DeviceTwin.Bench.Reconcile;

namespace DeviceTwin.Tests.Bench.Reconcile;

/// <summary>What is printed of how long a change takes, over a hub in its own process. How long that is, nobody asserts here.</summary>
public sealed class LatencyFiguresTests
{
    [Test]
    public async Task Every_change_is_in_sync_in_the_end_and_the_hub_says_the_same_as_its_devices()
    {
        var figures = await LatencyFigures.Measure(devices: 4, edits: 2, seed: 1, TimeProvider.System);

        Assert.That(figures.Wrong, Is.Empty);
        Assert.That((figures.Devices, figures.Edits), Is.EqualTo((4, 2)));
        foreach (var spread in new[] { figures.Change, figures.HubSays, figures.Report, figures.Patch, figures.OneReport })
        {
            Assert.That(spread.P50, Is.Positive.And.LessThanOrEqualTo(spread.P99), figures.ToString());
        }
    }

    [Test]
    public void The_figures_have_the_names_that_others_read()
    {
        var figures = ReconcileVerb.Of(new LatencyFigures(300, 15, new Spread(40, 90), new Spread(30, 80), new Spread(20, 60), new Spread(3, 9), new Spread(1, 2), []));
        Assert.That(figures.Select(figure => (figure.Key, figure.Value)), Is.EqualTo(new[]
        {
            ("changeDevices", 300d), ("changeEdits", 15), ("changeToInSyncP50Ms", 40), ("changeToInSyncP99Ms", 90), ("hubInSyncAfterP50Ms", 30), ("hubInSyncAfterP99Ms", 80),
            ("reportP50Ms", 20), ("reportP99Ms", 60), ("changeTimesReport", 2), ("patchToInSyncP50Ms", 3), ("patchToInSyncP99Ms", 9), ("oneReportP50Ms", 1), ("patchTimesReport", 3),
        }));
    }

    [TestCase(1, 1, 1)]
    [TestCase(2, 1, 2)]
    [TestCase(99, 50, 99)]
    [TestCase(100, 50, 99)]
    [TestCase(101, 51, 100)]
    [TestCase(200, 100, 198)]
    public void A_percentile_is_the_smallest_value_that_so_many_do_not_exceed(int count, double half, double ninetyNine) =>
        Assert.That(Spread.Of(Enumerable.Range(1, count).Reverse().Select(number => (double)number)), Is.EqualTo(new Spread(half, ninetyNine)));
}
