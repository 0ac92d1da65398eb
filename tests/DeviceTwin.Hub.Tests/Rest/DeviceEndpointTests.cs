using System.Net;
using System.Text.Json.Nodes;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>The registry as Azure's service clients use it.</summary>
public sealed class DeviceEndpointTests : RestTests
{
    [Test]
    public async Task Empty_keys_are_made_as_the_node_sdk_expects()
    {
        var (response, device) = await Hub.Send(
            HttpMethod.Put,
            "/devices/keys?api-version=2021-04-12",
            """{"deviceId":"keys","status":"enabled","authentication":{"type":"sas","symmetricKey":{"primaryKey":"","secondaryKey":""}}}""");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(Convert.FromBase64String((string)device!["authentication"]!["symmetricKey"]!["primaryKey"]!), Has.Length.GreaterThanOrEqualTo(32));
        Assert.That(response.Headers.ETag!.Tag, Is.EqualTo($"\"{(string)device["etag"]!}\""), "quoted in the header, bare in the body");
        Assert.That((string)device["connectionState"]!, Is.EqualTo("Disconnected"));
        Assert.That((string)device["lastActivityTime"]!, Is.EqualTo("0001-01-01T00:00:00Z"));
    }

    [Test]
    public async Task An_update_without_keys_keeps_them()
    {
        var (_, made) = await Hub.Send(HttpMethod.Put, "/devices/kept", "{}");
        var (response, updated) = await Hub.Send(HttpMethod.Put, "/devices/kept", """{"deviceId":"kept","status":"disabled"}""", "\"*\"");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((string)updated!["status"]!, Is.EqualTo("disabled"));
        Assert.That(updated["authentication"]!.ToJsonString(), Is.EqualTo(made!["authentication"]!.ToJsonString()));
        Assert.That((string)updated["etag"]!, Is.Not.EqualTo((string)made["etag"]!));
    }

    [Test]
    public async Task The_reason_of_a_status_is_in_device_twin_list_and_queries()
    {
        const string Never = "0001-01-01T00:00:00Z";
        var (_, made) = await Hub.Send(HttpMethod.Put, "/devices/spare", """{"status":"enabled","statusReason":"in stock"}""");
        Assert.That(((string?)made!["statusReason"], (string?)made["statusUpdatedTime"], (string?)made["connectionStateUpdatedTime"]), Is.EqualTo(("in stock", Never, Never)));
        await Hub.Send(HttpMethod.Post, "/devices", """[{"id":"spare","importMode":"update","status":"disabled","statusReason":"broken"},{"id":"spare2","importMode":"create","statusReason":"broken"}]""");
        var device = await Hub.Get("/devices/spare");
        var twin = await Hub.Get("/twins/spare");
        Assert.That(((string?)device["statusReason"], (string?)twin["statusReason"]), Is.EqualTo(("broken", "broken")));
        Assert.That((string?)device["statusUpdatedTime"], Is.Not.EqualTo(Never).And.EqualTo((string?)twin["statusUpdateTime"]));
        Assert.That(
            ((JsonArray)await Hub.Get("/devices")).Where(listed => (string?)listed!["statusReason"] == "broken").Select(listed => (string?)listed!["deviceId"]),
            Is.EqualTo(new[] { "spare", "spare2" }));
        Assert.That(await Asked("SELECT * FROM devices WHERE statusReason = 'broken'", "deviceId"), Is.EqualTo(new[] { "spare", "spare2" }));
        Assert.That(await Asked($"SELECT deviceId AS id FROM devices WHERE statusUpdateTime > '{Never}' AND statusReason = 'broken'", "id"), Is.EqualTo(new[] { "spare" }));
        Assert.That(await Asked("SELECT statusReason, COUNT() AS n FROM devices WHERE statusReason = 'broken' GROUP BY statusReason", "n"), Is.EqualTo(new[] { "2" }));
        await Hub.Send(HttpMethod.Put, "/devices/spare/modules/m", """{"moduleId":"m","statusReason":"broken"}""");
        Assert.That(await Asked("SELECT * FROM devices.modules WHERE statusReason = 'broken'", "moduleId"), Is.EqualTo(new[] { "m" }));
        AssertRefused(await Hub.Send(HttpMethod.Put, "/devices/long", $$"""{"statusReason":"{{new string('x', 129)}}"}"""), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004);

        async Task<string?[]> Asked(string query, string member) =>
            [.. ((JsonArray)(await Hub.Send(HttpMethod.Post, "/devices/query", new JsonObject { ["query"] = query }.ToJsonString())).Body!).Select(row => row![member]?.ToString())];
    }

    [Test]
    public async Task Devices_are_read_listed_and_deleted()
    {
        await Hub.Register("gone");
        Assert.That((string?)(await Hub.Get("/devices/gone"))["deviceId"], Is.EqualTo("gone"));
        Assert.That(((JsonArray)await Hub.Get("/devices/?api-version=2021-04-12")).Select(device => (string?)device!["deviceId"]), Does.Contain("gone"), "with a trailing slash, as Node writes it");
        Assert.That((JsonArray)await Hub.Get("/devices?top=1"), Has.Count.EqualTo(1));
        Assert.That((await Hub.Send(HttpMethod.Delete, "/devices/gone", ifMatch: "*")).Response.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        AssertRefused(await Hub.Send(HttpMethod.Get, "/devices/gone"), HttpStatusCode.NotFound, "DeviceNotFound", 404001);
    }

    [Test]
    public async Task Ids_are_percent_encoded_once()
    {
        const string Id = "node#1%@$'";
        var (response, device) = await Hub.Send(HttpMethod.Put, $"/devices/{Uri.EscapeDataString(Id)}", "{}");
        Assert.That((response.StatusCode, (string?)device!["deviceId"]), Is.EqualTo((HttpStatusCode.OK, Id)));
        Assert.That((string?)(await Hub.Get($"/twins/{Uri.EscapeDataString(Id)}"))["deviceId"], Is.EqualTo(Id));
    }

    [Test]
    public async Task Every_refusal_is_coded()
    {
        await Hub.Register("twice");
        AssertRefused(await Hub.Send(HttpMethod.Put, "/devices/twice", "{}"), HttpStatusCode.Conflict, "DeviceAlreadyExists", 409001);
        AssertRefused(await Hub.Send(HttpMethod.Put, "/devices/nobody", "{}", "\"*\""), HttpStatusCode.NotFound, "DeviceNotFound", 404001);
        AssertRefused(await Hub.Send(HttpMethod.Put, "/devices/twice", "{}", "\"AAAAAAAAAGM=\""), HttpStatusCode.PreconditionFailed, "PreconditionFailed", 412001);
        AssertRefused(await Hub.Send(HttpMethod.Put, "/devices/a", """{"deviceId":"b"}"""), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "\"b\"");
        AssertRefused(await Hub.Send(HttpMethod.Put, "/devices/a", """{"authentication":{"type":"tpm"}}"""), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "sas");
        AssertRefused(await Hub.Send(HttpMethod.Put, "/devices/a", """{"authentication":{"type":"selfSigned"}}"""), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "x509Thumbprint");
        AssertRefused(await Hub.Send(HttpMethod.Put, "/devices/a", """{"authentication":{"type":"selfSigned","x509Thumbprint":{"primaryThumbprint":"AB:CD"}}}"""), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "without separators");
        AssertRefused(await Hub.Send(HttpMethod.Put, "/devices/a", """{"status":"maybe"}"""), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004);
        AssertRefused(await Hub.Send(HttpMethod.Put, "/devices/with%20space", "{}"), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004);
        AssertRefused(await Hub.Send(HttpMethod.Get, "/devices?top=0"), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "top");
    }
}
