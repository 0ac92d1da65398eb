using DeviceTwin.Hub;
using DeviceTwin.Hub.Fleet;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>Many writers at once: nobody's change is lost, and everybody hears of the changes in order.</summary>
public sealed class ConcurrencyTests
{
    [Test]
    public async Task TW5_Concurrent_writers_lose_nothing_and_versions_have_no_gap()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        const int Writers = 8;
        const int Each = 25;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (var change = 0; change < Each; change++)
            {
                await fixture.Desire("a", $$$"""{"w{{{writer}}}":{"c{{{change}}}":1}}""");
                await fixture.Report("a", $$$"""{"w{{{writer}}}":{"c{{{change}}}":1}}""");
            }
        })));
        var twin = fixture.Fleet.FindTwin("a")!;
        Assert.That((twin.Desired.Version, twin.Reported.Version, twin.Version), Is.EqualTo((201L, 201L, 401L)));
        Assert.That(twin.Desired.Properties.Sum(writer => ((System.Text.Json.Nodes.JsonObject)writer.Value!).Count), Is.EqualTo(Writers * Each));
        Assert.That(fixture.Events.OfType<FleetEvent.DesiredChanged>().Select(change => change.Version), Is.EqualTo(Enumerable.Range(2, 200)));
        Assert.That(fixture.Events.OfType<FleetEvent.ReportedChanged>().Select(change => change.Version), Is.EqualTo(Enumerable.Range(2, 200)));

        fixture.Restart();
        Assert.That(fixture.Desired("a"), Is.EqualTo(twin.Desired.Properties.ToJsonString()));
    }

    [Test]
    public async Task TW5_Of_writers_that_insist_on_the_same_etag_one_wins()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        var etag = fixture.Fleet.FindTwin("a")!.ETag;
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(writer => Task.Run(async () =>
        {
            try
            {
                await fixture.Patch("a", $$$"""{"tags":{"winner":{{{writer}}}}}""", etag);
                return true;
            }
            catch (HubException refusal)
            {
                Assert.That(refusal.Error, Is.EqualTo(HubError.PreconditionFailed));
                return false;
            }
        })));
        Assert.That(outcomes.Count(won => won), Is.EqualTo(1));
        Assert.That(fixture.Fleet.FindTwin("a")!.Version, Is.EqualTo(2));
    }

    [Test]
    public async Task A_report_does_not_outdate_an_operators_etag()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        var etag = fixture.Fleet.FindTwin("a")!.ETag;
        await fixture.Report("a", """{"x":1}""");
        await fixture.Patch("a", """{"tags":{"line":"A"}}""", etag);
        Assert.That(fixture.Fleet.FindTwin("a")!.Version, Is.EqualTo(3));
    }

    [Test]
    public async Task A_report_that_insists_on_an_outdated_version_is_refused()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        Assert.That(await fixture.Report("a", """{"x":1}""", 1), Is.EqualTo(2));
        Assert.That(await FleetFixture.Refusal(() => fixture.Report("a", """{"x":2}""", 1)), Is.EqualTo(HubError.PreconditionFailed));
    }

    [Test]
    public async Task Configurations_and_tags_that_change_at_once_agree_in_the_end()
    {
        using var fixture = new FleetFixture();
        for (var device = 0; device < 10; device++)
        {
            await fixture.Register($"d{device}");
        }

        await Task.WhenAll(
            Task.Run(async () =>
            {
                for (var round = 0; round < 20; round++)
                {
                    await fixture.Configure("c", "tags.line = 'A'", 1, ("x", round));
                }
            }),
            Task.Run(async () =>
            {
                for (var round = 0; round < 40; round++)
                {
                    await fixture.Patch($"d{round % 10}", $$$"""{"tags":{"line":"{{{(round / 10 % 2 == 0 ? "A" : "B")}}}"}}""");
                }
            }));
        await fixture.Patch("d0", """{"tags":{"line":"A"}}""");
        for (var device = 0; device < 10; device++)
        {
            Assert.That(fixture.Desired($"d{device}"), Is.EqualTo(device == 0 ? """{"x":19}""" : "{}"));
        }
    }
}
