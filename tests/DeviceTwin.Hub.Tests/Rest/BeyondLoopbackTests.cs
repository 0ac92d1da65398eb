using System.Net;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>Beyond loopback nothing is said without TLS and the token.</summary>
public sealed class BeyondLoopbackTests
{
    private HubFixture hub = null!;
    private string token = "";

    [OneTimeSetUp]
    public async Task StartHub()
    {
        hub = await HubFixture.Start(IPAddress.Any);
        token = (await File.ReadAllTextAsync(Path.Combine(hub.Folder, "http-token"))).Trim();
    }

    [OneTimeTearDown]
    public async Task StopHub() => await hub.DisposeAsync();

    [Test]
    public async Task The_address_is_https_under_the_hubs_own_authority()
    {
        Assert.That(hub.Url.Scheme, Is.EqualTo("https"));
        Assert.That((await hub.Http.GetAsync("/healthz")).StatusCode, Is.EqualTo(HttpStatusCode.OK), "the certificate fits the authority");
    }

    [Test]
    public async Task Plain_http_gets_no_answer()
    {
        using var plain = new HttpClient();
        await Assert.ThatAsync(() => plain.GetAsync($"http://localhost:{hub.Url.Port}/healthz"), Throws.InstanceOf<HttpRequestException>());
    }

    [TestCase(null)]
    [TestCase("Bearer ")]
    [TestCase("Bearer wrong")]
    [TestCase("Basic YTpi")]
    public async Task Without_the_token_a_program_is_refused(string? authorization)
    {
        var (response, body) = await hub.Send(HttpMethod.Get, "/api/v1/fleet", null, null, authorization is null ? [] : [("Authorization", authorization)]);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That((string?)body!["Message"], Does.StartWith("ErrorCode:IotHubUnauthorizedAccess;"));
        Assert.That(response.Headers.WwwAuthenticate.ToString(), Is.EqualTo("Bearer"));
    }

    [TestCase("/metrics")]
    [TestCase("/_blazor/negotiate?negotiateVersion=1")]
    [TestCase("/_framework/blazor.web.js")]
    [TestCase("/devices")]
    public async Task Nothing_is_open_but_health_and_sign_in(string path)
    {
        Assert.That((await hub.Send(HttpMethod.Get, path)).Response.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That((await hub.Send(HttpMethod.Get, "/healthz")).Response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await hub.Send(HttpMethod.Get, "/sign-in")).Response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task With_the_token_a_program_is_served()
    {
        Assert.That((await hub.Send(HttpMethod.Get, "/api/v1/fleet", null, null, ("Authorization", $"Bearer {token}"))).Response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_person_signs_in_once_per_browser()
    {
        var (asked, _) = await hub.Send(HttpMethod.Get, "/", null, null, ("Accept", "text/html"));
        Assert.That(asked.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await asked.Content.ReadAsStringAsync(), Does.Contain("<form"));

        var browser = new Browser(hub);
        using var wrong = await browser.SignIn(("token", "guess"));
        Assert.That(wrong.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(browser.Session, Is.Null);

        using var right = await browser.SignIn(("token", token));
        var cookie = right.Headers.GetValues("Set-Cookie").Single(text => text.StartsWith("devicetwin-session=", StringComparison.Ordinal));
        Assert.That(right.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
        Assert.That(cookie, Does.Contain("secure").And.Contain("httponly").And.Contain("samesite=strict").And.Not.Contain(token));

        var value = Regex.Match(cookie, "^[^;]+").Value;
        var (page, _) = await hub.Send(HttpMethod.Get, "/", null, null, ("Cookie", value), ("Accept", "text/html"));
        Assert.That(page.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await hub.Send(HttpMethod.Get, "/", null, null, ("Cookie", value + "x"))).Response.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    [UnsupportedOSPlatform("windows")]
    public void The_token_is_for_its_owner_only()
    {
        Assert.That(File.GetUnixFileMode(Path.Combine(hub.Folder, "http-token")), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(token, Has.Length.GreaterThanOrEqualTo(43), "32 random bytes");
    }
}
