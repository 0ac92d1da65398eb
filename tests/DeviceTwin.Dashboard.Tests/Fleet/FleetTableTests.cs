using System.Text.RegularExpressions;
using DeviceTwin.Dashboard.Fleet;
using DeviceTwin.Dashboard.View;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.Twins;
using static DeviceTwin.Tests.Dashboard.SampleFleet;

namespace DeviceTwin.Tests.Dashboard.Fleet;

/// <summary>Which nodes the fleet page shows, and in which order.</summary>
public sealed class FleetTableTests
{
    private static readonly NodeSummary[] Plant =
    [
        Node("a-normal", "Pump 1", "Line 1", velocity: 2000),
        Node("b-outer", "Pump 2", "Line 2", "outer", velocity: 9000),
        Node("c-hot", "Mill", "Line 1", "hot", velocity: null),
        Node("d-refused", "Fan", "Line 2", "refused", ConvergenceState.Rejected),
        Node("e-silent", null, null, null, ConvergenceState.Unknown, connected: false, velocity: null, seen: Noon.AddHours(-1)),
    ];

    [Test]
    public void What_needs_attention_stands_first()
    {
        Assert.That(Ids(new FleetFilter(), FleetColumn.Attention, true), Is.EqualTo(new[] { "b-outer", "c-hot", "d-refused", "a-normal", "e-silent" }));
    }

    [TestCase(FleetColumn.Velocity, true, "b-outer")]
    [TestCase(FleetColumn.Device, false, "a-normal")]
    [TestCase(FleetColumn.Device, true, "e-silent")]
    [TestCase(FleetColumn.LastSeen, false, "e-silent")]
    [TestCase(FleetColumn.State, false, "d-refused")]
    [TestCase(FleetColumn.Machine, true, "b-outer")]
    [TestCase(FleetColumn.Line, true, "b-outer")]
    [TestCase(FleetColumn.Connected, true, "e-silent")]
    public void Every_column_sorts(FleetColumn column, bool descending, string first)
    {
        Assert.That(Ids(new FleetFilter(), column, descending)[0], Is.EqualTo(first));
    }

    [Test]
    public void An_unknown_value_stands_below_every_known_one()
    {
        Assert.That(Ids(new FleetFilter(), FleetColumn.Velocity, true)[^2..], Is.EqualTo(new[] { "c-hot", "e-silent" }));
        Assert.That(Ids(new FleetFilter(), FleetColumn.Velocity, false)[..2], Is.EqualTo(new[] { "c-hot", "e-silent" }));
    }

    [Test]
    public void Equal_rows_keep_the_order_of_their_ids_whatever_the_order_of_arrival()
    {
        var shuffled = Enumerable.Range(0, 50).Select(index => Node($"n-{index * 37 % 50:00}")).ToArray();
        var rows = FleetTable.Select(shuffled, new FleetFilter(), FleetColumn.Verdict, true);
        Assert.That(rows.Select(row => row.DeviceId), Is.Ordered);
    }

    [TestCase("pump 2", "b-outer")]
    [TestCase("line 1", "c-hot", "a-normal")]
    [TestCase("REJECTED", "d-refused")]
    [TestCase("outer", "b-outer")]
    [TestCase("  mill ", "c-hot")]
    [TestCase("nothing like it")]
    public void Text_is_found_in_any_field(string text, params string[] expected)
    {
        Assert.That(Ids(new FleetFilter(text), FleetColumn.Attention, true), Is.EqualTo(expected));
    }

    [Test]
    public void A_tile_selects_what_it_counts()
    {
        var counts = FleetTable.Count(Plant);
        Assert.That(counts, Is.EqualTo(new FleetCounts(5, 1, 1, 2, 2, 1)));
        foreach (var group in Enum.GetValues<FleetGroup>())
        {
            Assert.That(Ids(new FleetFilter(Group: group), FleetColumn.Device, false), Has.Length.EqualTo(counts.Of(group)), group.ToString());
        }
    }

    [Test]
    public void A_line_selects_its_nodes()
    {
        Assert.That(FleetTable.Lines(Plant), Is.EqualTo(new[] { "Line 1", "Line 2" }));
        Assert.That(Ids(new FleetFilter(Line: "Line 2"), FleetColumn.Device, false), Is.EqualTo(new[] { "b-outer", "d-refused" }));
    }

    [TestCase("normal", Severity.Good, "disc")]
    [TestCase("high", Severity.Warning, "triangle")]
    [TestCase("hot", Severity.Warning, "triangle")]
    [TestCase("outer", Severity.Fault, "diamond")]
    [TestCase("inner", Severity.Fault, "diamond")]
    [TestCase("ball", Severity.Fault, "diamond")]
    [TestCase("cage", Severity.Fault, "diamond")]
    [TestCase("unbalance", Severity.Warning, "triangle")]
    [TestCase("notRunning", Severity.Idle, "pause")]
    [TestCase("refused", Severity.Refused, "ring")]
    [TestCase(null, Severity.None, "dash")]
    public void A_verdict_has_a_shape_besides_its_colour(string? word, Severity severity, string shape)
    {
        Assert.That(Verdicts.For(word).Severity, Is.EqualTo(severity));
        Assert.That(Verdicts.For(word).Shape, Is.EqualTo(shape));
    }

    [Test]
    public void The_words_are_the_nodes()
    {
        var words = Enumerable.Range(0, Verdict.Count).Select(Verdict.Word).ToArray();
        Assert.That(Verdicts.Words, Is.EquivalentTo(words));
        Assert.That(Verdicts.AlarmOrder, Is.EquivalentTo(words.Except(["normal", "notRunning", "refused"])));
        Assert.That(words.Select(word => Verdicts.For(word).Explanation), Is.Unique);
    }

    [Test]
    public void Every_reason_of_the_node_has_a_sentence()
    {
        var faults = File.ReadAllText(TestFiles.InRepository("firmware/SensorNode/Acquisition/AcquisitionFault.cs"));
        var words = Enumerable.Range(0, Refusal.Count).Select(Refusal.Word)
            .Concat(Regex.Matches(faults, "return \"(\\w+)\"").Select(word => word.Groups[1].Value))
            .Except(["none", "unknown"]);
        Assert.That(Refusals.Words, Is.EquivalentTo(words));
        Assert.That(words.Select(Refusals.Sentence), Is.Unique.And.All.EndsWith("."));
        Assert.That(Refusals.Sentence("outOfBattery"), Is.EqualTo("outOfBattery"), "a word of newer firmware");
    }

    [Test]
    public void A_word_of_newer_firmware_never_looks_healthy()
    {
        Assert.That(Verdicts.For("cavitation"), Has.Property("Word").EqualTo("cavitation").And.Property("Severity").EqualTo(Severity.Warning));
    }

    private static string[] Ids(FleetFilter filter, FleetColumn column, bool descending) =>
        [.. FleetTable.Select(Plant, filter, column, descending).Select(row => row.DeviceId)];
}
