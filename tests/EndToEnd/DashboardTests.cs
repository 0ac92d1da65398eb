using DeviceTwin.SensorNode.Simulator.Machines;
using DeviceTwin.Tests.EndToEnd.World;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace DeviceTwin.Tests.EndToEnd;

/// <summary>An operator at the dashboard, in a real browser.</summary>
public sealed class DashboardTests
{
    private const string Limit = "detection.velocityLimitUmPerSecond";

    private HubUnderTest hub = null!;
    private Browsers browsers = null!;
    private IPage page = null!;
    private List<string> errors = null!;

    [OneTimeSetUp]
    public async Task OpenTheBrowser() => browsers = await Browsers.Open();

    [SetUp]
    public async Task OpenAPage()
    {
        hub = await HubUnderTest.Start();
        errors = [];
        page = await browsers.NewPage(errors);
    }

    [TearDown]
    public async Task CloseThePage()
    {
        await page.CloseAsync();
        await hub.DisposeAsync();
    }

    [OneTimeTearDown]
    public async Task CloseTheBrowser()
    {
        if (browsers is not null)
        {
            await browsers.DisposeAsync();
        }
    }

    [Test]
    public async Task An_operator_sees_a_fault_appear_and_changes_a_limit()
    {
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

        // Whether it is sealed by now or not: the button says what became of it.
        await page.GetByRole(AriaRole.Link, new() { Name = "Alarms" }).First.ClickAsync();
        await Expect(page.GetByTestId("alarm-counts")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Verify evidence" }).First.ClickAsync();
        await Expect(page.Locator("[data-testid^=evidence-]")).ToContainTextAsync(new System.Text.RegularExpressions.Regex("equal|incomplete|not sealed"));
        Assert.That(errors, Is.Empty);
    }

    [Test]
    public async Task A_page_says_that_its_hub_is_gone_and_comes_back_with_it()
    {
        await page.GotoAsync(hub.HttpUrl.ToString());
        var notice = page.Locator("#components-reconnect-modal");
        await Expect(page.GetByTestId("tile-all")).ToBeVisibleAsync();
        await hub.CreateDevice("pump-0");
        await Expect(page.GetByTestId("row-pump-0")).ToBeVisibleAsync();
        await Expect(notice).ToBeHiddenAsync();

        await hub.Kill();
        await Expect(notice).ToBeVisibleAsync();
        await Expect(notice).ToContainTextAsync("The hub does not answer");

        await hub.Restart();
        await hub.CreateDevice("pump-1");
        await Expect(page.GetByTestId("row-pump-1")).ToBeVisibleAsync();
        await Expect(notice).ToBeHiddenAsync();
    }
}
