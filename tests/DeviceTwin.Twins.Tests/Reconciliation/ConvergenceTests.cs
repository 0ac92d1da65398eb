using DeviceTwin.Twins;
using DeviceTwin.Twins.Reconciliation;

namespace DeviceTwin.Tests.Twins.Reconciliation;

/// <summary>Where a path and a node stand, from what is desired and what the node reports.</summary>
public sealed class ConvergenceTests
{
    private const string Limit = "detection.velocityLimitUmPerSecond";

    private static TwinDocument Desired => Doc.Empty.Desire("""{"detection":{"velocityLimitUmPerSecond":4500}}""");

    private static PathConvergence Path(TwinDocument twin, string path = Limit) =>
        NodeReconciliation.From(twin).Describe(twin).Paths.Single(entry => entry.Path == path);

    private static TwinDocument Acknowledge(TwinDocument twin, string acknowledgement) =>
        twin.Report($$$"""{"detection":{"__t":"c","velocityLimitUmPerSecond":{{{acknowledgement}}}}}""");

    [Test]
    public void A_node_without_desired_properties_is_in_sync()
    {
        var node = NodeReconciliation.From(Doc.Empty).Describe(Doc.Empty);
        Assert.That((node.State, node.Paths.Count), Is.EqualTo((ConvergenceState.InSync, 0)));
    }

    [Test]
    public void A_path_never_reported_is_unknown()
    {
        var path = Path(Desired);
        Assert.That((path.State, path.Reason, path.DesiredVersion), Is.EqualTo((ConvergenceState.Unknown, "The node has never reported it.", 2L)));
    }

    [TestCase("""{"value":4500,"ac":200,"av":2}""", ConvergenceState.InSync)]
    [TestCase("""{"value":4500.0,"ac":200,"av":2}""", ConvergenceState.InSync, Description = "the same number")]
    [TestCase("""{"value":4500,"ac":200,"av":2,"ad":"ok"}""", ConvergenceState.InSync)]
    [TestCase("""{"value":7100,"ac":203,"av":0}""", ConvergenceState.Pending, Description = "the initial value covers nothing")]
    [TestCase("""{"value":4500,"ac":203,"av":0}""", ConvergenceState.Pending, Description = "equal by chance is not acknowledged")]
    [TestCase("""{"value":4500,"ac":200,"av":1}""", ConvergenceState.Pending)]
    [TestCase("""{"value":4500,"ac":200}""", ConvergenceState.Pending, Description = "no version covers nothing")]
    [TestCase("""{"value":4500,"ac":200,"av":"2"}""", ConvergenceState.Pending)]
    [TestCase("""{"value":7100,"ac":202,"av":2}""", ConvergenceState.Pending, Description = "in progress")]
    [TestCase("""{"value":4500,"ac":202,"av":2}""", ConvergenceState.Pending)]
    [TestCase("""{"value":7100,"ac":200,"av":2}""", ConvergenceState.Drifted)]
    [TestCase("""{"ac":200,"av":2}""", ConvergenceState.Drifted, Description = "done, but without the value")]
    [TestCase("""{"value":"4500","ac":200,"av":2}""", ConvergenceState.Drifted, Description = "text is not a number")]
    [TestCase("""{"value":7100,"ac":400,"av":2,"ad":"aboveMaximum: x"}""", ConvergenceState.Rejected)]
    [TestCase("""{"value":4500,"ac":400,"av":2}""", ConvergenceState.Rejected)]
    [TestCase("""{"value":7100,"ac":500,"av":2}""", ConvergenceState.Rejected)]
    [TestCase("""{"value":7100,"ac":400,"av":1}""", ConvergenceState.Pending, Description = "an earlier value was refused")]
    [TestCase("""{"value":4500,"ac":200,"av":3}""", ConvergenceState.Unknown, Description = "a version that this twin never had")]
    public void An_acknowledgement_decides(string acknowledgement, ConvergenceState state)
    {
        var twin = Acknowledge(Desired, acknowledgement);
        Assert.That(Path(twin).State, Is.EqualTo(state));
        Assert.That(NodeReconciliation.From(twin).State, Is.EqualTo(state));
    }

    [Test]
    public void A_refusal_says_why()
    {
        var path = Path(Acknowledge(Desired, """{"value":7100,"ac":400,"av":2,"ad":"aboveMaximum: at most 100000 um/s"}"""));
        Assert.That((path.Reason, path.AcknowledgementCode, path.AcknowledgedVersion), Is.EqualTo(("aboveMaximum: at most 100000 um/s", (int?)400, (long?)2)));
        Assert.That((path.Desired!.Text(), path.Reported!.Text()), Is.EqualTo(("4500", "7100")));
    }

    [Test]
    public void Only_the_version_in_which_the_path_itself_changed_must_be_covered()
    {
        var twin = Acknowledge(Desired, """{"value":4500,"ac":200,"av":2}""").Desire("""{"detection":{"velocityHysteresisPercent":5}}""", 3);
        Assert.That(Path(twin).State, Is.EqualTo(ConvergenceState.InSync));
        Assert.That(Path(twin, "detection.velocityHysteresisPercent").State, Is.EqualTo(ConvergenceState.Unknown));
    }

    [Test]
    public void A_new_desired_value_ends_a_rejection()
    {
        var twin = Acknowledge(Desired, """{"value":7100,"ac":400,"av":2}""").Desire("""{"detection":{"velocityLimitUmPerSecond":5000}}""", 3);
        Assert.That(Path(twin).State, Is.EqualTo(ConvergenceState.Pending));
    }

    [Test]
    public void The_component_marker_is_no_setting()
    {
        var twin = Doc.Empty.Desire("""{"detection":{"__t":"c","velocityLimitUmPerSecond":4500}}""");
        Assert.That(NodeReconciliation.From(twin).Describe(twin).Paths.Select(path => path.Path), Is.EqualTo(new[] { Limit }));
    }

    [Test]
    public void An_object_that_is_acknowledged_as_one_is_one_path()
    {
        var twin = Doc.Empty.Desire("""{"band":{"low":500,"high":5400}}""").Report("""{"band":{"value":{"high":5400,"low":500},"ac":200,"av":2}}""");
        var path = NodeReconciliation.From(twin).Describe(twin).Paths.Single();
        Assert.That((path.Path, path.State), Is.EqualTo(("band", ConvergenceState.InSync)));
    }

    [Test]
    public void A_node_is_where_its_worst_path_is()
    {
        var twin = Doc.Empty.Desire("""{"a":1,"b":1,"c":1,"d":1,"e":1}""");
        (string Report, ConvergenceState Node)[] steps =
        [
            ("""{"a":{"value":1,"ac":200,"av":2},"b":{"value":1,"ac":200,"av":2},"c":{"value":1,"ac":200,"av":2},"d":{"value":1,"ac":200,"av":2},"e":{"value":1,"ac":200,"av":2}}""", ConvergenceState.InSync),
            ("""{"a":{"ac":202}}""", ConvergenceState.Pending),
            ("""{"b":null}""", ConvergenceState.Unknown),
            ("""{"c":{"value":2}}""", ConvergenceState.Drifted),
            ("""{"d":{"ac":400}}""", ConvergenceState.Rejected),
        ];
        var node = NodeReconciliation.From(twin);
        foreach (var (report, state) in steps)
        {
            twin = twin.Report(report);
            (node, _) = node.Reported(twin, [.. TwinPatches.Paths(Doc.Object(report))]);
            Assert.That(node.State, Is.EqualTo(state));
            Assert.That(node.Describe(twin).State, Is.EqualTo(state));
        }
    }

    [Test]
    public void A_plain_value_is_in_sync_once_it_is_reported_after_the_change()
    {
        var twin = Doc.Empty.Report("""{"a":1}""", 1).Desire("""{"a":1}""", 2);
        Assert.That(Path(twin, "a").State, Is.EqualTo(ConvergenceState.Pending), "reported before the change");
        Assert.That(Path(twin.Report("""{"a":1}""", 3), "a").State, Is.EqualTo(ConvergenceState.InSync));
        Assert.That(Path(twin.Report("""{"a":2}""", 3), "a").State, Is.EqualTo(ConvergenceState.Pending));
    }

    [Test]
    public void A_plain_value_drifts_when_it_leaves_what_was_desired()
    {
        var twin = Doc.Empty.Desire("""{"a":1}""");
        var node = NodeReconciliation.From(twin);
        foreach (var (value, state) in new[] { (5, ConvergenceState.Pending), (1, ConvergenceState.InSync), (5, ConvergenceState.Drifted), (6, ConvergenceState.Drifted), (1, ConvergenceState.InSync) })
        {
            twin = twin.Report($$"""{"a":{{value}}}""");
            (node, _) = node.Reported(twin, ["a"]);
            Assert.That(node.State, Is.EqualTo(state));
        }

        twin = twin.Desire("""{"a":2}""");
        (node, _) = node.DesiredWritten(twin);
        Assert.That(node.State, Is.EqualTo(ConvergenceState.Pending));
    }

    [Test]
    public void A_path_that_is_taken_back_is_asked_of_the_node_but_is_no_path_any_more()
    {
        var twin = Acknowledge(Desired, """{"value":7100,"ac":400,"av":2}""");
        var after = twin.Desire("""{"detection":null}""");
        var (node, actions) = NodeReconciliation.From(twin).DesiredWritten(after);
        Assert.That((node.State, actions), Is.EqualTo((ConvergenceState.InSync, ReconciliationActions.SendPatch | ReconciliationActions.StartTimer)));
    }
}
