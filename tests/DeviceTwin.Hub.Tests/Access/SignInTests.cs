using System.Net;
using System.Text.Json.Nodes;
using DeviceTwin.Tests.Hub.Rest;

namespace DeviceTwin.Tests.Hub.Access;

/// <summary>From the first user on everybody signs in, on loopback too; people in a browser, programs with a token.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class SignInTests
{
    private const string Password = "correct horse battery";
    private HubFixture hub = null!;

    [SetUp]
    public async Task StartHub() => hub = await HubFixture.Start();

    [TearDown]
    public async Task StopHub() => await hub.DisposeAsync();

    [Test]
    public async Task Without_users_this_machine_is_trusted_and_with_the_first_one_it_is_not()
    {
        Assert.That((string?)(await hub.Get("/api/v1/me"))["role"], Is.EqualTo("admin"));
        await AddUser("ann", "admin");
        Assert.That((await hub.Send(HttpMethod.Get, "/api/v1/me")).Response.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That((await hub.Send(HttpMethod.Get, "/devices")).Response.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That((await hub.Send(HttpMethod.Get, "/healthz")).Response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Changes_carry_the_name_of_who_signed_in_and_no_claim()
    {
        await AddUser("ann", "admin");
        var token = await Token("ann");
        (string, string)[] headers = [("Authorization", $"Bearer {token}"), ("X-DeviceTwin-Author", "somebody-else")];
        await hub.Send(HttpMethod.Put, "/devices/signed", "{}", null, headers);
        await hub.Send(HttpMethod.Patch, "/twins/signed", """{"tags":{"line":"1"}}""", null, headers);
        var (_, rows) = await hub.Send(HttpMethod.Get, "/api/v1/devices/signed/audit", null, null, headers);
        Assert.That(((JsonArray)rows!).Select(row => (string?)row!["author"]), Is.EqualTo(new[] { "ann", "ann" }));
    }

    [Test]
    public async Task A_browser_signs_in_sees_the_pages_and_signs_out()
    {
        await AddUser("ann", "admin");
        var browser = new Browser(hub);
        using var asked = await browser.Send(HttpMethod.Get, "/nodes/x?y=1");
        Assert.That(asked.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await asked.Content.ReadAsStringAsync(), Does.Contain("name=\"password\"").And.Contain("value=\"/nodes/x?y=1\""), "and comes back to where it wanted to go");
        using var wrong = await browser.SignInAs("ann", "wrong password");
        Assert.That((wrong.StatusCode, browser.Session), Is.EqualTo((HttpStatusCode.Unauthorized, (string?)null)));
        using var right = await browser.SignInAs("ann", Password);
        Assert.That(right.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
        Assert.That(right.Headers.GetValues("Set-Cookie").Single(text => text.StartsWith("devicetwin-session")), Does.Contain("httponly").And.Contain("samesite=strict"));
        using var page = await browser.Send(HttpMethod.Get, "/users");
        Assert.That(await page.Content.ReadAsStringAsync(), Does.Contain("data-testid=\"user-ann\"").And.Contain("(you)"));
        using var fleet = await browser.Send(HttpMethod.Get, "/");
        var form = System.Text.RegularExpressions.Regex.Match(await fleet.Content.ReadAsStringAsync(), "name=\"(__RequestVerificationToken)\" value=\"([^\"]+)\"");
        using var outside = await browser.Post("/sign-out");
        Assert.That(browser.Session, Is.Not.Null, "only the page's own button signs out");
        using var left = await browser.Post("/sign-out", (form.Groups[1].Value, form.Groups[2].Value));
        Assert.That(browser.Session, Is.Null);
        Assert.That((await browser.Send(HttpMethod.Get, "/")).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task A_form_without_this_browsers_token_is_refused()
    {
        await AddUser("ann", "admin");
        var browser = new Browser(hub);
        using var forged = await browser.Post("/sign-in", ("name", "ann"), ("password", Password));
        Assert.That((forged.StatusCode, browser.Session), Is.EqualTo((HttpStatusCode.BadRequest, (string?)null)));
    }

    [TestCase("//evil.example/")]
    [TestCase("/\\evil.example")]
    [TestCase("https://evil.example/")]
    public async Task Nobody_is_led_elsewhere_by_way_of_the_sign_in(string to)
    {
        await AddUser("ann", "admin");
        using var answer = await new Browser(hub).SignIn(("to", to), ("name", "ann"), ("password", Password));
        Assert.That(answer.Headers.Location?.OriginalString, Is.EqualTo("/"));
    }

    [Test]
    public async Task Guessing_is_slowed_down()
    {
        await AddUser("ann", "admin");
        var browser = new Browser(hub);
        for (var attempt = 0; attempt < 5; attempt++)
        {
            using var wrong = await browser.SignInAs("ann", "wrong password");
            Assert.That(wrong.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        }

        using var waits = await browser.SignInAs("ann", Password);
        Assert.That(waits.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
    }

    [Test]
    public async Task Sign_ins_are_counted_by_what_came_of_them()
    {
        await AddUser("ann", "admin");
        var token = await Token("ann");
        var browser = new Browser(hub);
        for (var attempt = 0; attempt < 6; attempt++)
        {
            using var wrong = await browser.SignInAs("ann", "wrong password");
        }

        using var nobody = await browser.SignInAs("nobody", "wrong password");
        using var asked = new HttpRequestMessage(HttpMethod.Get, "/metrics") { Headers = { Authorization = new("Bearer", token) } };
        using var answer = await hub.Http.SendAsync(asked);
        Assert.That(
            (await answer.Content.ReadAsStringAsync()).Split('\n').Where(line => line.StartsWith("devicetwin_sign_ins_total{")).Order(),
            Is.EqualTo(new[] { "accepted\"} 1", "refused\"} 6", "throttled\"} 1" }.Select(end => $"devicetwin_sign_ins_total{{result=\"{end}")));
    }

    [Test]
    public async Task A_viewer_sees_no_keys_and_no_controls()
    {
        await hub.Register("secret");
        var key = (string)(await hub.Get("/devices/secret"))["authentication"]!["symmetricKey"]!["primaryKey"]!;
        await hub.Send(HttpMethod.Patch, "/twins/secret", """{"properties":{"desired":{"detection":{"velocityLimitUmPerSecond":1}}}}""");
        await AddUser("ann", "admin");
        var admin = await Token("ann");
        foreach (var (name, sees) in new[] { ("viewer", false), ("technician", false), ("engineer", true) })
        {
            await AddUser(name, name, admin);
            var (_, device) = await hub.Send(HttpMethod.Get, "/devices/secret", null, null, ("Authorization", $"Bearer {await Token(name)}"));
            Assert.That((string?)device!["authentication"]!["symmetricKey"]!["primaryKey"] == key, Is.EqualTo(sees), name);
            var browser = new Browser(hub);
            using var signedIn = await browser.SignInAs(name, Password);
            var page = await (await browser.Send(HttpMethod.Get, "/nodes/secret")).Content.ReadAsStringAsync();
            Assert.That(page.Contains("save-detection.velocityLimitUmPerSecond"), Is.EqualTo(sees), name);
            Assert.That(page.Contains("href=\"users\""), Is.False, name);
            Assert.That(await (await browser.Send(HttpMethod.Get, "/users")).Content.ReadAsStringAsync(), Does.Contain("data-testid=\"not-allowed\""), name);
        }
    }

    [Test]
    public async Task The_policies_connection_strings_are_an_admins()
    {
        await AddUser("ann", "admin");
        var (_, policies) = await hub.Send(HttpMethod.Get, "/api/v1/policies", null, null, ("Authorization", $"Bearer {await Token("ann")}"));
        var service = ((JsonArray)policies!).Single(policy => (string?)policy!["name"] == "service")!;
        Assert.That((string?)service["connectionString"], Is.EqualTo($"HostName=localhost;SharedAccessKeyName=service;SharedAccessKey={(string?)service["primaryKey"]}"));
    }

    [TestCase("Bearer wrong")]
    [TestCase("Basic YTpi")]
    [TestCase("SharedAccessSignature nonsense")]
    public async Task A_wrong_secret_is_refused_even_where_none_is_asked_for(string authorization)
    {
        Assert.That((await hub.Send(HttpMethod.Get, "/devices", null, null, ("Authorization", authorization))).Response.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    private async Task AddUser(string name, string role, string? token = null)
    {
        var (response, body) = await hub.Send(
            HttpMethod.Put, $"/api/v1/users/{name}", $$"""{"role":"{{role}}","password":"{{Password}}"}""", null, token is null ? [] : [("Authorization", $"Bearer {token}")]);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), body?.ToJsonString());
    }

    private async Task<string> Token(string name)
    {
        var browser = new Browser(hub);
        using var signedIn = await browser.SignInAs(name, Password);
        var (_, made) = await hub.Send(HttpMethod.Post, "/api/v1/me/tokens", """{"label":"test"}""", null, ("Cookie", browser.Cookies));
        return (string)made!["token"]!;
    }
}
