using System.Net;
using System.Text.Json.Nodes;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>Automatic configurations as Azure's service clients use them.</summary>
public sealed class ConfigurationEndpointTests : RestTests
{
    private const string Pumps = """
        {"id":"pumps","schemaVersion":"1.0","labels":{"by":"engineer"},"priority":10,"targetCondition":"tags.kind = 'pump'",
         "content":{"deviceContent":{"properties.desired.detection.velocityLimitUmPerSecond":4500}}}
        """;

    [Test]
    public async Task A_configuration_reaches_the_devices_it_targets()
    {
        await Hub.Register("pump");
        await Hub.Send(HttpMethod.Patch, "/twins/pump", """{"tags":{"kind":"pump"}}""");
        var (response, made) = await Hub.Send(HttpMethod.Put, "/configurations/pumps", Pumps);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), made?.ToJsonString());
        Assert.That((int?)(await Hub.Get("/twins/pump"))["properties"]!["desired"]!["detection"]!["velocityLimitUmPerSecond"], Is.EqualTo(4500));

        var read = await Hub.Get("/configurations/pumps");
        Assert.That(read["content"]!.ToJsonString(), Is.EqualTo("""{"deviceContent":{"properties.desired.detection.velocityLimitUmPerSecond":4500}}"""));
        Assert.That((int?)read["systemMetrics"]!["results"]!["targetedCount"], Is.EqualTo(1));
        Assert.That((string?)read["labels"]!["by"], Is.EqualTo("engineer"));
        Assert.That((JsonArray)await Hub.Get("/configurations?top=20"), Has.Count.GreaterThanOrEqualTo(1));

        AssertRefused(await Hub.Send(HttpMethod.Put, "/configurations/pumps", Pumps), HttpStatusCode.Conflict, "ConfigurationAlreadyExists", 409002);
        Assert.That((await Hub.Send(HttpMethod.Put, "/configurations/pumps", Pumps.Replace("4500", "4600"), $"\"{(string)read["etag"]!}\"")).Response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        AssertRefused(await Hub.Send(HttpMethod.Put, "/configurations/pumps", Pumps, $"\"{(string)read["etag"]!}\""), HttpStatusCode.PreconditionFailed, "PreconditionFailed", 412002);
        Assert.That((await Hub.Send(HttpMethod.Delete, "/configurations/pumps")).Response.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        AssertRefused(await Hub.Send(HttpMethod.Get, "/configurations/pumps"), HttpStatusCode.NotFound, "ConfigurationNotFound", 404011);
    }

    [TestCase("""{"targetCondition":"tags.kind ="}""")]
    [TestCase("""{"targetCondition":7}""")]
    [TestCase("""{"priority":-1}""")]
    [TestCase("""{"priority":"high"}""")]
    [TestCase("""{"labels":{"a":1}}""")]
    [TestCase("""{"content":{"deviceContent":{"properties.reported.a":1}}}""")]
    [TestCase("""{"content":{"modulesContent":{"$edgeAgent":{}}}}""")]
    [TestCase("""{"metrics":{"queries":{"a":"SELECT COUNT() FROM devices"}}}""")]
    public async Task What_this_hub_cannot_do_is_refused_and_not_dropped(string body)
    {
        AssertRefused(await Hub.Send(HttpMethod.Put, "/configurations/wrong", body), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004);
    }
}
