using System.Net;
using System.Text.Json.Nodes;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>Overrides and who wins, over HTTP.</summary>
public sealed class OverrideEndpointTests : RestTests
{
    [Test]
    public async Task An_override_is_set_shown_and_taken_back()
    {
        await Hub.Register("o");
        await Hub.Send(HttpMethod.Put, "/configurations/base", """{"targetCondition":"deviceId = 'o'","priority":3,"content":{"deviceContent":{"properties.desired.a.b":1}}}""");
        var until = DateTimeOffset.UtcNow.AddHours(1).ToString("O");
        var (set, made) = await Hub.Send(HttpMethod.Put, "/api/v1/devices/o/overrides/a.b", $$"""{"value":9,"reason":"new bearing","expiresAt":"{{until}}"}""");
        Assert.That(set.StatusCode, Is.EqualTo(HttpStatusCode.OK), made?.ToJsonString());
        Assert.That((int?)(await Hub.Get("/twins/o"))["properties"]!["desired"]!["a"]!["b"], Is.EqualTo(9));
        var winner = ((JsonArray)await Hub.Get("/api/v1/devices/o/winners")).Single()!;
        Assert.That(((string?)winner["winner"]!["source"], (string?)winner["lost"]![0]!["source"], (string?)winner["lost"]![0]!["why"]), Is.EqualTo(("override", "base", "override")));
        Assert.That((string?)(await Hub.Get("/api/v1/devices/o/overrides/a.b"))["reason"], Is.EqualTo("new bearing"));
        Assert.That((JsonArray)await Hub.Get("/api/v1/devices/o/overrides"), Has.Count.EqualTo(1));
        AssertRefused(await Hub.Send(HttpMethod.Put, "/api/v1/devices/o/overrides/c", """{"value":9,"reason":"r"}"""), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004);
        Assert.That((await Hub.Send(HttpMethod.Delete, "/api/v1/devices/o/overrides/a.b")).Response.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That((int?)(await Hub.Get("/twins/o"))["properties"]!["desired"]!["a"]!["b"], Is.EqualTo(1));
        AssertRefused(await Hub.Send(HttpMethod.Get, "/api/v1/devices/o/overrides/a.b"), HttpStatusCode.NotFound, "OverrideNotFound", 404561);
        AssertRefused(await Hub.Send(HttpMethod.Get, "/api/v1/devices/nobody/winners"), HttpStatusCode.NotFound, "DeviceNotFound", 404001);
        Assert.That((await Hub.Get("/api/v1/devices/o/convergence")).AsObject().ContainsKey("waitingSince"));
        Assert.That((await Hub.Get("/api/v1/convergence"))["changes"], Is.Not.Null);
    }

    [Test]
    public async Task A_configuration_counts_what_its_queries_ask_for()
    {
        await Hub.Register("m");
        var (response, made) = await Hub.Send(
            HttpMethod.Put,
            "/configurations/counted",
            """{"targetCondition":"deviceId = 'm'","content":{"deviceContent":{"properties.desired.q":1}},"metrics":{"queries":{"set":"SELECT * FROM devices WHERE properties.desired.q = 1","other":"SELECT * FROM devices WHERE properties.desired.q = 2"}}}""");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), made?.ToJsonString());
        Assert.That(made!["metrics"]!["results"]!.ToJsonString(), Is.EqualTo("""{"set":1,"other":0}"""));
        Assert.That(((bool?)made["indexed"], (int?)made["version"]), Is.EqualTo((true, 1)));
    }
}
