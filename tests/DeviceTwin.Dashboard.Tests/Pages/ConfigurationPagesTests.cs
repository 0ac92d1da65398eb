using System.Text.Json.Nodes;
using DeviceTwin.Dashboard.Pages;
using DeviceTwin.Dashboard.View;
using DeviceTwin.Twins;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceTwin.Tests.Dashboard.Pages;

/// <summary>The pages of configurations at a first visit.</summary>
public sealed class ConfigurationPagesTests
{
    private const string Limit = "detection.velocityLimitUmPerSecond";

    [Test]
    public async Task Devices_and_paths_have_their_states()
    {
        var html = await Render<ConfigurationsPage>(PageRole.Viewer, new SampleConfigurations());
        Assert.That(Html.Text(Html.ById(html, "configuration-limits")), Does.Contain("version 3, version 4 is being rolled out: 2 devices have it").And.EndWith("5 1 20 18 1"));
        Assert.That(Html.Text(Html.ById(html, "grid-vib-1")), Does.Contain("vib-1").And.Contain("offline").And.Contain("waits since 3 min ago").And.Contain("Pending").And.Contain("7100").And.EndWith("–"));
        Assert.That(Html.Text(Html.ById(html, "in-sync-after-vib-2")), Is.EqualTo("1.4 s"));
        Assert.That(Html.Text(Html.ById(html, "in-sync-times")), Is.EqualTo("from write to in sync: half within 142 ms, 99 % within 3 min (7 changes)"));
        Assert.That(Html.ById(html, "grid-vib-1"), Does.Contain("href=\"paths/vib-1\""));
        Assert.That(Html.Text(Html.ById(html, "grid-count")), Is.EqualTo("120 devices · 9 paths"));
        Assert.That(Html.Attribute(html, "paths-before", "disabled"), Is.Not.Null);
        Assert.That(Html.Attribute(html, "paths-after", "disabled"), Is.Null);
    }

    [Test]
    public async Task Who_wins_is_said_with_the_reason_and_overrides_with_owner_and_end()
    {
        var html = await Winners(PageRole.Engineer);
        Assert.That(Html.Text(Html.ById(html, $"winner-{Limit}")), Does.Contain("override").And.Contain("of ann until 2026-12-24 18:00 UTC : <b>bearing").And.Contain("limits v3 wants 7100: yields to the override").And.Contain("End override"));
        Assert.That(Html.Text(Html.ById(html, "winner-reporting.mode")), Does.Contain("base v1").And.Contain("desired is \"full\"").And.Not.Contain("End override"));
        Assert.That(html, Does.Contain("data-testid=\"put-override\"").And.Not.Contain("<b>bearing"));
    }

    [Test]
    public async Task Who_is_no_engineer_reads_and_overrides_nothing() =>
        Assert.That(await Winners(PageRole.Technician), Does.Not.Contain("put-override").And.Not.Contain("data-testid=\"end-"));

    [Test]
    public async Task A_device_that_is_not_there_is_said_to_be_missing() =>
        Assert.That(Html.Text(Html.ById(await Winners(PageRole.Viewer, "gone"), "no-device")), Does.Contain("gone"));

    private static Task<string> Winners(PageRole role, string deviceId = "vib-1") => Render<WinnersPage>(role, new SampleConfigurations(), ("DeviceId", deviceId));

    private static Task<string> Render<TPage>(PageRole role, IConfigurationView configurations, params (string Name, object? Value)[] parameters)
        where TPage : Microsoft.AspNetCore.Components.IComponent => PageRenderer.Render<TPage>(
            services => services.AddSingleton(configurations).AddSingleton<IPageCaller>(new SampleCaller(role)), new SampleFleet(), parameters);

    private sealed class SampleConfigurations : IConfigurationView
    {
        public InSyncTimes Times => new(7, TimeSpan.FromMilliseconds(142), TimeSpan.FromSeconds(200));

        public IReadOnlyList<ConfigurationRow> List() => [new ConfigurationRow("limits", 3, 5, "tags.line='L1'", 1, 20, 18, 1, 4, 2)];

        public PathGrid Read(PathGridQuery query) => new(
            [Limit, "reporting.mode"],
            9,
            [
                new PathGridRow("vib-1", false, ConvergenceState.Pending, [new PathConvergence(Limit, JsonValue.Create(7100), null, ConvergenceState.Pending, null, null, 4, 3), null], TimeSpan.FromSeconds(2), SampleFleet.Noon.AddMinutes(-3)),
                new PathGridRow("vib-2", true, ConvergenceState.InSync, [null, null], TimeSpan.FromMilliseconds(1432), null),
            ],
            120);

        public IReadOnlyList<WinnerRow>? FindWinners(string deviceId) => deviceId != "vib-1" ? null :
        [
            new WinnerRow(Limit, "override", "an override beats all configurations", true, "9000", null, "ann", "<b>bearing", new DateTimeOffset(2026, 12, 24, 18, 0, 0, TimeSpan.Zero), ["limits v3 wants 7100: yields to the override"], ConvergenceState.InSync),
            new WinnerRow("reporting.mode", "base v1", "nobody else wants it", false, "\"short\"", "\"full\"", null, null, null, [], null),
        ];

        public Task<ActionOutcome> PutOverride(string deviceId, string path, JsonNode value, string owner, string reason, DateTimeOffset expiresAt, CancellationToken cancellation) =>
            Task.FromResult(ActionOutcome.Done);

        public Task<ActionOutcome> DeleteOverride(string deviceId, string path, string author, CancellationToken cancellation) => Task.FromResult(ActionOutcome.Done);
    }
}
