using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using DeviceTwin.Mqtt;
using DeviceTwin.Tests.Hub.Gateway;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>Methods and messages as service clients send them, with a device at the other end.</summary>
public sealed class MessagingEndpointTests : RestTests
{
    [Test]
    public async Task ME1_ME5_A_method_travels_to_the_device_and_back()
    {
        await using Wire device = await Hub.Connect("method");
        await device.Subscribe(1, ("$iothub/methods/POST/#", 0));
        var call = Hub.Send(
            HttpMethod.Post,
            "/twins/method/methods?api-version=2021-04-12",
            """{"methodName":"reboot","payload":{"delay":5},"responseTimeoutInSeconds":30,"connectTimeoutInSeconds":0}""",
            null,
            ("X-DeviceTwin-Author", "dtwin"));
        MqttPublish request = await device.Next<MqttPublish>();
        Assert.That(Wire.Text(request), Is.EqualTo("""{"delay":5}"""));
        await device.Publish($"$iothub/methods/res/418/?$rid={request.Topic[(request.Topic.LastIndexOf('=') + 1)..]}", """{"why":"Tee"}""");
        var (response, body) = await call;
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), "the device's own status is no error of the hub's");
        Assert.That(body!.ToJsonString(), Is.EqualTo("""{"status":418,"payload":{"why":"Tee"}}"""));
        var rows = (JsonArray)await Hub.Get("/api/v1/devices/method/audit?limit=1");
        Assert.That(
            ((string?)rows[0]!["author"], (string?)rows[0]!["action"], (string?)rows[0]!["path"], (int?)rows[0]!["value"]!["delay"]),
            Is.EqualTo(("rest/dtwin", "method.invoke", "reboot", 5)));
    }

    [Test]
    public async Task ME2_Refusals_of_methods_are_coded()
    {
        await Hub.Register("away");
        Task<(HttpResponseMessage, JsonNode?)> Invoke(string id, string body) => Hub.Send(HttpMethod.Post, $"/twins/{id}/methods", body);
        AssertRefused(await Invoke("away", """{"methodName":"x"}"""), HttpStatusCode.NotFound, "DeviceNotOnline", 404103, "connectTimeoutInSeconds");
        AssertRefused(await Invoke("nobody-there", """{"methodName":"x"}"""), HttpStatusCode.NotFound, "DeviceNotFound", 404001);
        AssertRefused(await Invoke("away", """{"payload":1}"""), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "methodName");
        foreach (string wrong in new[] { "4", "301", "-1", "5.5", "\"30\"", "true" })
        {
            AssertRefused(
                await Invoke("away", $$"""{"methodName":"x","responseTimeoutInSeconds":{{wrong}}}"""),
                HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "responseTimeoutInSeconds takes a whole number from 5 to 300");
        }

        AssertRefused(
            await Invoke("away", """{"methodName":"x","connectTimeoutInSeconds":301}"""),
            HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "from 0 to 300");
    }

    [Test]
    public async Task A_method_on_many_devices_is_answered_line_by_line()
    {
        await using Wire device = await Hub.Connect("many-1");
        await Hub.Register("many-2");
        await device.Subscribe(1, ("$iothub/methods/POST/#", 0));
        var call = Hub.Http.PostAsync(
            "/api/v1/fleet/methods",
            new StringContent("""{"query":"SELECT * FROM devices WHERE STARTSWITH(deviceId, 'many-')","methodName":"blink","payload":{"n":3},"responseTimeoutInSeconds":30,"connectTimeoutInSeconds":0}"""));
        MqttPublish request = await device.Next<MqttPublish>();
        Assert.That(Wire.Text(request), Is.EqualTo("""{"n":3}"""));
        await device.Publish($"$iothub/methods/res/200/?$rid={request.Topic[(request.Topic.LastIndexOf('=') + 1)..]}", """{"text":"Zürich"}""");
        HttpResponseMessage response = await call;
        Assert.That(response.Content.Headers.ContentType!.ToString(), Is.EqualTo("application/x-ndjson; charset=utf-8"));
        string[] lines = (await response.Content.ReadAsStringAsync()).Split('\n');
        Assert.That(lines.Take(2), Is.EquivalentTo((string[])
        [
            """{"deviceId":"many-1","status":200,"payload":{"text":"Zürich"}}""",
            """{"deviceId":"many-2","code":404103,"error":"DeviceNotOnline","message":"Device many-2 is not connected, or has not subscribed to methods. Call again when it is there, or give connectTimeoutInSeconds to wait for it."}""",
        ]));
        Assert.That(lines.Skip(2), Is.EqualTo((string[])["""{"summary":{"devices":2,"answered":1,"failed":1,"unheard":0}}""", ""]));
    }

    [Test]
    public async Task Refusals_of_methods_on_many_devices_are_coded()
    {
        Task<(HttpResponseMessage, JsonNode?)> Invoke(string body) => Hub.Send(HttpMethod.Post, "/api/v1/fleet/methods", body);
        foreach (string target in new[] { "", ""","deviceIds":["a"],"query":"SELECT * FROM devices" """, ""","deviceIds":"a" """, ""","deviceIds":[1]""", ""","deviceIds":[null]""", ""","query":"everything" """ })
        {
            AssertRefused(await Invoke($$"""{"methodName":"x"{{target}}}"""), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004);
        }

        AssertRefused(await Invoke("""{"deviceIds":["a"]}"""), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "methodName");
        AssertRefused(
            await Invoke("""{"deviceIds":["a"],"methodName":"x","responseTimeoutInSeconds":1}"""), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "from 5 to 300");
    }

    [Test]
    public async Task A_message_waits_is_counted_and_arrives_as_it_was_sent()
    {
        await Hub.Register("inbox");
        using var content = new ByteArrayContent([0xFF, 0x00, 0x7B]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/devices/inbox/messages/deviceBound?api-version=2021-04-12") { Content = content };
        request.Headers.Add("iothub-messageid", "m-1");
        request.Headers.Add("iothub-correlationid", "c 1");
        request.Headers.Add("iothub-app-Line", "L&1");
        request.Headers.Add("iothub-expiry", DateTimeOffset.UtcNow.AddHours(47).ToString("O"));
        HttpResponseMessage response = await Hub.Http.SendAsync(request);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.NoContent), await response.Content.ReadAsStringAsync());
        Assert.That((int?)(await Hub.Get("/devices/inbox"))["cloudToDeviceMessageCount"], Is.EqualTo(1));
        Assert.That((int?)(await Hub.Get("/twins/inbox"))["cloudToDeviceMessageCount"], Is.EqualTo(1));
        await using Wire device = await Hub.Connect("inbox");
        await device.Subscribe(1, ("devices/inbox/messages/devicebound/#", 1));
        MqttPublish message = await device.Next<MqttPublish>();
        Assert.That(message.Payload.ToArray(), Is.EqualTo(new byte[] { 0xFF, 0x00, 0x7B }));
        Assert.That(
            message.Topic,
            Is.EqualTo("devices/inbox/messages/devicebound/%24.to=%2Fdevices%2Finbox%2Fmessages%2FdeviceBound&%24.mid=m-1&%24.cid=c%201&%24.ct=application%2Foctet-stream&Line=L%261"));
    }

    [Test]
    public async Task Purging_removes_what_waits_and_says_how_much()
    {
        await Hub.Register("purge");
        for (int i = 0; i < 3; i++)
        {
            await Hub.Send(HttpMethod.Post, "/devices/purge/messages/deviceBound", "{}");
        }

        var (response, body) = await Hub.Send(HttpMethod.Delete, "/devices/purge/commands?api-version=2021-04-12");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(body!.ToJsonString(), Is.EqualTo("""{"totalMessagesPurged":3,"deviceId":"purge","moduleId":null}"""));
        Assert.That((int?)(await Hub.Get("/twins/purge"))["cloudToDeviceMessageCount"], Is.Zero);
    }

    [Test]
    public async Task Refusals_of_messages_are_coded()
    {
        await Hub.Register("strict");
        const string Path = "/devices/strict/messages/deviceBound";
        AssertRefused(await Hub.Send(HttpMethod.Post, "/devices/nobody-there/messages/deviceBound", "{}"), HttpStatusCode.NotFound, "DeviceNotFound", 404001);
        AssertRefused(await Hub.Send(HttpMethod.Delete, "/devices/nobody-there/commands"), HttpStatusCode.NotFound, "DeviceNotFound", 404001);
        AssertRefused(await Hub.Send(HttpMethod.Post, Path, new string('x', 65537)), HttpStatusCode.RequestEntityTooLarge, "RequestEntityTooLarge", 413001, "64 KB");
        AssertRefused(
            await Hub.Send(HttpMethod.Post, Path, "{}", null, ("iothub-expiry", "tomorrow")), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "iothub-expiry");
        AssertRefused(
            await Hub.Send(HttpMethod.Post, Path, "{}", null, ("iothub-expiry", "2020-01-01T00:00:00Z")), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "expire");
        for (int i = 0; i < 50; i++)
        {
            Assert.That((await Hub.Send(HttpMethod.Post, Path, "{}")).Response.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        }

        AssertRefused(await Hub.Send(HttpMethod.Post, Path, "{}"), HttpStatusCode.Forbidden, "DeviceMaximumQueueDepthExceeded", 403004, "purge");
    }
}
