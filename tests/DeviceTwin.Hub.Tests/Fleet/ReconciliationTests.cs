using DeviceTwin.Hub.Fleet;
using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>A connected device that owes an answer is reminded, a bounded number of times.</summary>
public sealed class ReconciliationTests
{
    private static async Task<FleetFixture> Connected()
    {
        var fixture = new FleetFixture();
        await fixture.Register("a");
        await fixture.Report("a", """{"x":{"value":0,"ac":203,"av":0}}""");
        await fixture.Fleet.SetConnected("a", "1", null, CancellationToken.None);
        return fixture;
    }

    /// <summary>The reminders so far, once everything queued has been told.</summary>
    private static async Task<string[]> Reminders(FleetFixture fixture)
    {
        await fixture.Fleet.SetDisconnected("a", "no connection of that name", CancellationToken.None);
        await fixture.Report("a", """{"flush":1}""");
        return [.. fixture.Events.OfType<FleetEvent.DesiredNeeded>().Select(needed => $"{needed.Version} {needed.Desired.ToJsonString()}")];
    }

    [Test]
    public async Task A_node_that_answers_is_not_reminded()
    {
        using var fixture = await Connected();
        await fixture.Desire("a", """{"x":1}""");
        await fixture.Report("a", """{"x":{"value":1,"ac":200,"av":2}}""");
        fixture.Time.Advance(TimeSpan.FromHours(1));
        Assert.That(await Reminders(fixture), Is.Empty);
    }

    [Test]
    public async Task A_node_that_does_not_answer_is_sent_the_document_after_30_60_and_120_seconds_and_then_no_more()
    {
        using var fixture = await Connected();
        await fixture.Desire("a", """{"x":1}""");
        foreach (var (seconds, count) in new[] { (29, 0), (1, 1), (59, 1), (1, 2), (119, 2), (1, 3), (100_000, 3) })
        {
            fixture.Time.Advance(TimeSpan.FromSeconds(seconds));
            Assert.That(await Reminders(fixture), Is.EqualTo(Enumerable.Repeat("""2 {"x":1}""", count)));
        }
    }

    [Test]
    public async Task A_refusal_is_an_answer()
    {
        using var fixture = await Connected();
        await fixture.Desire("a", """{"x":1}""");
        await fixture.Report("a", """{"x":{"value":0,"ac":400,"av":2}}""");
        fixture.Time.Advance(TimeSpan.FromHours(1));
        Assert.That(await Reminders(fixture), Is.Empty);
    }

    [Test]
    public async Task A_new_version_begins_the_wait_anew()
    {
        using var fixture = await Connected();
        await fixture.Desire("a", """{"x":1}""");
        fixture.Time.Advance(TimeSpan.FromSeconds(20));
        await fixture.Desire("a", """{"x":2}""");
        fixture.Time.Advance(TimeSpan.FromSeconds(20));
        Assert.That(await Reminders(fixture), Is.Empty);
        fixture.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.That(await Reminders(fixture), Is.EqualTo(new[] { """3 {"x":2}""" }));
    }

    [Test]
    public async Task Who_is_away_is_not_reminded_and_who_comes_back_is()
    {
        using var fixture = await Connected();
        await fixture.Desire("a", """{"x":1}""");
        await fixture.Fleet.SetDisconnected("a", "1", CancellationToken.None);
        fixture.Time.Advance(TimeSpan.FromHours(1));
        Assert.That(await Reminders(fixture), Is.Empty);
        await fixture.Fleet.SetConnected("a", "2", null, CancellationToken.None);
        fixture.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.That(await Reminders(fixture), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task A_node_that_acknowledges_a_version_the_twin_never_had_is_unknown_and_sent_the_document_at_once()
    {
        using var fixture = await Connected();
        await fixture.Desire("a", """{"x":2}""");
        await fixture.Report("a", """{"x":{"value":2,"ac":200,"av":40}}""");
        Assert.That(fixture.Fleet.FindConvergence("a")!.State, Is.EqualTo(ConvergenceState.Unknown));
        Assert.That(await Reminders(fixture), Is.EqualTo(new[] { """2 {"x":2}""" }));

        await fixture.Report("a", """{"x":{"value":2,"ac":200,"av":41}}""");
        Assert.That(await Reminders(fixture), Has.Length.EqualTo(1), "not on every report");
        fixture.Time.Advance(TimeSpan.FromHours(1));
        Assert.That(await Reminders(fixture), Has.Length.EqualTo(4), "the three reminders");
        await fixture.Report("a", """{"x":{"value":2,"ac":200,"av":2}}""");
        Assert.That(fixture.Fleet.FindConvergence("a")!.State, Is.EqualTo(ConvergenceState.InSync));
    }

    [Test]
    public async Task Convergence_is_told_when_it_changes_and_only_then()
    {
        using var fixture = await Connected();
        await fixture.Desire("a", """{"x":1}""");
        await fixture.Report("a", """{"x":{"value":0,"ac":202,"av":2}}""");
        await fixture.Report("a", """{"x":{"value":1,"ac":200,"av":2}}""");
        await fixture.Report("a", """{"temperature":21}""");
        await fixture.Report("a", """{"x":{"value":5}}""");
        Assert.That(
            fixture.Events.OfType<FleetEvent.ConvergenceChanged>().Select(change => change.State),
            Is.EqualTo(new[] { ConvergenceState.Pending, ConvergenceState.InSync, ConvergenceState.Drifted }));
    }
}
