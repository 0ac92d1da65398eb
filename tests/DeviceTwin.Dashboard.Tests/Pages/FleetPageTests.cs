using DeviceTwin.Dashboard.Pages;
using DeviceTwin.Twins;
using static DeviceTwin.Tests.Dashboard.SampleFleet;

namespace DeviceTwin.Tests.Dashboard.Pages;

/// <summary>The fleet page at a first visit.</summary>
public sealed class FleetPageTests
{
    [Test]
    public async Task Each_node_is_a_row_with_its_verdict_values_and_twin_state()
    {
        var html = await Render(
            Node("vib-1", "Cooling pump", "Line 1", "outer", ConvergenceState.Pending, velocity: 8123, temperature: 6420),
            Node("vib-2", "Mill", "Line 2", "normal", connected: false));
        var row = Html.Text(Html.ById(html, "row-vib-1"));
        Assert.That(row, Does.Contain("outer").And.Contain("Cooling pump").And.Contain("Line 1").And.Contain("8.12 mm/s").And.Contain("64.2 °C").And.Contain("Pending").And.Contain("connected"));
        Assert.That(Html.Text(Html.ById(html, "verdict-vib-1")), Is.EqualTo("outer"));
        Assert.That(Html.Text(Html.ById(html, "state-vib-1")), Does.EndWith("Pending"));
        Assert.That(Html.Text(Html.ById(html, "row-vib-2")), Does.Contain("offline"));
        Assert.That(Html.ById(html, "row-vib-1"), Does.Contain("href=\"nodes/vib-1\""));
    }

    [TestCase("normal", "disc")]
    [TestCase("outer", "diamond")]
    [TestCase("hot", "triangle")]
    [TestCase("refused", "ring")]
    public async Task A_verdict_is_told_by_word_and_shape(string verdict, string shape)
    {
        var html = await Render(Node(verdict: verdict));
        Assert.That(Html.ById(html, "verdict-vib-1"), Does.Contain($"data-shape=\"{shape}\"").And.Contain($">{verdict}</span>"));
    }

    [Test]
    public async Task A_node_that_has_sent_nothing_claims_nothing()
    {
        var html = await Render(Node(verdict: null, velocity: null, temperature: null, state: ConvergenceState.Unknown));
        Assert.That(Html.Text(Html.ById(html, "verdict-vib-1")), Is.EqualTo("no data"));
        Assert.That(Html.Text(Html.ById(html, "row-vib-1")), Does.Contain("– mm/s").And.Contain("Unknown"));
    }

    [Test]
    public async Task Tiles_count_the_fleet()
    {
        var html = await Render(Node("a", verdict: "outer"), Node("b", verdict: "hot"), Node("c"), Node("d", connected: false));
        Assert.That(Html.Text(Html.ById(html, "tile-all")), Is.EqualTo("4 nodes"));
        Assert.That(Html.Text(Html.ById(html, "tile-faults")), Is.EqualTo("1 bearing faults"));
        Assert.That(Html.Text(Html.ById(html, "tile-warnings")), Is.EqualTo("1 over a limit"));
        Assert.That(Html.Text(Html.ById(html, "tile-offline")), Is.EqualTo("1 offline"));
    }

    [Test]
    public async Task An_empty_fleet_says_what_to_do()
    {
        Assert.That(Html.Text(await Render()), Does.Contain("No node is registered yet"));
    }

    [Test]
    public async Task What_operators_and_devices_write_is_text_and_never_markup()
    {
        var html = await Render(Node("vib-1", "<script>alert(1)</script>", "<b>", "<i>"));
        Assert.That(html, Does.Not.Contain("<script>alert").And.Not.Contain("<b>").And.Not.Contain("<i>"));
    }

    [Test]
    public async Task A_large_fleet_is_shown_in_pages()
    {
        var html = await Render([.. Enumerable.Range(0, 1000).Select(index => Node($"n-{index:0000}"))]);
        Assert.That(html.Split("data-testid=\"row-").Length - 1, Is.EqualTo(100));
    }

    private static Task<string> Render(params DeviceTwin.Dashboard.View.NodeSummary[] nodes)
    {
        var fleet = new SampleFleet();
        fleet.Nodes.AddRange(nodes);
        return PageRenderer.Render<FleetPage>(fleet);
    }
}
