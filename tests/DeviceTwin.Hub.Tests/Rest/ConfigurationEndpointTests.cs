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
    public async Task CF1_A_configuration_reaches_the_devices_it_targets()
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
        AssertRefused(await Hub.Send(HttpMethod.Put, "/configurations/pumps", Pumps, $"\"{(string)read["etag"]!}\""), HttpStatusCode.PreconditionFailed, "PreconditionFailed", 412001);
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
    [TestCase("""{"metrics":{"queries":{"a":"SELECT * FROM devices WHERE"}}}""")]
    [TestCase("""{"metrics":{"queries":{"a":"x","b":"x","c":"x","d":"x","e":"x","f":"x"}}}""")]
    [TestCase("""{"content":{"moduleContent":{"properties.desired.a":1}},"targetCondition":"tags.a = 1"}""")]
    [TestCase("""{"content":{"moduleContent":{"properties.desired.a":1},"deviceContent":{"properties.desired.a":1}}}""")]
    [TestCase("""{"schemaVersion":"2.0"}""")]
    public async Task What_this_hub_cannot_do_is_refused_and_not_dropped(string body)
    {
        AssertRefused(await Hub.Send(HttpMethod.Put, "/configurations/wrong", body), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004);
    }

    [Test]
    public async Task CF1_What_the_Node_client_sends_comes_back_with_all_that_it_reads()
    {
        await Hub.Send(HttpMethod.Put, "/devices/vib1", "{}");
        await Hub.Send(HttpMethod.Patch, "/twins/vib1", """{"tags":{"site":"vib"}}""");
        await Hub.Fleet.PatchReported("vib1", (JsonObject)JsonNode.Parse("""{"vib":{"status":"ok"}}""")!, null, CancellationToken.None);
        const string Body = """{"id":"cfg1","content":{"deviceContent":{"properties.desired.vib":{"rate":100}}},"targetCondition":"tags.site='vib'","priority":10,"metrics":{"queries":{"ok":"SELECT deviceId FROM devices WHERE properties.reported.vib.status='ok'"}},"labels":{"v":"1"},"schemaVersion":"1.0"}""";
        var (created, made) = await Hub.Send(HttpMethod.Put, "/configurations/cfg1?api-version=2021-04-12", Body);
        Assert.That((created.StatusCode, created.Headers.ETag?.Tag), Is.EqualTo((HttpStatusCode.OK, $"\"{(string?)made!["etag"]}\"")));
        var read = (JsonObject)await Hub.Get("/configurations/cfg1?api-version=2021-04-12");
        foreach (var (name, sent) in (JsonObject)JsonNode.Parse(Body)!)
        {
            Assert.That((name == "metrics" ? read[name]!["queries"] : read[name])!.ToJsonString(), Is.EqualTo((name == "metrics" ? sent!["queries"] : sent)!.ToJsonString()), name);
        }

        Assert.That(read["metrics"]!["results"]!.ToJsonString(), Is.EqualTo("""{"ok":1}"""));
        Assert.That((string?)read["createdTimeUtc"], Does.EndWith("Z").And.EqualTo((string?)read["lastUpdatedTimeUtc"]));
        Assert.That(((int?)read["systemMetrics"]!["results"]!["targetedCount"], (int?)read["systemMetrics"]!["results"]!["appliedCount"]), Is.EqualTo((1, 1)));

        // The queries that the hub says it answers with are queries, and answer the same.
        foreach (var (name, query) in (JsonObject)read["systemMetrics"]!["queries"]!)
        {
            var (_, rows) = await Hub.Send(HttpMethod.Post, "/devices/query", new JsonObject { ["query"] = query!.DeepClone() }.ToJsonString());
            Assert.That(((JsonArray)rows!).Select(row => (string?)row!["deviceId"]), Is.EqualTo(new[] { "vib1" }), name);
        }

        read["priority"] = 11;
        var (updated, changed) = await Hub.Send(HttpMethod.Put, "/configurations/cfg1?api-version=2021-04-12", read.ToJsonString(), "\"*\"");
        Assert.That((updated.StatusCode, (int?)changed!["priority"], (string?)changed["labels"]!["v"]), Is.EqualTo((HttpStatusCode.OK, 11, "1")));
        Assert.That((await Hub.Send(HttpMethod.Delete, "/configurations/cfg1?api-version=2021-04-12")).Response.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
    }

    [TestCase("module", "")]
    [TestCase("module", "FROM devices.modules WHERE tags.nobody = 1")]
    [TestCase("device", "")]
    public async Task CF1_Content_comes_back_as_it_was_sent(string entity, string condition)
    {
        var content = $$$$"""{"{{{{entity}}}}Content":{"properties.desired":{"prop1":"foo"}}}""";
        var (_, made) = await Hub.Send(HttpMethod.Put, $"/configurations/e2e_{entity}", $$"""{"content":{{content}},"targetCondition":"{{condition}}","priority":20,"schemaVersion":"1.0"}""");
        Assert.That(made!["content"]!.ToJsonString(), Is.EqualTo(content));
        Assert.That(((string?)made["targetCondition"], made["metrics"]!["results"]!.ToJsonString()), Is.EqualTo((condition, "{}")));
        foreach (var (name, query) in (JsonObject)made["systemMetrics"]!["queries"]!)
        {
            Assert.That((await Hub.Send(HttpMethod.Post, "/devices/query", new JsonObject { ["query"] = query!.DeepClone() }.ToJsonString())).Body, Is.InstanceOf<JsonArray>(), name);
        }

        Assert.That(((JsonArray)await Hub.Get("/configurations")).Single(one => (string?)one!["id"] == $"e2e_{entity}")!["content"]!.ToJsonString(), Is.EqualTo(content));
        await Hub.Send(HttpMethod.Delete, $"/configurations/e2e_{entity}");
    }

    [Test]
    public async Task CF1_Conditions_and_queries_are_tested_without_being_written()
    {
        var (response, right) = await Hub.Send(
            HttpMethod.Post,
            "/configurations/testQueries?api-version=2021-04-12",
            """{"targetCondition":"tags.a = 1","customMetricQueries":{"m":"SELECT deviceId FROM devices WHERE tags.a = 1"}}""");
        Assert.That((response.StatusCode, right!.ToJsonString()), Is.EqualTo((HttpStatusCode.OK, """{"targetConditionError":null,"customMetricQueryErrors":{}}""")));
        var (_, wrong) = await Hub.Send(
            HttpMethod.Post, "/configurations/testQueries", """{"targetCondition":"FROM devices.modules WHERE tags.a =","customMetricQueries":{"m":"SELECT * FROM devices","n":"SELECT COUNT() FROM devices","o":"x"}}""");
        Assert.That((string?)wrong!["targetConditionError"], Does.Contain("36"), "the column");
        Assert.That(((JsonObject)wrong["customMetricQueryErrors"]!).Select(error => error.Key), Is.EqualTo(new[] { "n", "o" }));
        AssertRefused(await Hub.Send(HttpMethod.Post, "/configurations/testQueries", """{"customMetricQueries":{"m":1}}"""), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004);
        AssertRefused(await Hub.Send(HttpMethod.Get, "/configurations/testQueries"), HttpStatusCode.NotFound, "ConfigurationNotFound", 404011);
    }

    [Test]
    public async Task CF1_Content_is_applied_once_to_a_device_and_its_modules_or_to_none()
    {
        await Hub.Send(HttpMethod.Put, "/devices/once", "{}");
        await Hub.Send(HttpMethod.Put, "/devices/once/modules/camera", "{}");
        const string Address = "/devices/once/applyConfigurationContent?api-version=2021-04-12";
        Assert.That((await Hub.Send(HttpMethod.Post, Address, """{"deviceContent":{}}""")).Response.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That((int?)(await Hub.Get("/twins/once"))["properties"]!["desired"]!["$version"], Is.EqualTo(1), "nothing changes, no version");
        const string Content = """{"deviceContent":{"properties.desired.a.b":1},"modulesContent":{"camera":{"properties.desired":{"fps":25}}}}""";
        Assert.That((await Hub.Send(HttpMethod.Post, Address, Content)).Response.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That((int?)(await Hub.Get("/twins/once"))["properties"]!["desired"]!["a"]!["b"], Is.EqualTo(1));
        Assert.That((int?)(await Hub.Get("/twins/once/modules/camera"))["properties"]!["desired"]!["fps"], Is.EqualTo(25));
        AssertRefused(
            await Hub.Send(HttpMethod.Post, Address, Content.Replace(":1}", ":2}").Replace("camera", "$edgeAgent")), HttpStatusCode.NotFound, "ModuleNotFound", 404010);
        Assert.That((int?)(await Hub.Get("/twins/once"))["properties"]!["desired"]!["a"]!["b"], Is.EqualTo(1), "all of it or nothing");
        AssertRefused(await Hub.Send(HttpMethod.Post, Address.Replace("once", "nobody"), Content), HttpStatusCode.NotFound, "DeviceNotFound", 404001);
        AssertRefused(await Hub.Send(HttpMethod.Post, Address, """{"deviceContent":{"properties.reported.a":1}}"""), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004);
    }
}
