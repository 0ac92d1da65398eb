using System.Net;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>Loopback needs no token, so pages of other sites must be kept out.</summary>
public sealed class RequestGuardTests : RestTests
{
    [TestCase("evil.example")]
    [TestCase("evil.example:5080")]
    [TestCase("localhost.evil.example")]
    [TestCase("8.8.8.8")]
    public async Task A_name_that_was_rebound_to_loopback_is_refused(string host)
    {
        AssertRefused(await Hub.Send(HttpMethod.Get, "/api/v1/fleet", null, null, ("Host", host)), HttpStatusCode.Forbidden, "IotHubForbidden", 403001);
    }

    [TestCase("localhost")]
    [TestCase("127.0.0.1:9")]
    [TestCase("[::1]:80")]
    public async Task The_hubs_own_names_are_let_in(string host)
    {
        Assert.That((await Hub.Send(HttpMethod.Get, "/api/v1/fleet", null, null, ("Host", host))).Response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase("http://evil.example")]
    [TestCase("null")]
    [TestCase("http://localhost:3000")]
    public async Task A_post_from_another_origin_is_refused(string origin)
    {
        await Hub.Register("victim");
        AssertRefused(await Hub.Send(HttpMethod.Delete, "/devices/victim", null, null, ("Origin", origin)), HttpStatusCode.Forbidden, "IotHubForbidden", 403001);
        AssertRefused(await Hub.Send(HttpMethod.Get, "/_blazor?id=x", null, null, ("Origin", origin)), HttpStatusCode.Forbidden, "IotHubForbidden", 403001);
        Assert.That((await Hub.Send(HttpMethod.Get, "/devices/victim")).Response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase("cross-site", "no-cors", "image", HttpStatusCode.Forbidden)]
    [TestCase("same-site", "cors", "empty", HttpStatusCode.Forbidden)]
    [TestCase("cross-site", "navigate", "iframe", HttpStatusCode.Forbidden)]
    [TestCase("cross-site", "navigate", "document", HttpStatusCode.OK)]
    [TestCase("same-origin", "cors", "empty", HttpStatusCode.OK)]
    [TestCase("none", "navigate", "document", HttpStatusCode.OK)]
    public async Task Only_a_link_may_lead_here_from_elsewhere(string site, string mode, string destination, HttpStatusCode expected)
    {
        var (response, _) = await Hub.Send(HttpMethod.Get, "/", null, null, ("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", mode), ("Sec-Fetch-Dest", destination));
        Assert.That(response.StatusCode, Is.EqualTo(expected));
    }

    [Test]
    public async Task The_pages_own_requests_are_let_in()
    {
        var origin = Hub.Url.GetLeftPart(UriPartial.Authority);
        Assert.That((await Hub.Send(HttpMethod.Get, "/api/v1/fleet", null, null, ("Origin", origin), ("Sec-Fetch-Site", "same-origin"))).Response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Pages_cannot_be_framed_and_take_scripts_from_nowhere_else()
    {
        var (response, _) = await Hub.Send(HttpMethod.Get, "/");
        Assert.That(response.Headers.GetValues("X-Frame-Options"), Is.EqualTo(new[] { "DENY" }));
        Assert.That(response.Headers.GetValues("Content-Security-Policy").First(), Does.Contain("default-src 'self'").And.Contain("frame-ancestors 'none'"));
        Assert.That((await Hub.Http.GetStringAsync("/")), Does.Not.Match("(src|href)=\"(https?:)?//"), "nothing from the internet");
    }

    [Test]
    public async Task The_script_that_connects_the_pages_is_served()
    {
        var (response, _) = await Hub.Send(HttpMethod.Get, "/_framework/blazor.web.js");
        Assert.That((response.StatusCode, response.Content.Headers.ContentType?.MediaType), Is.EqualTo((HttpStatusCode.OK, "text/javascript")));
        Assert.That((await Hub.Send(HttpMethod.Get, "/_framework/blazor.web.js", null, null, ("If-None-Match", response.Headers.ETag!.Tag))).Response.StatusCode, Is.EqualTo(HttpStatusCode.NotModified));
    }
}
