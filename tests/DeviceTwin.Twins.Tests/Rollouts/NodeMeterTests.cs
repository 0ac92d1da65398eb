using System.Collections.Immutable;
using DeviceTwin.Twins.Rollouts;

namespace DeviceTwin.Tests.Twins.Rollouts;

/// <summary>From what a node says to the facts that gates count.</summary>
public sealed class NodeMeterTests
{
    private static readonly NodeBaseline Baseline = new("n1", 14, ImmutableSortedDictionary<NodeFact, int>.Empty, 990, 50, 40000);

    [TestCase(940, false)]
    [TestCase(939, true)]
    [TestCase(938, true)]
    public void Coverage_below_the_node_s_own_by_more_than_the_limit(int coverage, bool low) =>
        Assert.That(Facts(reading => reading with { CoveragePermille = coverage }).Contains(NodeFact.LowCoverage), Is.EqualTo(low));

    [TestCase(59, false)]
    [TestCase(60, false)]
    [TestCase(61, true)]
    public void A_verdict_that_costs_a_fifth_more(int milliseconds, bool dear) =>
        Assert.That(Facts(reading => reading with { AnalysisMilliseconds = milliseconds }).Contains(NodeFact.DearAnalysis), Is.EqualTo(dear));

    [TestCase(23617, false)]
    [TestCase(23616, false)]
    [TestCase(23615, true)]
    public void Memory_below_the_node_s_lowest(int bytes, bool low) =>
        Assert.That(Facts(reading => reading with { HeapLowWaterBytes = bytes }).Contains(NodeFact.LowHeap), Is.EqualTo(low));

    [TestCase(15, 0)]
    [TestCase(16, 1)]
    [TestCase(17, 1)]
    public void One_bad_capture_is_none_and_what_lasts_is_said_once_in_a_window(int captures, int said) =>
        Assert.That(Facts(reading => reading with { CoveragePermille = 500 }, captures), Has.Length.EqualTo(said));

    [TestCase(1439, 1)]
    [TestCase(1440, 1)]
    [TestCase(1441, 2)]
    public void An_alarm_that_rings_on_is_said_again_in_the_next_window(int captures, int said) =>
        Assert.That(Facts(reading => reading with { RaisedAlarms = 1 }, captures), Has.Length.EqualTo(said));

    [TestCase("normal", false)]
    [TestCase("lastGood", false)]
    [TestCase("safeMode", true)]
    public void Safe_mode_is_what_the_node_calls_so(string mode, bool safe) =>
        Assert.That(Facts(reading => reading with { Mode = mode }).Contains(NodeFact.SafeMode), Is.EqualTo(safe));

    [TestCase(10, false)]
    [TestCase(11, false)]
    [TestCase(12, true)]
    public void A_node_is_silent_when_it_has_missed_more_than_ten_captures(int minutes, bool silent)
    {
        var meter = new NodeMeter(Baseline, RolloutPlan.Default, TimeSpan.FromMinutes(1));
        Assert.That(meter.CheckSilence(Some.Hours(9)), Is.Empty, "never heard of");
        meter.Add(new NodeReading("n1", Some.Start));
        Assert.That(meter.CheckSilence(Some.Start.AddMinutes(minutes)).Any(), Is.EqualTo(silent));
        Assert.That(meter.CheckSilence(Some.Start.AddMinutes(minutes)), Is.Empty, "said once");
        Assert.That(meter.Add(new NodeReading("n1", Some.Start.AddMinutes(minutes + 1), Sessions: 1)).Select(fact => fact.Fact),
            Is.EqualTo(silent ? new[] { NodeFact.Heard, NodeFact.Reconnected } : minutes == 11 ? [NodeFact.Silent, NodeFact.Heard, NodeFact.Reconnected] : [NodeFact.Reconnected]));
    }

    [TestCase(11, false)]
    [TestCase(12, true)]
    public void A_node_of_which_nothing_was_ever_heard_is_silent_once_it_was_expected(int minutes, bool silent)
    {
        var meter = new NodeMeter(Baseline, RolloutPlan.Default, TimeSpan.FromMinutes(1));
        meter.Expect(Some.Start);
        Assert.That(meter.CheckSilence(Some.Start.AddMinutes(minutes)).Any(), Is.EqualTo(silent));
    }

    [Test]
    public void A_baseline_is_what_the_same_meter_makes_of_the_past()
    {
        var plan = RolloutPlan.Default with { BaselineWindows = 4 };
        NodeReading[] readings =
        [
            .. Enumerable.Range(0, 4 * 24).Select(hour => new NodeReading(
                "n1", Some.Hours(hour), RaisedAlarms: hour is 3 or 4 or 30 ? 1 : 0, CoveragePermille: 980 + (hour % 2 * 10), HeapLowWaterBytes: 50000 - hour)),
        ];
        var baseline = NodeBaseline.Measure("n1", readings, Some.Hours(96), plan, TimeSpan.FromHours(1));
        Assert.That((baseline.Windows, baseline.CoveragePermille, baseline.AnalysisMilliseconds, baseline.HeapLowWaterBytes), Is.EqualTo((4, 985, (int?)null, 49905)));
        Assert.That(baseline.WindowsWith, Is.EqualTo(new Dictionary<NodeFact, int> { [NodeFact.Alarm] = 2 }));
        Assert.That(NodeBaseline.Measure("n1", readings[48..], Some.Hours(96), plan, TimeSpan.FromHours(1)).Windows, Is.EqualTo(2), "a node that is new");
        Assert.That(NodeBaseline.Measure("n1", [], Some.Hours(96), plan, TimeSpan.FromHours(1)).Windows, Is.Zero);
    }

    private static NodeFact[] Facts(Func<NodeReading, NodeReading> change, int captures = NodeMeter.Recent)
    {
        var meter = new NodeMeter(Baseline, RolloutPlan.Default, TimeSpan.FromMinutes(1));
        return [.. Enumerable.Range(0, captures).SelectMany(index => meter.Add(change(new NodeReading("n1", Some.Start.AddMinutes(index))))).Select(fact => fact.Fact)];
    }
}
