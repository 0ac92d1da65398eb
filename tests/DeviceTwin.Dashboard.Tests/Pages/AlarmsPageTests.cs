using DeviceTwin.Dashboard.Components;
using DeviceTwin.Dashboard.Pages;
using DeviceTwin.Dashboard.View;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceTwin.Tests.Dashboard.Pages;

/// <summary>The alarm page at a first visit.</summary>
public sealed class AlarmsPageTests
{
    [Test]
    public async Task What_nobody_has_seen_stands_first_and_can_be_acknowledged()
    {
        var html = await Render(Alarm("vib-1~a", "raised", machine: "pump-1"), Alarm("vib-2~b", "acknowledged") with { AcknowledgedBy = "ann", AcknowledgedAt = SampleFleet.Noon, Note = "ordered" });
        var first = Html.ById(html, "alarm-vib-1~a");
        Assert.That(Html.Text(first), Does.Contain("outer").And.Contain("pump-1").And.Contain("vib-1").And.Contain("raised").And.Contain("zone C"));
        Assert.That(first, Does.Contain("data-testid=\"acknowledge-vib-1~a\"").And.Contain("aria-label=\"Note on outer of vib-1\""));
        var second = Html.ById(html, "alarm-vib-2~b");
        Assert.That(second, Does.Not.Contain("acknowledge-"));
        Assert.That(Html.Text(second), Does.Contain("by ann: ordered"));
        Assert.That(html.IndexOf("alarm-vib-1~a", StringComparison.Ordinal), Is.LessThan(html.IndexOf("alarm-vib-2~b", StringComparison.Ordinal)));
        Assert.That(Html.Text(Html.ById(html, "alarm-counts")), Is.EqualTo("1 not acknowledged · 1 acknowledged"));
    }

    [Test]
    public async Task What_is_over_says_why_and_what_was_found()
    {
        var html = await Render(Alarm("vib-1~a", "cleared") with { Reason = "superseded", ClearedAt = SampleFleet.Noon, Labels = ["noFault"] });
        Assert.That(Html.Text(Html.ById(html, "alarm-vib-1~a")), Does.Contain("cleared: superseded").And.Contain("found: no fault"));
        Assert.That(Html.Text(Html.ById(html, "no-alarms")), Is.EqualTo("No alarm is active."));
    }

    [Test]
    public async Task What_people_and_devices_write_is_text_and_never_markup()
    {
        var html = await Render(Alarm("vib-1~a", "acknowledged") with { AcknowledgedBy = "<b>ann</b>", Note = "<script>", Alarm = "<i>" });
        Assert.That(html, Does.Not.Contain("<script>").And.Not.Contain("<b>ann").And.Not.Contain("<i>"));
    }

    [Test]
    public async Task Evidence_is_computed_anew_by_whoever_may_and_only_when_asked()
    {
        var html = await Render(Alarm("vib-1~a", "raised"), Alarm("vib-2~b", "cleared"));
        Assert.That(Html.Text(Html.ById(html, "verify-vib-1~a")), Is.EqualTo("Verify evidence"));
        Assert.That(html, Does.Contain("data-testid=\"verify-vib-2~b\"").And.Not.Contain("data-testid=\"evidence-"));
    }

    [Test]
    public async Task What_became_of_evidence_is_said_with_what_it_lacks()
    {
        var outcome = new EvidenceOutcome("differs", "differs: <b>", new string('a', 64), 2, ["No waveform."], ["capture 1, windows: 1 in the evidence, 2 computed"]);
        var html = await PageRenderer.Render<EvidenceView>(new SampleFleet(), ("AlarmId", "vib-1~a"), ("Outcome", outcome));
        var text = Html.Text(Html.ById(html, "evidence-vib-1~a"));
        Assert.That(text, Does.Contain("differs").And.Contain("version 2").And.Contain("No waveform.").And.Contain("windows: 1 in the evidence"));
        Assert.That(html, Does.Contain("href=\"api/v1/alarms/vib-1~a/evidence\"").And.Not.Contain("<b>"));
    }

    private static AlarmLine Alarm(string id, string state, string? machine = null) => new(
        id, id.Split('~')[0], machine, machine is null ? null : "de", "outer", state, "C", SampleFleet.Noon.AddMinutes(-5), null, null, null, null, null, []);

    private static Task<string> Render(params AlarmLine[] alarms) =>
        PageRenderer.Render<AlarmsPage>(services => services.AddSingleton<IAlarmView>(new SampleAlarms(alarms)), new SampleFleet());

    private sealed class SampleAlarms(AlarmLine[] alarms) : IAlarmView
    {
        public IReadOnlyList<AlarmLine> Active() => [.. alarms.Where(alarm => alarm.State != "cleared")];

        public IReadOnlyList<AlarmLine> Ended(int limit) => [.. alarms.Where(alarm => alarm.State == "cleared").Take(limit)];

        public Task<ActionOutcome> Acknowledge(string id, string? note, string author, CancellationToken cancellation) => Task.FromResult(ActionOutcome.Done);

        public Task<ActionOutcome> AddFinding(string id, string kind, string text, string author, CancellationToken cancellation) => Task.FromResult(ActionOutcome.Done);

        public Task<EvidenceOutcome> VerifyEvidence(string id, string author, CancellationToken cancellation) =>
            Task.FromResult(new EvidenceOutcome("equal", "equal: all of it.", new string('a', 64), 1, [], []));

        public IDisposable Subscribe(Action changed) => throw new InvalidOperationException("Nothing is subscribed while a page is only rendered.");
    }
}
