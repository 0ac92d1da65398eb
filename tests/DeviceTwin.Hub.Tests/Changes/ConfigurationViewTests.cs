using System.Text.Json.Nodes;
using DeviceTwin.Dashboard.View;
using DeviceTwin.Hub.View;
using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Hub.Changes;

/// <summary>What the page of configurations reads, with each redraw.</summary>
public sealed class ConfigurationViewTests
{
    private static readonly PathGridQuery Everything = new(null, "", false, 0, 50, 0, 8);

    [Test]
    public async Task Only_devices_to_which_something_happened_are_looked_at_again()
    {
        using var world = await ChangeWorld.Start();
        using var view = new ConfigurationView(world.Fleet);
        Assert.That(view.Read(Everything).Rows.Select(row => row.State), Is.All.EqualTo(ConvergenceState.InSync).And.Exactly(20).Items);
        var looks = view.Looks;
        view.Read(Everything);
        view.List();
        Assert.That(view.Looks, Is.EqualTo(looks), "nothing happened");

        await world.Patch("n07", """{"tags":{"line":"L9"}}""");
        await world.Patch("n03", """{"properties":{"desired":{"detection":{"velocityLimitUmPerSecond":4600}}}}""");
        var grid = view.Read(Everything);
        Assert.That(view.Looks, Is.EqualTo(looks + 2));
        Assert.That((grid.Rows[0].DeviceId, grid.Rows[0].State, grid.DeviceCount), Is.EqualTo(("n03", ConvergenceState.Pending, 20)), "what is furthest from desired comes first");
    }

    [Test]
    public async Task Counts_are_those_of_a_whole_look_whatever_happened()
    {
        using var world = await ChangeWorld.Start();
        using var view = new ConfigurationView(world.Fleet);
        await Put("line", "tags.line='L1'", 9, 7000);
        AssertCounts();
        world.Refuses = (id, path) => id == "n05" && path == ChangeWorld.Limit ? "too large" : null;
        await world.Pass(TimeSpan.FromMinutes(20));
        AssertCounts();
        await world.Patch("n03", """{"tags":{"line":"L0"}}""");
        AssertCounts();
        await Put("line", "*", 1, 7000, "*");
        await world.Pass(TimeSpan.FromMinutes(20));
        AssertCounts();
        await world.Fleet.DeleteConfiguration("limits", null, "test", CancellationToken.None);
        AssertCounts();
        await world.Fleet.DeleteIdentity("n09", null, "test", CancellationToken.None);
        AssertCounts();

        Task Put(string id, string condition, int priority, int limit, string? ifMatch = null) => world.Fleet.PutConfiguration(
            new Configuration(
                id, condition, priority, new Dictionary<string, JsonNode?> { ["properties.desired." + ChangeWorld.Limit] = limit }, new Dictionary<string, string>(), "", default, default),
            ifMatch,
            "engineer",
            CancellationToken.None);

        void AssertCounts()
        {
            foreach (var row in view.List())
            {
                var whole = world.Fleet.FindConfigurationMetrics(row.Id)!;
                Assert.That((row.Id, row.Targeted, row.Succeeded, row.Failed), Is.EqualTo((row.Id, whole.Targeted, whole.Succeeded, whole.Failed)));
                var set = view.Read(Everything with { ConfigurationId = row.Id });
                var applied = world.Nodes.Where(id => world.Fleet.FindTwin(id)?.Applied.Values.Any(setting => setting.ConfigurationId == row.Id) == true);
                Assert.That(set.Rows.Select(one => one.DeviceId), Is.EquivalentTo(applied));
            }
        }
    }

    [Test]
    public async Task Pages_and_filters_cut_the_same_order()
    {
        using var world = await ChangeWorld.Start();
        using var view = new ConfigurationView(world.Fleet);
        await world.Patch("n11", """{"properties":{"desired":{"detection":{"velocityLimitUmPerSecond":4600}}}}""");
        var all = view.Read(Everything).Rows.Select(row => row.DeviceId).ToArray();
        Assert.That(all[..3], Is.EqualTo(new[] { "n11", "n00", "n01" }));
        for (var skip = 0; skip <= 20; skip += 3)
        {
            var page = view.Read(Everything with { SkipDevices = skip, TakeDevices = 3 });
            Assert.That((page.DeviceCount, page.Rows.Select(row => row.DeviceId)), Is.EqualTo((20, all.Skip(skip).Take(3))));
        }

        Assert.That(view.Read(Everything with { NotInSync = true }).Rows.Select(row => row.DeviceId), Is.EqualTo(new[] { "n11" }));
        Assert.That(view.Read(Everything with { Text = "N1" }).DeviceCount, Is.EqualTo(10));
        Assert.That(view.Read(Everything with { ConfigurationId = "nobody" }).DeviceCount, Is.Zero);
    }
}
