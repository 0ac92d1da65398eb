using System.Net;
using System.Text.Json.Nodes;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>Modules as Azure's service clients use them.</summary>
public sealed class ModuleEndpointTests : RestTests
{
    [Test]
    public async Task RE1_A_module_is_made_read_listed_updated_and_deleted()
    {
        await Hub.Register("m-crud");

        // As azure-iothub's Registry.addModule writes it.
        var (response, made) = await Hub.Send(
            HttpMethod.Put,
            "/devices/m-crud/modules/camera?api-version=2021-04-12",
            """{"deviceId":"m-crud","moduleId":"camera","managedBy":"ann","authentication":{"type":"sas","symmetricKey":{"primaryKey":"","secondaryKey":""}}}""");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(response.Headers.ETag!.Tag, Is.EqualTo($"\"{(string)made!["etag"]!}\""));
        Assert.That(
            ((string?)made["deviceId"], (string?)made["moduleId"], (string?)made["managedBy"], (string?)made["connectionState"]),
            Is.EqualTo(("m-crud", "camera", "ann", "Disconnected")));
        Assert.That(Convert.FromBase64String((string)made["authentication"]!["symmetricKey"]!["primaryKey"]!), Has.Length.GreaterThanOrEqualTo(32));
        Assert.That((await Hub.Get("/devices/m-crud/modules/camera")).ToJsonString(), Is.EqualTo(made.ToJsonString()));

        await Hub.Send(HttpMethod.Put, "/devices/m-crud/modules/arm", "{}");
        var listed = (JsonArray)await Hub.Get("/devices/m-crud/modules?api-version=2021-04-12");
        Assert.That(listed.Select(module => (string?)module!["moduleId"]), Is.EqualTo(new[] { "arm", "camera" }));

        var (_, updated) = await Hub.Send(HttpMethod.Put, "/devices/m-crud/modules/camera", """{"moduleId":"camera","managedBy":"bob"}""", $"\"{(string)made["etag"]!}\"");
        Assert.That(((string?)updated!["managedBy"], updated["authentication"]!.ToJsonString()), Is.EqualTo(("bob", made["authentication"]!.ToJsonString())), "keys stay");
        AssertRefused(await Hub.Send(HttpMethod.Put, "/devices/m-crud/modules/camera", "{}", $"\"{(string)made["etag"]!}\""), HttpStatusCode.PreconditionFailed, "PreconditionFailed", 412001);
        AssertRefused(await Hub.Send(HttpMethod.Delete, "/devices/m-crud/modules/camera", ifMatch: $"\"{(string)made["etag"]!}\""), HttpStatusCode.PreconditionFailed, "PreconditionFailed", 412001);
        Assert.That((await Hub.Send(HttpMethod.Delete, "/devices/m-crud/modules/camera", ifMatch: "*")).Response.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        AssertRefused(await Hub.Send(HttpMethod.Get, "/devices/m-crud/modules/camera"), HttpStatusCode.NotFound, "ModuleNotFound", 404010);
        AssertRefused(await Hub.Send(HttpMethod.Get, "/twins/m-crud/modules/camera"), HttpStatusCode.NotFound, "ModuleNotFound", 404010);
        Assert.That((JsonArray)await Hub.Get("/devices/m-crud/modules"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Every_refusal_is_coded()
    {
        await Hub.Register("m-refused");
        await Hub.Send(HttpMethod.Put, "/devices/m-refused/modules/one", "{}");
        AssertRefused(await Hub.Send(HttpMethod.Put, "/devices/m-refused/modules/one", "{}"), HttpStatusCode.Conflict, "ModuleAlreadyExistsOnDevice", 409301);
        AssertRefused(await Hub.Send(HttpMethod.Put, "/devices/m-refused/modules/none", "{}", "*"), HttpStatusCode.NotFound, "ModuleNotFound", 404010);
        AssertRefused(await Hub.Send(HttpMethod.Put, "/devices/m-nobody/modules/one", "{}"), HttpStatusCode.NotFound, "DeviceNotFound", 404001);
        AssertRefused(await Hub.Send(HttpMethod.Get, "/devices/m-nobody/modules"), HttpStatusCode.NotFound, "DeviceNotFound", 404001);
        AssertRefused(await Hub.Send(HttpMethod.Get, "/twins/m-nobody/modules/one"), HttpStatusCode.NotFound, "DeviceNotFound", 404001);
        AssertRefused(await Hub.Send(HttpMethod.Delete, "/devices/m-refused/modules/none"), HttpStatusCode.NotFound, "ModuleNotFound", 404010);
        AssertRefused(await Hub.Send(HttpMethod.Patch, "/twins/m-refused/modules/none", "{}"), HttpStatusCode.NotFound, "ModuleNotFound", 404010);
        AssertRefused(await Hub.Send(HttpMethod.Post, "/twins/m-refused/modules/none/methods", """{"methodName":"x"}"""), HttpStatusCode.NotFound, "ModuleNotFound", 404010);
        AssertRefused(await Hub.Send(HttpMethod.Post, "/twins/m-refused/modules/one/methods", """{"methodName":"x"}"""), HttpStatusCode.NotFound, "DeviceNotOnline", 404103);
        AssertRefused(await Hub.Send(HttpMethod.Put, "/devices/m-refused/modules/two", """{"moduleId":"three"}"""), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004);
        AssertRefused(await Hub.Send(HttpMethod.Put, "/devices/m-refused/modules/a%20b", "{}"), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004);
        AssertRefused(await Hub.Send(HttpMethod.Put, $"/devices/m-refused/modules/{new string('m', 129)}", "{}"), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004);
        AssertRefused(await Hub.Send(HttpMethod.Put, "/devices/m-refused/modules/two", $$"""{"managedBy":"{{new string('x', 129)}}"}"""), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004);
        Assert.That((await Hub.Send(HttpMethod.Put, $"/devices/m-refused/modules/{new string('m', 128)}", "{}")).Response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_device_has_50_modules_at_most()
    {
        await Hub.Register("m-many");
        for (var number = 1; number <= 50; number++)
        {
            Assert.That((await Hub.Send(HttpMethod.Put, $"/devices/m-many/modules/m{number}", "{}")).Response.StatusCode, Is.EqualTo(HttpStatusCode.OK), $"module {number}");
        }

        AssertRefused(await Hub.Send(HttpMethod.Put, "/devices/m-many/modules/m51", "{}"), HttpStatusCode.RequestEntityTooLarge, "TooManyModulesOnDevice", 413003);
        await Hub.Send(HttpMethod.Delete, "/devices/m-many/modules/m7");
        Assert.That((await Hub.Send(HttpMethod.Put, "/devices/m-many/modules/m51", "{}")).Response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task RE1_TW5_A_modules_twin_is_read_patched_and_replaced()
    {
        await Hub.Register("m-twin");
        await Hub.Send(HttpMethod.Put, "/devices/m-twin/modules/camera", "{}");
        var twin = await Hub.Get("/twins/m-twin/modules/camera?api-version=2021-04-12");
        Assert.That(((string?)twin["deviceId"], (string?)twin["moduleId"], (int?)twin["version"]), Is.EqualTo(("m-twin", "camera", 1)));
        var (response, patched) = await Hub.Send(
            HttpMethod.Patch, "/twins/m-twin/modules/camera", """{"tags":{"line":"A"},"properties":{"desired":{"fps":25,"gone":1}}}""", $"\"{(string)twin["etag"]!}\"");
        Assert.That(response.Headers.ETag!.Tag, Is.EqualTo($"\"{(string)patched!["etag"]!}\""));
        Assert.That(((string?)patched["tags"]!["line"], (int?)patched["properties"]!["desired"]!["fps"], (int?)patched["properties"]!["desired"]!["$version"]), Is.EqualTo(("A", 25, 2)));
        AssertRefused(
            await Hub.Send(HttpMethod.Patch, "/twins/m-twin/modules/camera", """{"tags":{"line":"B"}}""", $"\"{(string)twin["etag"]!}\""),
            HttpStatusCode.PreconditionFailed, "PreconditionFailed", 412001);
        var (_, replaced) = await Hub.Send(HttpMethod.Put, "/twins/m-twin/modules/camera", """{"properties":{"desired":{"fps":30}}}""", "*");
        Assert.That((replaced!["properties"]!["desired"]!.AsObject().ContainsKey("gone"), (string?)replaced["tags"]!["line"]), Is.EqualTo((false, "A")));
        Assert.That((int?)(await Hub.Get("/twins/m-twin"))["version"], Is.EqualTo(1), "the device's own twin is another");
    }

    [Test]
    public async Task Whoever_goes_through_the_devices_meets_no_module()
    {
        await Hub.Register("m-unseen");
        var before = await Hub.Get("/statistics/devices");
        await Hub.Send(HttpMethod.Put, "/devices/m-unseen/modules/camera", "{}");
        await Hub.Send(HttpMethod.Patch, "/twins/m-unseen/modules/camera", """{"tags":{"m":"unseen"}}""");
        Assert.That((await Hub.Get("/statistics/devices")).ToJsonString(), Is.EqualTo(before.ToJsonString()));
        Assert.That(((JsonArray)await Hub.Get("/devices")).Select(device => (string?)device!["deviceId"]), Has.None.Contains("camera"));
        var (_, found) = await Hub.Send(HttpMethod.Post, "/devices/query", """{"query":"SELECT * FROM devices WHERE tags.m = 'unseen'"}""");
        Assert.That((JsonArray)found!, Is.Empty);
        Assert.That(((JsonArray)await Hub.Get("/api/v1/fleet")).Select(device => (string?)device!["deviceId"]), Has.None.Contains("camera"));
        Assert.That(Hub.Fleet.ListModuleTwins().Select(twin => twin.Address), Does.Contain("m-unseen/camera"), "for queries FROM devices.modules");
    }

    [Test]
    public async Task QL4_Module_twins_are_queried_page_by_page()
    {
        // In the ordinal order of "device/module": the slash comes behind the hyphen.
        foreach (var (device, module) in new[] { ("m-q", "b"), ("m-q-1", "a"), ("m-q", "a"), ("m-q1", "a") })
        {
            await Hub.Register(device);
            await Hub.Send(HttpMethod.Put, $"/devices/{device}/modules/{module}", "{}");
            await Hub.Send(HttpMethod.Patch, $"/twins/{device}/modules/{module}", """{"tags":{"asked":true}}""");
        }

        var seen = new List<string>();
        string? continuation = null;
        do
        {
            var (response, page) = await Hub.Send(
                HttpMethod.Post, "/devices/query", """{"query":"SELECT * FROM devices.modules WHERE tags.asked = true"}""", null, [("x-ms-max-item-count", "1"), .. Token(continuation)]);
            Assert.That(response.Headers.GetValues("x-ms-item-type"), Is.EqualTo(new[] { "Twin" }));
            seen.AddRange(((JsonArray)page!).Select(twin => $"{twin!["deviceId"]}/{twin["moduleId"]}"));
            continuation = response.Headers.TryGetValues("x-ms-continuation", out var next) ? next.Single() : null;
        }
        while (continuation is not null);

        Assert.That(seen, Is.EqualTo(new[] { "m-q-1/a", "m-q/a", "m-q/b", "m-q1/a" }));
        var (_, one) = await Hub.Send(HttpMethod.Post, "/devices/query", """{"query":"SELECT * FROM devices.modules WHERE deviceId = 'm-q' AND moduleId = 'b'"}""");
        Assert.That((string?)((JsonArray)one!).Single()!["moduleId"], Is.EqualTo("b"));

        static (string, string)[] Token(string? continuation) => continuation is null ? [] : [("x-ms-continuation", continuation)];
    }

    [Test]
    public async Task RE1_Modules_are_made_changed_and_deleted_in_bulk()
    {
        await Hub.Register("m-bulk");
        var (_, done) = await Hub.Send(HttpMethod.Post, "/devices", """
            [{"id":"m-bulk","moduleId":"a","importMode":"create","managedBy":"ann","tags":{"x":1},"properties":{"desired":{"y":2}}},
             {"id":"m-bulk","moduleId":"b","importMode":"createOrUpdate"},
             {"id":"m-bulk","moduleId":"a","importMode":"updateTwin","tags":{"x":3}},
             {"id":"m-bulk","moduleId":"b","importMode":"delete"}]
            """);
        Assert.That((bool?)done!["isSuccessful"], Is.True, done.ToJsonString());
        var twin = await Hub.Get("/twins/m-bulk/modules/a");
        Assert.That(((int?)twin["tags"]!["x"], (int?)twin["properties"]!["desired"]!["y"]), Is.EqualTo((3, 2)));
        Assert.That(((JsonArray)await Hub.Get("/devices/m-bulk/modules")).Select(module => ((string?)module!["moduleId"], (string?)module["managedBy"])), Is.EqualTo(new[] { ("a", "ann") }));
        var (_, failed) = await Hub.Send(HttpMethod.Post, "/devices", """[{"id":"m-bulk","moduleId":"a","importMode":"create"},{"id":"m-none","moduleId":"a","importMode":"create"}]""");
        Assert.That(
            ((JsonArray)failed!["errors"]!).Select(error => ((string?)error!["deviceId"], (string?)error["moduleId"], (string?)error["errorCode"])),
            Is.EqualTo(new[] { ("m-bulk", "a", "ModuleAlreadyExistsOnDevice"), ("m-none", "a", "DeviceNotFound") }));
    }

    [Test]
    public async Task Feed_and_audit_log_name_the_module()
    {
        await Hub.Register("m-named");
        await Hub.Send(HttpMethod.Put, "/devices/m-named/modules/camera", "{}");
        await Hub.Send(HttpMethod.Patch, "/twins/m-named/modules/camera", """{"properties":{"desired":{"fps":25}}}""", null, ("X-DeviceTwin-Author", "ann"));
        await Hub.Send(HttpMethod.Patch, "/twins/m-named", """{"properties":{"desired":{"own":1}}}""");
        await Hub.Send(HttpMethod.Delete, "/devices/m-named/modules/camera");
        var ofModule = (JsonArray)(await Hub.Get("/api/v1/changes?device=m-named&module=camera"))["changes"]!;
        Assert.That(
            ofModule.Select(change => ((string?)change!["deviceId"], (string?)change["moduleId"], (string?)change["author"], (string?)change["diff"]![0]!["path"])),
            Is.EqualTo(new[] { ("m-named", "camera", "rest/ann", "fps") }));
        var ofDevice = (JsonArray)(await Hub.Get("/api/v1/changes?device=m-named"))["changes"]!;
        Assert.That(ofDevice.Select(change => ((string?)change!["diff"]![0]!["path"], change.AsObject().ContainsKey("moduleId"))), Is.EqualTo(new[] { ("own", false) }));
        var audit = Hub.Fleet.ReadAudit("m-named", 10).Reverse().Select(row => (row.Action, row.Path));
        Assert.That(audit, Is.EqualTo(new[]
        {
            ("identity.create", null), ("module.create", "modules/camera"), ("twin.patch", "modules/camera/properties.desired.fps"),
            ("twin.patch", "properties.desired.own"), ("module.delete", "modules/camera"),
        }));
    }

    [Test]
    public async Task A_device_that_is_deleted_takes_its_modules_along()
    {
        await Hub.Register("m-gone");
        await Hub.Send(HttpMethod.Put, "/devices/m-gone/modules/camera", "{}");
        await Hub.Send(HttpMethod.Patch, "/twins/m-gone/modules/camera", """{"tags":{"a":1}}""");
        await Hub.Send(HttpMethod.Delete, "/devices/m-gone");
        AssertRefused(await Hub.Send(HttpMethod.Get, "/devices/m-gone/modules/camera"), HttpStatusCode.NotFound, "DeviceNotFound", 404001);
        await Hub.Register("m-gone");
        Assert.That((JsonArray)await Hub.Get("/devices/m-gone/modules"), Is.Empty);
        await Hub.Send(HttpMethod.Put, "/devices/m-gone/modules/camera", "{}");
        Assert.That((int?)(await Hub.Get("/twins/m-gone/modules/camera"))["version"], Is.EqualTo(1), "a fresh twin");
    }

    [Test]
    public async Task Messages_wait_for_a_module_and_its_telemetry_is_read()
    {
        await Hub.Register("m-said");
        await Hub.Send(HttpMethod.Put, "/devices/m-said/modules/camera", "{}");
        Assert.That((await Hub.Send(HttpMethod.Post, "/devices/m-said/modules/camera/messages/deviceBound", "{}")).Response.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That((int?)(await Hub.Get("/devices/m-said/modules/camera"))["cloudToDeviceMessageCount"], Is.EqualTo(1));
        await Hub.Tell("m-said/camera", "features", """{"v":1}""");
        Assert.That((string?)((JsonArray)await Hub.Get("/api/v1/devices/m-said/modules/camera/telemetry?kind=features")).Single()!["kind"], Is.EqualTo("features"));
        Assert.That((JsonArray)await Hub.Get("/api/v1/devices/m-said/telemetry"), Is.Empty);
    }
}
