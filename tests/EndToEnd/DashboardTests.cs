using DeviceTwin.SensorNode.Simulator.Machines;
using DeviceTwin.Tests.EndToEnd.World;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace DeviceTwin.Tests.EndToEnd;

/// <summary>An operator at the dashboard, in a real browser.</summary>
public sealed class DashboardTests
{
    private const string Chromium = "/usr/bin/chromium";
    private const string Limit = "detection.velocityLimitUmPerSecond";

    [Test]
    public async Task An_operator_sees_a_fault_appear_and_changes_a_limit()
    {
        if (!File.Exists(Chromium))
        {
            Assert.Ignore("Chromium is not installed: run tests/run, or `apt-get install chromium`.");
        }

        await using var hub = await HubUnderTest.Start();
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Chromium,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
        });
        var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = 1440, Height = 900 } });
        var errors = new List<string>();
        page.PageError += (_, error) => errors.Add(error);
        page.SetDefaultTimeout(30_000);
        SetDefaultExpectTimeout(30_000);

        await page.GotoAsync(hub.HttpUrl.ToString());
        await Expect(page.GetByTestId("fleet-table")).ToBeVisibleAsync();
        await using var nodes = await NodesUnderTest.Start(hub, ("conveyor-3", MachineFactory.Create(MachineKind.OuterRace)));
        await Expect(page.GetByTestId("verdict-conveyor-3")).ToContainTextAsync("outer");
        await Expect(page.GetByTestId("state-conveyor-3")).ToContainTextAsync("InSync");

        await page.GetByTestId("row-conveyor-3").GetByRole(AriaRole.Link).First.ClickAsync();
        await Expect(page.GetByTestId("verdict")).ToContainTextAsync("outer");
        await Expect(page.GetByTestId("envelope")).ToContainTextAsync("BPFO");

        await page.GetByTestId($"edit-{Limit}").FillAsync("4500");
        await page.GetByTestId($"save-{Limit}").ClickAsync();
        var row = page.GetByTestId($"path-{Limit}");
        await Expect(row).ToContainTextAsync("4500");
        await Expect(row).ToContainTextAsync("InSync");

        var twin = await hub.GetTwin("conveyor-3");
        Assert.That((int)twin["properties"]!["reported"]!["detection"]!["velocityLimitUmPerSecond"]!["value"]!, Is.EqualTo(4500));
        Assert.That(errors, Is.Empty);
    }
}
