using DeviceTwin.Hub;
using DeviceTwin.Hub.Fleet;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>Nothing is seen, told or acknowledged before it is durable; nothing that was lost is built upon.</summary>
public sealed class DurabilityTests
{
    [Test]
    public async Task Readers_and_subscribers_see_only_what_is_durable()
    {
        var store = new ManualStore();
        using var fixture = new FleetFixture(store);
        await fixture.Register("a");
        fixture.Events.Clear();
        store.Immediate = false;

        var first = fixture.Desire("a", """{"x":1}""");
        var second = fixture.Desire("a", """{"x":2}""");
        Assert.That((first.IsCompleted, fixture.Desired("a"), fixture.Events.Count, fixture.Fleet.Totals.DesiredPatches), Is.EqualTo((false, "{}", 0, 0L)));

        store.Commit(1);
        Assert.That((await first).Desired.Version, Is.EqualTo(2));
        Assert.That((second.IsCompleted, fixture.Desired("a")), Is.EqualTo((false, """{"x":1}""")));
        Assert.That(fixture.DesiredChanges("a"), Is.EqualTo(new[] { """2 {"x":1} by operator""" }));

        store.Commit();
        Assert.That((await second).Desired.Version, Is.EqualTo(3), "the second change was built on the first before that was durable");
    }

    [Test]
    public async Task A_failed_commit_takes_back_what_was_built_on_it_and_the_fleet_goes_on()
    {
        var store = new ManualStore();
        using var fixture = new FleetFixture(store);
        await fixture.Register("a");
        store.Immediate = false;

        var lost = fixture.Desire("a", """{"x":1}""");
        var built = fixture.Desire("a", """{"y":2}""");
        var gone = fixture.Fleet.DeleteIdentity("a", null, "operator", CancellationToken.None);
        store.Fail();
        var refusal = await Assert.ThrowsAsync<HubException>(() => lost);
        Assert.That(refusal!.Error, Is.EqualTo(HubError.ServiceUnavailable));
        Assert.That(refusal.Message, Is.EqualTo("[500104] The disk is full."));
        Assert.That(await FleetFixture.Refusal(() => built), Is.EqualTo(HubError.ServiceUnavailable));
        Assert.That(await FleetFixture.Refusal(() => gone), Is.EqualTo(HubError.ServiceUnavailable));

        var next = fixture.Desire("a", """{"z":3}""");
        store.Commit();
        Assert.That((await next).Desired.Properties.ToJsonString(), Is.EqualTo("""{"z":3}"""));
        Assert.That((await next).Desired.Version, Is.EqualTo(2), "the lost versions were never seen");
    }

    [Test]
    public async Task A_registration_that_was_lost_can_be_made_again()
    {
        var store = new ManualStore { Immediate = false };
        using var fixture = new FleetFixture(store);
        var lost = fixture.Register("a");
        store.Fail();
        Assert.That(await FleetFixture.Refusal(() => lost), Is.EqualTo(HubError.ServiceUnavailable));
        var again = fixture.Register("a");
        store.Commit();
        Assert.That((await again).DeviceId, Is.EqualTo("a"));
    }

    [Test]
    public async Task A_configuration_that_was_lost_is_not_applied_and_can_be_written_again()
    {
        var store = new ManualStore();
        using var fixture = new FleetFixture(store);
        await fixture.Register("a");
        store.Immediate = false;
        var lost = fixture.Configure("c", "*", 1, ("x", 1));
        store.Fail();
        Assert.That(await FleetFixture.Refusal(() => lost), Is.EqualTo(HubError.ServiceUnavailable));
        store.Immediate = true;
        await fixture.Register("b");
        Assert.That((fixture.Desired("a"), fixture.Desired("b")), Is.EqualTo(("{}", "{}")));
        await fixture.Configure("c", "*", 1, ("x", 1));
        Assert.That((fixture.Desired("a"), fixture.Desired("b")), Is.EqualTo(("""{"x":1}""", """{"x":1}""")));
    }

    [Test]
    public async Task Giving_up_the_wait_does_not_take_the_change_back()
    {
        var store = new ManualStore();
        using var fixture = new FleetFixture(store);
        await fixture.Register("a");
        store.Immediate = false;
        using var impatience = new CancellationTokenSource();
        var change = fixture.Fleet.PatchTwin("a", FleetFixture.Object("""{"tags":{"line":"A"}}"""), null, "operator", impatience.Token);
        await impatience.CancelAsync();
        await Assert.ThrowsAsync<TaskCanceledException>(() => change);
        store.Commit();
        Assert.That(fixture.Fleet.FindTwin("a")!.Tags.ToJsonString(), Is.EqualTo("""{"line":"A"}"""));
    }

    [Test]
    public async Task A_subscriber_that_fails_harms_nobody()
    {
        using var fixture = new FleetFixture();
        using var failing = fixture.Fleet.Subscribe(_ => throw new InvalidOperationException());
        var later = new List<FleetEvent>();
        var subscription = fixture.Fleet.Subscribe(later.Add);
        await fixture.Register("a");
        Assert.That(later, Has.Count.EqualTo(1));
        subscription.Dispose();
        subscription.Dispose();
        await fixture.Desire("a", """{"x":1}""");
        Assert.That(later, Has.Count.EqualTo(1), "who has left hears nothing");
    }
}
