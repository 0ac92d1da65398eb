using System.Globalization;
using DeviceTwin.Dashboard.Pages;
using DeviceTwin.Dashboard.View;
using DeviceTwin.Twins;
using static DeviceTwin.Tests.Dashboard.SampleFleet;

namespace DeviceTwin.Tests.Dashboard.Pages;

/// <summary>The node page at a first visit.</summary>
public sealed class NodePageTests
{
    private const string Limit = "detection.velocityLimitUmPerSecond";

    [Test]
    public async Task Who_may_not_change_settings_sees_them_without_the_means()
    {
        var fleet = new SampleFleet { Details = { ["vib-1"] = SampleFleet.Detail(SampleFleet.Node()) } };
        var path = "detection.velocityLimitUmPerSecond";
        var viewer = await PageRenderer.Render<NodePage>(fleet, SampleCaller.Viewer, ("DeviceId", "vib-1"));
        Assert.That(viewer, Does.Contain($"data-testid=\"path-{path}\"").And.Not.Contain($"data-testid=\"save-{path}\""));
        Assert.That(viewer, Does.Match($"disabled[^>]*data-testid=\"edit-{path}\""));
        Assert.That(await PageRenderer.Render<NodePage>(fleet, ("DeviceId", "vib-1")), Does.Contain($"data-testid=\"save-{path}\""));
    }

    [Test]
    public async Task The_verdict_stands_at_the_top()
    {
        var html = await Render(Detail(Node(verdict: "inner")));
        Assert.That(Html.Text(Html.ById(html, "verdict")), Is.EqualTo("inner"));
    }

    [Test]
    public async Task Bearing_orders_are_marked_at_their_frequencies()
    {
        var bins = new SpectrumBins(1000, new int[501]);
        var html = await Render(Detail(Node(), spectrum: new SpectrumSample(Noon, bins, bins, 29950, new BearingOrders(3585, 5415, 2357, 398))));
        var envelope = Html.ById(html, "envelope");

        // 0 to 500 Hz over 1000 units.
        Assert.That(X(envelope, "mark-shaft-1"), Is.EqualTo(59.9).Within(0.06));
        Assert.That(X(envelope, "mark-outer-1"), Is.EqualTo(214.7).Within(0.06));
        Assert.That(X(envelope, "mark-outer-2"), Is.EqualTo(429.5).Within(0.06));
        Assert.That(X(envelope, "mark-inner-1"), Is.EqualTo(324.4).Within(0.06));
        Assert.That(X(envelope, "mark-ball-1"), Is.EqualTo(282.4).Within(0.06));
        Assert.That(Html.Text(envelope), Does.Contain("BPFO").And.Contain("BPFI").And.Contain("2×BSF").And.Contain("107.4 Hz"));
        Assert.That(Html.Text(Html.ById(html, "spectrum")), Does.Contain("BPFO"));
    }

    [Test]
    public async Task Waveforms_are_downloaded_from_here_unless_their_file_is_lost()
    {
        var html = await Render(Detail(Node()) with
        {
            Waveforms = [new WaveformRow("ab12", Noon, 7, "z", 26667, 1.2288, false), new WaveformRow("cd34", Noon.AddHours(-1), null, "x,y,z", 26667, 1, true)],
        });
        var list = Html.ById(html, "waveforms");
        Assert.That(Html.Text(list), Does.Contain("z · 1.23 s at 26667 Hz · capture 7").And.Contain("file lost or damaged"));
        Assert.That(list, Does.Contain("api/v1/waveforms/ab12?device=").And.Contain("format=csv").And.Not.Contain("cd34"));
    }

    [Test]
    public async Task A_spectrum_without_shaft_speed_says_why_nothing_is_marked()
    {
        var bins = new SpectrumBins(1000, [1, 2, 3]);
        var html = await Render(Detail(Node(), spectrum: new SpectrumSample(Noon, bins, bins, 0, new BearingOrders(3585, 0, 0, 0))));
        Assert.That(Html.Text(Html.ById(html, "envelope")), Does.Contain("the shaft speed is not known"));
    }

    [Test]
    public async Task Trends_carry_the_limits_that_are_in_force()
    {
        var html = await Render(Detail(
            Node(),
            [Path(7000, 6500, ConvergenceState.Pending)],
            history: [Features(Noon.AddMinutes(-5)), Features(Noon)]));
        Assert.That(Html.Text(Html.ById(html, "trend-velocity")), Does.Contain("limit 6.50").And.Contain("reset 5.85"), "the node works with what it reports");
        Assert.That(Html.Text(Html.ById(html, "trend-temperature")), Does.Contain("limit 80.0"), "the default, where nothing is reported");
    }

    [Test]
    public async Task Trends_offer_longer_spans_and_begin_with_the_latest()
    {
        var html = await Render(Detail(Node()));
        Assert.That(Html.Attribute(html, "span-latest", "aria-pressed"), Is.EqualTo("true"));
        foreach (var span in new[] { "1-hour", "1-day", "1-week", "1-month" })
        {
            Assert.That(Html.Attribute(html, $"span-{span}", "aria-pressed"), Is.EqualTo("false"));
        }
    }

    [Test]
    public async Task Desired_stands_beside_reported_with_state_and_versions()
    {
        var row = Html.ById(await Render(Detail(Node(), [Path(7000, 7100, ConvergenceState.Pending)])), $"path-{Limit}");
        Assert.That(Html.Text(Html.ById(row, "desired")), Is.EqualTo("7000 7.00 mm/s"));
        Assert.That(Html.Text(Html.ById(row, "reported")), Is.EqualTo("7100 7.10 mm/s"));
        Assert.That(Html.Text(Html.ById(row, "state")), Does.EndWith("Pending"));
        Assert.That(Html.Text(row), Does.Contain("desired v7 · acknowledged v6"));
    }

    [Test]
    public async Task A_rejected_value_shows_the_nodes_reason()
    {
        const string Reason = "aboveMaximum: detection.velocityLimitUmPerSecond takes 0 to 100000 um/s";
        var row = Html.ById(await Render(Detail(Node(), [Path(200_000, 7100, ConvergenceState.Rejected, Reason)])), $"path-{Limit}");
        Assert.That(Html.Text(Html.ById(row, "state")), Does.EndWith("Rejected"));
        Assert.That(Html.Text(Html.ById(row, "reason")), Is.EqualTo(Reason));
    }

    [Test]
    public async Task The_form_shows_the_models_limits_and_saves_nothing_unasked()
    {
        var html = await Render(Detail(Node(), [Path(7000, 7000, ConvergenceState.InSync)]));
        Assert.That(Html.Attribute(html, $"edit-{Limit}", "min"), Is.EqualTo("0"));
        Assert.That(Html.Attribute(html, $"edit-{Limit}", "max"), Is.EqualTo("100000"));
        Assert.That(Html.Attribute(html, $"edit-{Limit}", "value"), Is.EqualTo("7000"));
        Assert.That(Html.ById(html, $"save-{Limit}"), Does.Contain("disabled"));
        Assert.That(Html.Text(Html.ById(html, $"path-{Limit}")), Does.Contain("0 to 100000, default 7100"));
    }

    [Test]
    public async Task Every_setting_of_the_model_can_be_edited()
    {
        var html = await Render(Detail(Node()));
        foreach (var path in DeviceTwin.SensorNode.Forms.TwinForms.Paths)
        {
            Assert.That(html, Does.Contain($"data-testid=\"edit-{path}\"").And.Contain($"data-testid=\"save-{path}\""));
        }
    }

    [Test]
    public async Task A_refusal_says_what_could_not_be_computed()
    {
        var html = await Render(Detail(Node(verdict: "refused"), history: [Features(Noon, null, null, "shaftSpeedUnknown", "captureTooShort")]));
        Assert.That(
            Html.Text(Html.ById(html, "refusals")),
            Does.StartWith("Not judged: shaftSpeedUnknown Bearing orders are set, but the shaft speed is not").And.Contain("captureTooShort The capture holds too few"));
    }

    [Test]
    public async Task A_zone_is_told_with_its_edition_and_a_missing_one_with_its_reason()
    {
        var zone = Features(Noon) with { Zone = "C", ZoneEdition = "ISO 10816-3:2009" };
        Assert.That(Html.Text(Html.ById(await Render(Detail(Node() with { Zone = "C" }, history: [zone])), "zone")), Is.EqualTo("zone C by ISO 10816-3:2009"));
        var none = Features(Noon) with { ZoneRefusals = ["machineGroupUnknown"] };
        Assert.That(Html.Text(Html.ById(await Render(Detail(Node(), history: [none])), "zone")), Does.StartWith("no zone: The machine's ISO group"));
    }

    [Test]
    public async Task Settings_on_trial_are_told_beside_what_holds()
    {
        var sample = Features(Noon) with { Trial = new TrialSample("outer", "B", ["outer"], "77aa") };
        var html = await Render(Detail(Node(verdict: "normal"), history: [sample]));
        Assert.That(Html.Text(Html.ById(html, "verdict")), Is.EqualTo("normal"));
        Assert.That(Html.Text(Html.ById(html, "trial-verdict")), Is.EqualTo("The settings on trial would have said outer zone B · alarms: outer · settings 77aa"));
        Assert.That(await Render(Detail(Node())), Does.Not.Contain("trial-verdict"));
    }

    [Test]
    public async Task An_alarm_says_whether_somebody_has_seen_it()
    {
        var sample = Features(Noon) with { Alarms = ["outer", "hot"], Causes = ["outer", "temperatureRate"] };
        var html = await Render(Detail(Node(verdict: "outer"), history: [sample]));
        Assert.That(Html.Text(Html.ById(html, "alarm-state")), Is.EqualTo("not acknowledged"));
        Assert.That(html, Does.Contain("Causes: outer, temperatureRate"));
        html = await Render(Detail(Node(verdict: "outer"), history: [sample with { Acknowledged = ["hot"] }]));
        Assert.That(Html.Text(Html.ById(html, "alarm-state")), Is.EqualTo("acknowledged: hot"));
        html = await Render(Detail(Node(verdict: "outer"), history: [sample with { Acknowledged = ["outer", "hot"] }]));
        Assert.That(Html.Text(Html.ById(html, "alarm-state")), Is.EqualTo("acknowledged"));
    }

    [Test]
    public async Task Measures_are_told_with_their_units_and_what_was_not_measured_is_left_out()
    {
        var measures = new CaptureMeasures { CrestMilli = 3210, DisplacementNanometres = 12340, Peaks = [new(29500, 700)], Running = true, BandMicroG = [null, 5000] };
        var text = Html.Text(Html.ById(await Render(Detail(Node(), history: [Features(Noon) with { Measures = measures }])), "measures"));
        Assert.That(text, Is.EqualTo("Displacement, peak to peak 12.3 µm Crest factor 3.21 Band 2 5.00 mg Largest lines 29.50 Hz (0.70 mm/s) Machine runs"));
    }

    [Test]
    public async Task Scores_are_shown_against_the_limit()
    {
        var html = await Render(Detail(Node(), history: [Features(Noon, 2345, new BearingScores(9000, 400, 610))]));
        Assert.That(Html.ById(html, "score-outer"), Does.Contain("over").And.Contain("9.00"));
        Assert.That(Html.ById(html, "score-inner"), Does.Not.Contain("over"));
        Assert.That(html, Does.Not.Contain("score-cage"), "not asked for");
        html = await Render(Detail(Node(), history: [Features(Noon, 2345, new BearingScores(9000, 400, 610, 3000))]));
        Assert.That(Html.ById(html, "score-cage"), Does.Contain("over").And.Contain("3.00"));
    }

    [Test]
    public async Task An_unknown_node_is_said_to_be_unknown()
    {
        var html = await PageRenderer.Render<NodePage>(new SampleFleet(), ("DeviceId", "nobody"));
        Assert.That(Html.Text(Html.ById(html, "unknown-node")), Does.Contain("There is no node nobody"));
    }

    private static double X(string chart, string testId)
    {
        var x1 = Html.Attribute(chart, testId, "x1");
        Assert.That(Html.Attribute(chart, testId, "x2"), Is.EqualTo(x1));
        return double.Parse(x1!, CultureInfo.InvariantCulture);
    }

    private static PathConvergence Path(int desired, int reported, ConvergenceState state, string? reason = null) =>
        new(Limit, desired, reported, state, reason, state == ConvergenceState.Rejected ? 400 : 200, 7, 6);

    private static Task<string> Render(NodeDetail detail)
    {
        var fleet = new SampleFleet();
        fleet.Details[detail.Summary.DeviceId] = detail;
        return PageRenderer.Render<NodePage>(fleet, ("DeviceId", detail.Summary.DeviceId));
    }
}
