using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.Tests.EndToEnd.World;

namespace DeviceTwin.Tests.EndToEnd;

/// <summary>Wrong input at the hub's service side gets a coded answer, and what was there before is still there.</summary>
public sealed class BadInputTests
{
    private HubUnderTest hub = null!;

    [OneTimeSetUp]
    public async Task StartHub()
    {
        hub = await HubUnderTest.Start();
        await hub.CreateDevice("press-1");
        await hub.PatchDesired("press-1", new JsonObject { ["detection"] = new JsonObject { ["velocityLimitUmPerSecond"] = 4500 } });
    }

    [OneTimeTearDown]
    public ValueTask StopHub() => hub.DisposeAsync();

    [TearDown]
    public async Task TheTwinIsUntouched()
    {
        var twin = await hub.GetTwin("press-1");
        Assert.That((int)twin["properties"]!["desired"]!["detection"]!["velocityLimitUmPerSecond"]!, Is.EqualTo(4500));
    }

    [Test]
    public Task An_unknown_device_is_404001() => Refuses(HttpMethod.Get, "twins/nobody", null, HttpStatusCode.NotFound, "DeviceNotFound");

    [Test]
    public Task Malformed_JSON_is_a_400() => Refuses(HttpMethod.Patch, "twins/press-1", "{\"properties\":{", HttpStatusCode.BadRequest, "IotHubFormatError");

    [Test]
    public Task A_reserved_key_is_a_400() =>
        Refuses(HttpMethod.Patch, "twins/press-1", """{"properties":{"desired":{"$secret":1}}}""", HttpStatusCode.BadRequest, "ArgumentInvalid");

    [Test]
    public Task A_twin_over_its_limit_is_refused_whole()
    {
        var wide = new JsonObject();
        for (var i = 0; i < 9; i++)
        {
            wide[$"k{i}"] = new string('x', 4000);
        }

        var patch = new JsonObject { ["properties"] = new JsonObject { ["desired"] = wide } };
        return Refuses(HttpMethod.Patch, "twins/press-1", patch.ToJsonString(), HttpStatusCode.RequestEntityTooLarge, "RequestEntityTooLarge");
    }

    [Test]
    public async Task An_existing_device_is_not_created_again()
    {
        using var response = await hub.Http.PutAsJsonAsync("devices/press-1?api-version=2021-04-12", new JsonObject { ["deviceId"] = "press-1" });
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That(response.Headers.GetValues("iothub-errorcode"), Is.EqualTo(new[] { "DeviceAlreadyExists" }));
    }

    [Test]
    public async Task A_foreign_host_name_is_refused_before_anything_else()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/v1/fleet");
        request.Headers.Host = "attacker.example";
        using var response = await hub.Http.SendAsync(request);
        Assert.That((int)response.StatusCode, Is.InRange(400, 499));
    }

    private async Task Refuses(HttpMethod method, string path, string? body, HttpStatusCode status, string name)
    {
        using var request = new HttpRequestMessage(method, path + "?api-version=2021-04-12");
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await hub.Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.Multiple(() =>
        {
            Assert.That(response.StatusCode, Is.EqualTo(status), text);
            Assert.That(response.Headers.GetValues("iothub-errorcode"), Is.EqualTo(new[] { name }));
            Assert.That((string?)JsonNode.Parse(text)!["Message"], Does.StartWith($"ErrorCode:{name};"));
        });
    }
}
