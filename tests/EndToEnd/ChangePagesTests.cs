using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DeviceTwin.SensorNode.Simulator.Machines;
using DeviceTwin.Tests.EndToEnd.World;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace DeviceTwin.Tests.EndToEnd;

/// <summary>Two people at the pages of changes and configurations, in real browsers: the one writes a change, the other approves and stops it.</summary>
public sealed class ChangePagesTests
{
    private const string Limit = "detection.velocityLimitUmPerSecond";
    private const string Password = "correct horse battery";

    private readonly List<string> errors = [];
    private HubUnderTest hub = null!;
    private NodesUnderTest nodes = null!;
    private Browsers browsers = null!;
    private IPage ada = null!;
    private IPage grace = null!;

    [OneTimeSetUp]
    public async Task OpenTheBrowsers()
    {
        browsers = await Browsers.Open();
        hub = await HubUnderTest.Start();
        nodes = await NodesUnderTest.Start(
            hub, ("press-1", MachineFactory.Create(MachineKind.Unbalance)), ("press-2", MachineFactory.Create(MachineKind.Healthy)));
        await PutConfiguration("limits", new() { [Limit] = 4500 });
        await PutConfiguration("pace", new() { ["reporting.telemetryIntervalSeconds"] = 5 });

        // From the first user on everybody signs in.
        await hub.Send(HttpMethod.Put, "api/v1/users/ada", new JsonObject { ["role"] = "admin", ["password"] = Password });
        ada = await SignIn("ada");
        await Ask(ada, "PUT", "api/v1/users/grace", new() { ["role"] = "engineer", ["password"] = Password });
        grace = await SignIn("grace");
    }

    [OneTimeTearDown]
    public async Task CloseTheBrowsers()
    {
        foreach (var opened in new IAsyncDisposable?[] { nodes, hub, browsers })
        {
            await (opened?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    [Test]
    public async Task A_change_is_replayed_approved_by_another_followed_live_and_aborted_after_a_question()
    {
        await Open(grace, "changes");
        await Expect(grace.GetByTestId("change-counts")).ToBeVisibleAsync();
        await Expect(ada.GetByTestId("verdict-press-1")).ToContainTextAsync("unbalance");
        await Eventually("api/v1/waveforms", answer => answer.AsArray().Any(waveform => (string?)waveform!["deviceId"] == "press-1"), "a stored waveform");
        await Propose("higher", "limits", new() { [Limit] = 60_000 });

        // The list follows without a reload; the other's page does too.
        await grace.GetByTestId("change-higher").GetByRole(AriaRole.Link).ClickAsync();
        await Expect(grace.GetByTestId("state")).ToContainTextAsync("draft");
        await Expect(grace.GetByTestId("settings")).ToContainTextAsync("60000");
        await Open(ada, "changes/higher");
        await ada.GetByTestId("replay").ClickAsync();
        await Expect(grace.GetByTestId("state")).ToContainTextAsync("replayed");
        await Expect(grace.Locator("table[data-testid=replay] tr", new() { HasText = "machines that alarm" })).ToHaveTextAsync(new Regex("machines that alarm\\s*1 of 1\\s*0 of 1"));

        await Expect(ada.GetByTestId("approve")).ToBeDisabledAsync();
        await Expect(ada.GetByTestId("note").First).ToContainTextAsync("You wrote this change");
        await grace.GetByTestId("reason").FillAsync("replay read");
        await grace.GetByTestId("approve").ClickAsync();
        await ada.GetByTestId("start").ClickAsync();
        await Expect(grace.GetByTestId("state")).ToContainTextAsync("canary");
        await Expect(grace.GetByTestId("gate-rejectedKeys")).ToContainTextAsync(new Regex("waiting|passed"));
        await Expect(grace.GetByTestId("group-canary").Locator("progress")).ToHaveTextAsync("1 of 1");

        // One click asks, Escape lets it go on, the reason stops it.
        await grace.GetByTestId("abort").ClickAsync();
        await Expect(grace.GetByTestId("question")).ToContainTextAsync("1 device was sent it");
        await Expect(grace.GetByTestId("abort-reason")).ToBeFocusedAsync();
        await grace.Keyboard.PressAsync("Escape");
        await Expect(grace.GetByTestId("question")).ToBeHiddenAsync();
        await grace.GetByTestId("abort").ClickAsync();
        await grace.GetByTestId("abort-reason").FillAsync("the press stands");
        await grace.Keyboard.PressAsync("Enter");
        await Expect(ada.GetByTestId("state")).ToContainTextAsync("aborted");
        await Expect(ada.GetByTestId("ended-why")).ToHaveTextAsync("grace: the press stands");
        await Expect(ada.GetByTestId("abort")).ToBeHiddenAsync();
        await Expect(ada.GetByTestId("report-html")).ToBeVisibleAsync();
        Assert.That(errors, Is.Empty);
    }

    [Test]
    public async Task One_that_a_board_refuses_is_taken_back_by_itself_and_the_page_says_why()
    {
        await Propose("refused", "pace", new() { ["reporting.nonsense"] = 1 });
        await Open(ada, "changes/refused");
        await ada.GetByTestId("replay").ClickAsync();
        await Open(grace, "changes/refused");
        await grace.GetByTestId("reason").FillAsync("only a pace");
        await grace.GetByTestId("approve").ClickAsync();
        await ada.GetByTestId("start").ClickAsync();
        await Expect(grace.GetByTestId("state")).ToContainTextAsync("rolledBack");
        await Expect(grace.GetByTestId("ended-why")).ToContainTextAsync("reporting.nonsense");
        await Expect(grace.GetByTestId("steps")).ToContainTextAsync("canary → rolledBack");
        Assert.That(errors, Is.Empty);
    }

    [Test]
    public async Task Devices_and_paths_show_their_states_and_an_override_comes_and_goes()
    {
        await Open(ada, "paths");
        await Expect(ada.GetByTestId("grid-press-2")).ToContainTextAsync("InSync");
        await ada.GetByTestId("grid-search").FillAsync("press-2");
        await Expect(ada.GetByTestId("grid-count")).ToHaveTextAsync("1 devices · 2 paths");
        await ada.GetByTestId("grid-press-2").GetByRole(AriaRole.Link).ClickAsync();
        var winner = ada.GetByTestId($"winner-{Limit}");
        await Expect(winner).ToContainTextAsync("limits v1");

        await ada.GetByTestId($"choose-{Limit}").ClickAsync();
        await Expect(ada.GetByTestId("override-value")).ToBeFocusedAsync();
        await ada.GetByTestId("override-value").FillAsync("9000");
        await ada.GetByTestId("override-days").FillAsync("3");
        await ada.GetByTestId("override-reason").FillAsync("new bearing");
        await ada.GetByTestId("put-override").ClickAsync();
        await Expect(winner).ToContainTextAsync(new Regex("9000.*override.*of ada until 20[0-9-]+ [0-9:]+ UTC: new bearing.*limits v1 wants 4500.*InSync", RegexOptions.Singleline));
        await ada.GetByTestId($"end-{Limit}").ClickAsync();
        await Expect(winner).ToContainTextAsync(new Regex("4500.*limits v1.*InSync", RegexOptions.Singleline));
        Assert.That(errors, Is.Empty);
    }

    /// <summary>Before its connection is up a page shows, and does nothing.</summary>
    private async Task Open(IPage page, string address)
    {
        await page.GotoAsync(Address(address));
        await Expect(page.Locator("main:not([aria-busy])")).ToBeVisibleAsync();
    }

    private string Address(string page) => new Uri(hub.HttpUrl, page).ToString();

    private Task PutConfiguration(string id, JsonObject settings) => hub.Send(HttpMethod.Put, $"configurations/{id}", new JsonObject
    {
        ["id"] = id,
        ["targetCondition"] = "*",
        ["priority"] = 10,
        ["content"] = new JsonObject
        {
            ["deviceContent"] = new JsonObject(settings.Select(setting => KeyValuePair.Create($"properties.desired.{setting.Key}", setting.Value?.DeepClone()))),
        },
    });

    private Task<JsonNode> Propose(string id, string configurationId, JsonObject settings) => Ask(ada, "POST", "api/v1/rollouts", new()
    {
        ["id"] = id,
        ["title"] = $"A change: {id}",
        ["configurationId"] = configurationId,
        ["settings"] = settings,
        ["plan"] = new JsonObject { ["shadowSeconds"] = 0 },
    });

    private Task<JsonNode> Eventually(string path, Func<JsonNode, bool> holds, string what) => hub.Eventually(() => Ask(ada, "GET", path, null), holds, what);

    /// <summary>What the page of somebody who is signed in may ask of the hub.</summary>
    private async Task<JsonNode> Ask(IPage page, string method, string path, JsonObject? body)
    {
        var answer = await page.APIRequest.FetchAsync(Address(path), new() { Method = method, DataObject = body });
        var text = await answer.TextAsync();
        Assert.That(answer.Ok, Is.True, () => $"{method} {path}: {answer.Status} {text}");
        return JsonNode.Parse(text.Length == 0 ? "{}" : text)!;
    }

    private async Task<IPage> SignIn(string name)
    {
        var page = await browsers.NewPage(errors);
        await page.GotoAsync(hub.HttpUrl.ToString());
        await page.FillAsync("#name", name);
        await page.FillAsync("#password", Password);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByTestId("account")).ToHaveTextAsync(name);
        return page;
    }
}
