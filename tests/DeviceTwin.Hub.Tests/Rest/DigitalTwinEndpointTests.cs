using System.Net;
using System.Text.Json.Nodes;
using DeviceTwin.Mqtt;
using DeviceTwin.Tests.Hub.Gateway;
using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>Digital twins as Azure's service clients use them.</summary>
public sealed class DigitalTwinEndpointTests : RestTests
{
    private const string Version = "?api-version=2021-04-12";

    [Test]
    public async Task PN3_A_digital_twin_is_patched_desired_of_the_device_and_read_back()
    {
        await Hub.Register("digital");
        var (made, _) = await Hub.Send(HttpMethod.Patch, $"/digitaltwins/digital{Version}", """[{"op":"add","path":"/thermostat1","value":{"targetTemperature":21.5,"$metadata":{}}}]""");
        Assert.That((made.StatusCode, made.Headers.Location!.ToString(), made.Content.Headers.ContentLength), Is.EqualTo((HttpStatusCode.Accepted, "/digitaltwins/digital", 0)));
        var twin = await Hub.Get("/twins/digital");
        Assert.That(made.Headers.ETag!.ToString(), Is.EqualTo($"W/\"{(string?)twin["etag"]}\""));
        Assert.That(twin["properties"]!["desired"]!["thermostat1"]!.ToJsonString(), Is.EqualTo("""{"__t":"c","targetTemperature":21.5}"""));
        await Hub.Fleet.PatchReported("digital", Json.ParseObject("""{"thermostat1":{"__t":"c","targetTemperature":{"value":21.5,"ac":200,"av":2}}}"""), null, CancellationToken.None);

        var (read, document) = await Hub.Send(HttpMethod.Get, $"/digitaltwins/digital{Version}");
        Assert.That((read.StatusCode, read.Headers.ETag!.ToString()), Is.EqualTo((HttpStatusCode.OK, made.Headers.ETag.ToString())), "a report changes no ETag");
        var property = (JsonObject)document!["thermostat1"]!["$metadata"]!["targetTemperature"]!;
        property.Remove("lastUpdateTime");
        Assert.That(
            document.ToJsonString(),
            Is.EqualTo("""{"$dtId":"digital","thermostat1":{"targetTemperature":21.5,"$metadata":{"targetTemperature":{"desiredValue":21.5,"desiredVersion":2,"ackVersion":2,"ackCode":200}}},"$metadata":{"$model":""}}"""));
        var rows = (JsonArray)await Hub.Get("/api/v1/devices/digital/audit?limit=1");
        Assert.That((string?)rows[0]!["action"], Is.EqualTo("twin.patch"));
    }

    [Test]
    public async Task PN3_If_match_lets_one_of_two_writers_pass_in_every_form()
    {
        await Hub.Register("digital-race");
        const string Path = "/digitaltwins/digital-race";
        const string Body = """[{"op":"add","path":"/p","value":1}]""";
        var etag = (await Hub.Send(HttpMethod.Get, Path)).Response.Headers.ETag!.ToString();
        Assert.That((await Hub.Send(HttpMethod.Patch, Path, Body, etag)).Response.StatusCode, Is.EqualTo(HttpStatusCode.Accepted));
        AssertRefused(await Hub.Send(HttpMethod.Patch, Path, Body, etag), HttpStatusCode.PreconditionFailed, "PreconditionFailed", 412001);
        Assert.That((await Hub.Send(HttpMethod.Patch, Path, Body, "*")).Response.StatusCode, Is.EqualTo(HttpStatusCode.Accepted));
    }

    [Test]
    public async Task PN3_Refusals_are_coded()
    {
        await Hub.Register("digital-strict");
        AssertRefused(await Hub.Send(HttpMethod.Get, "/digitaltwins/nobody-there"), HttpStatusCode.NotFound, "DeviceNotFound", 404001);
        AssertRefused(await Hub.Send(HttpMethod.Patch, "/digitaltwins/nobody-there", "[]"), HttpStatusCode.NotFound, "DeviceNotFound", 404001);
        AssertRefused(await Hub.Send(HttpMethod.Patch, "/digitaltwins/digital-strict", "{}"), HttpStatusCode.BadRequest, "IotHubFormatError", 400006, "array");
        AssertRefused(
            await Hub.Send(HttpMethod.Patch, "/digitaltwins/digital-strict", """[{"op":"add","path":"/c/p","value":1}]"""), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "no component");
        AssertRefused(await Hub.Send(HttpMethod.Post, "/digitaltwins/nobody-there/commands/x", "1"), HttpStatusCode.NotFound, "DeviceNotFound", 404001);
        AssertRefused(await Hub.Send(HttpMethod.Post, "/digitaltwins/digital-strict/commands/x", "1"), HttpStatusCode.NotFound, "DeviceNotOnline", 404103);
        AssertRefused(await Hub.Send(HttpMethod.Post, "/digitaltwins/digital-strict/commands/x", "{"), HttpStatusCode.BadRequest, "IotHubFormatError", 400006);
        foreach (string wrong in new[] { "responseTimeoutInSeconds=4", "responseTimeoutInSeconds=301", "responseTimeoutInSeconds=5.5", "connectTimeoutInSeconds=-1", "connectTimeoutInSeconds=301" })
        {
            AssertRefused(
                await Hub.Send(HttpMethod.Post, $"/digitaltwins/digital-strict/commands/x?{wrong}", "1"), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "takes a whole number from");
        }
    }

    [TestCase("commands/reboot", "reboot", "5", "\"2026-11-22T08:00:00Z\"")]
    [TestCase("components/thermostat1/commands/getMaxMinReport", "thermostat1*getMaxMinReport", "{\"since\":1}", "{\"max\":[1,2]}")]
    [TestCase("commands/nothing", "nothing", null, null)]
    public async Task PN3_A_command_is_a_method_and_its_answer_the_body(string path, string method, string? payload, string? answer)
    {
        string id = $"command-{method.Length}";
        await using Wire device = await Hub.Connect(id);
        await device.Subscribe(1, ("$iothub/methods/POST/#", 0));
        var call = Hub.Send(HttpMethod.Post, $"/digitaltwins/{id}/{path}{Version}&connectTimeoutInSeconds=0&responseTimeoutInSeconds=60", payload);
        MqttPublish request = await device.Next<MqttPublish>();
        Assert.That((request.Topic[..request.Topic.IndexOf('?')], Wire.Text(request)), Is.EqualTo(($"$iothub/methods/POST/{method}/", payload ?? "null")));
        await device.Publish($"$iothub/methods/res/418/?$rid={request.Topic[(request.Topic.LastIndexOf('=') + 1)..]}", answer ?? "");
        var (response, body) = await call;
        Assert.That((response.StatusCode, body?.ToJsonString()), Is.EqualTo((HttpStatusCode.OK, answer)));
        Assert.That(response.Headers.GetValues("x-ms-command-statuscode"), Is.EqualTo(new[] { "418" }));
        Assert.That(Guid.TryParse(response.Headers.GetValues("x-ms-request-id").Single(), out _));
    }
}
