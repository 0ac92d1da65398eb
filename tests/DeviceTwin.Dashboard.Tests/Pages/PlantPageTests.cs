using DeviceTwin.Dashboard.Fleet;
using DeviceTwin.Dashboard.Pages;
using DeviceTwin.Dashboard.View;
using DeviceTwin.Twins;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceTwin.Tests.Dashboard.Pages;

/// <summary>The plant page at a first visit.</summary>
public sealed class PlantPageTests
{
    [Test]
    public async Task Each_part_shows_the_worst_of_what_is_below_it_in_words()
    {
        var point = Part("point", "pump-1-de", "Drive end", Severity.Fault) with { DeviceId = "vib-1", Verdict = "outer", Offline = 1 };
        var empty = Part("point", "pump-1-nde", "Other end", Severity.None) with { Nodes = 0 };
        var machine = Part("machine", "pump-1", "Cooling pump", Severity.Fault, point, empty) with { UnacknowledgedAlarms = 2, Detail = "pump · 6205" };
        var html = await Render(Part("site", "plant", "Plant", Severity.Fault, Part("line", "line-1", "Line 1", Severity.Fault, machine)));
        Assert.That(Html.Text(Html.ById(html, "site-plant")), Does.StartWith("Plant site fault zone C"));
        Assert.That(Html.Text(Html.ById(html, "machine-pump-1")), Does.Contain("Cooling pump").And.Contain("pump · 6205").And.Contain("2 not acknowledged").And.Contain("Pending"));
        Assert.That(Html.ById(html, "machine-pump-1"), Does.Contain("data-shape=\"diamond\""));
        Assert.That(Html.ById(html, "point-pump-1-de"), Does.Contain("href=\"nodes/vib-1\"").And.Contain("outer"));
        Assert.That(Html.Text(Html.ById(html, "point-pump-1-de")), Does.Contain("offline"));
        Assert.That(Html.Text(Html.ById(html, "point-pump-1-nde")), Is.EqualTo("Other end no node"));
    }

    [Test]
    public async Task A_plant_that_is_not_described_says_how_to_begin()
    {
        Assert.That(Html.Text(Html.ById(await Render(), "no-plant")), Does.Contain("/api/v1/plant/import"));
    }

    [Test]
    public async Task A_node_that_refused_its_place_is_named_with_the_reason()
    {
        Assert.That(Html.Text(Html.ById(await Render(), "plant-refusal")), Does.Contain("vib-9").And.Contain("more than 8 KB").And.Contain("tasks/3/retry"));
    }

    private static PlantPart Part(string level, string id, string name, Severity severity, params PlantPart[] parts) =>
        new(level, id, name, null, severity, "C", ConvergenceState.Pending, 0, 0, 1, 0, null, null, parts);

    private static Task<string> Render(params PlantPart[] sites) =>
        PageRenderer.Render<PlantPage>(services => services.AddSingleton<IPlantView>(new SamplePlant(sites)), new SampleFleet());

    private sealed class SamplePlant(PlantPart[] sites) : IPlantView
    {
        public IReadOnlyList<PlantRefusal> Refused() => [new(3, "vib-9", "The tags have more than 8 KB. Remove some.")];

        public IReadOnlyList<PlantPart> Sites() => sites;

        public IDisposable Subscribe(Action changed) => throw new InvalidOperationException("Nothing is subscribed while a page is only rendered.");
    }
}
