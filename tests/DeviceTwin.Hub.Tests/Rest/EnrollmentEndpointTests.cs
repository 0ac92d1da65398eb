using System.Net;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Provisioning;
using DeviceTwin.Storage;
using DeviceTwin.Tests.Hub.Gateway;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>Enrolments as Azure's provisioning clients administer them (section 6.4).</summary>
public sealed class EnrollmentEndpointTests : RestTests
{
    [Test]
    public async Task RE5_What_the_Node_client_sends_comes_back_with_keys_and_a_quoted_etag()
    {
        const string Body = """{"registrationId":"node-01","deviceId":"node-01","attestation":{"type":"symmetricKey","symmetricKey":{"primaryKey":"","secondaryKey":""}},"initialTwin":{"tags":{"site":"A"},"properties":{"desired":{"interval":5}}},"reprovisionPolicy":{"updateHubAssignment":true,"migrateDeviceData":true},"allocationPolicy":"static","iotHubs":["localhost"],"provisioningStatus":"enabled"}""";
        var (response, made) = await Hub.Send(HttpMethod.Put, "/enrollments/node-01?api-version=2021-10-01", Body);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), made?.ToJsonString());
        var key = (string)made!["attestation"]!["symmetricKey"]!["primaryKey"]!;
        Assert.That(Convert.FromBase64String(key), Has.Length.EqualTo(32));
        Assert.That(made["initialTwin"]!.ToJsonString(), Is.EqualTo("""{"tags":{"site":"A"},"properties":{"desired":{"interval":5}}}"""));
        var etag = (string)made["etag"]!;
        Assert.That(etag, Does.StartWith("\"").And.EndWith("\""));
        Assert.That((await Hub.Get("/ENROLLMENTS/node-01"))["registrationId"]!.GetValue<string>(), Is.EqualTo("node-01"), "paths have no case");

        // The tag goes back as it is; empty keys stay what they are.
        var (_, changed) = await Hub.Send(HttpMethod.Put, "/enrollments/node-01", Body.Replace("enabled", "disabled"), etag);
        Assert.That((string?)changed!["attestation"]!["symmetricKey"]!["primaryKey"], Is.EqualTo(key));
        Assert.That((string?)changed["provisioningStatus"], Is.EqualTo("disabled"));
        await Refused(HttpMethod.Put, "/enrollments/node-01", Body, etag, 412, 412001);
        await Refused(HttpMethod.Put, "/enrollments/node-01", Body, null, 409, 409520);
        var (_, mechanism) = await Hub.Send(HttpMethod.Post, "/enrollments/node-01/attestationmechanism");
        Assert.That((string?)mechanism!["symmetricKey"]!["primaryKey"], Is.EqualTo(key));
        var (deleted, _) = await Hub.Send(HttpMethod.Delete, "/enrollments/node-01", null, "\"*\"");
        Assert.That(deleted.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        await Refused(HttpMethod.Get, "/enrollments/node-01", null, null, 404, 404201);
        Assert.That(
            ((JsonArray)await Hub.Get("/api/v1/audit?limit=50")).Select(row => (string?)row!["action"]),
            Is.SupersetOf(new[] { "enrollment.create", "enrollment.update", "enrollment.delete" }));
    }

    [Test]
    public async Task Groups_and_their_registrations_are_listed()
    {
        await Hub.Send(HttpMethod.Put, "/enrollmentGroups/grp1", """{"enrollmentGroupId":"grp1","attestation":{"type":"symmetricKey"}}""");
        await Hub.Send(HttpMethod.Put, "/enrollmentGroups/grp2", """{"enrollmentGroupId":"grp2","attestation":{"type":"x509","x509":{"caReferences":{"primary":"plant"}}}}""");
        var (page, first) = await Hub.Send(HttpMethod.Post, "/enrollmentGroups/query", """{"query":"SELECT * FROM enrollmentGroups"}""", null, ("x-ms-max-item-count", "1"));
        Assert.That(((JsonArray)first!).Single()!["enrollmentGroupId"]!.GetValue<string>(), Is.EqualTo("grp1"));
        var (last, second) = await Hub.Send(
            HttpMethod.Post, "/enrollmentGroups/query", """{"query":"*"}""", null, ("x-ms-max-item-count", "1"), ("x-ms-continuation", page.Headers.GetValues("x-ms-continuation").Single()));
        Assert.That(((JsonArray)second!).Single()!["attestation"]!["x509"]!["caReferences"]!["primary"]!.GetValue<string>(), Is.EqualTo("plant"));
        Assert.That(last.Headers.Contains("x-ms-continuation"), Is.False);
        Assert.That(((JsonArray)(await Hub.Send(HttpMethod.Post, "/registrations/grp1/query")).Body!), Is.Empty);
        Assert.That((await Hub.Send(HttpMethod.Post, "/enrollmentgroups/grp1/attestationmechanism")).Response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        await Refused(HttpMethod.Get, "/registrations/node-77", null, null, 404, 404202);
        Assert.That((string?)(await Hub.Get("/api/v1/provisioning"))["idScope"], Does.Match("^0ne[0-9A-F]{8}$"));
    }

    [TestCase("{}", "attestation is missing")]
    [TestCase("""{"attestation":{"type":"tpm","tpm":{"endorsementKey":"x"}}}""", "tpm")]
    [TestCase("""{"attestation":{"type":"symmetricKey","symmetricKey":{"primaryKey":"short"}}}""", "primaryKey")]
    [TestCase("""{"attestation":{"type":"x509","x509":{"clientCertificates":{"primary":{"certificate":"x"}}}}}""", "not readable")]
    [TestCase("""{"attestation":{"type":"x509","x509":{"caReferences":{"primary":"nobody"}}}}""", "nobody")]
    [TestCase("""{"attestation":{"type":"symmetricKey"},"initialTwin":{"tags":{"a b":1}}}""", "initialTwin")]
    [TestCase("""{"attestation":{"type":"symmetricKey"},"capabilities":{"iotEdge":true}}""", "iotEdge")]
    [TestCase("""{"attestation":{"type":"symmetricKey"},"allocationPolicy":"custom"}""", "custom")]
    [TestCase("""{"attestation":{"type":"symmetricKey"},"customAllocationDefinition":{"webhookUrl":"https://x","apiVersion":"2019-03-31"}}""", "customAllocationDefinition")]
    [TestCase("""{"attestation":{"type":"symmetricKey"},"iotHubs":["localhost","elsewhere"]}""", "elsewhere")]
    [TestCase("""{"attestation":{"type":"symmetricKey"},"iotHubHostName":"elsewhere"}""", "elsewhere")]
    [TestCase("""{"attestation":{"type":"symmetricKey"},"iotHubs":"localhost"}""", "array")]
    [TestCase("""{"attestation":{"type":"symmetricKey"},"optionalDeviceInformation":"x"}""", "optionalDeviceInformation")]
    [TestCase("""{"registrationId":"other","attestation":{"type":"symmetricKey"}}""", "other")]
    [TestCase("""{"attestation":{"type":"symmetricKey"},"provisioningStatus":"maybe"}""", "maybe")]
    public async Task What_cannot_be_is_refused_in_the_services_own_shape(string body, string saying)
    {
        var answer = await Refused(HttpMethod.Put, "/enrollments/wrong", body, null, 400, 400004);
        Assert.That((string?)answer["message"], Does.Contain(saying));
    }

    [Test]
    public async Task Everything_that_is_said_of_an_enrolment_comes_back()
    {
        const string Body = """{"registrationId":"whole","deviceId":"press-whole","attestation":{"type":"symmetricKey"},"capabilities":{"iotEdge":false},"reprovisionPolicy":{"updateHubAssignment":true,"migrateDeviceData":false},"allocationPolicy":"geoLatency","iotHubs":["localhost:8883","LOCALHOST"],"provisioningStatus":"disabled","optionalDeviceInformation":{"made":{"in":"Größe"}}}""";
        await Hub.Send(HttpMethod.Put, "/enrollments/whole", Body);
        var read = (JsonObject)await Hub.Get("/enrollments/whole");
        foreach (var (name, sent) in (JsonObject)JsonNode.Parse(Body)!)
        {
            Assert.That(name == "attestation" || JsonNode.DeepEquals(read[name], sent), Is.True, $"{name}: {read[name]?.ToJsonString()}");
        }

        Assert.That(((string?)read["createdDateTimeUtc"], (string?)read["lastUpdatedDateTimeUtc"]), Is.EqualTo(((string?)read["lastUpdatedDateTimeUtc"], (string?)read["createdDateTimeUtc"])));
        Assert.That((read.ContainsKey("registrationState"), ((JsonObject)(await Hub.Send(HttpMethod.Put, "/enrollments/plain", """{"attestation":{"type":"symmetricKey"}}""")).Body!).ContainsKey("optionalDeviceInformation")), Is.EqualTo((false, false)));

        // A tag without its quotes is the same tag.
        var (written, _) = await Hub.Send(HttpMethod.Put, "/enrollments/whole", read.ToJsonString(), ((string)read["etag"]!).Trim('"'));
        Assert.That(written.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        await Refused(HttpMethod.Delete, "/enrollments/whole", null, (string)read["etag"]!, 412, 412001);
    }

    [Test]
    public async Task What_a_provisioning_client_of_Azures_does_one_after_the_other_is_answered_as_it_expects()
    {
        (string, string) owner = ("Authorization", Sign("provisioningserviceowner"));
        const string Version = "?api-version=2021-10-01";
        const string Node = """{"registrationId":"trace-01","deviceId":"trace-01","attestation":{"type":"symmetricKey","symmetricKey":{"primaryKey":"","secondaryKey":""}},"initialTwin":{"tags":{"site":"A"},"properties":{"desired":{"interval":5}}},"reprovisionPolicy":{"updateHubAssignment":true,"migrateDeviceData":true},"allocationPolicy":"static","iotHubs":["localhost"],"provisioningStatus":"enabled"}""";
        const string Group = """{"enrollmentGroupId":"trace","attestation":{"type":"symmetricKey","symmetricKey":{"primaryKey":"alBcJf8dB7klOy03NmCT/r83VeS24PW49LSF+dcP1go=","secondaryKey":"alBcJf8dB7klOy03NmCT/r83VeS24PW49LSF+dcP1go="}},"provisioningStatus":"enabled"}""";
        async Task<(HttpResponseMessage Response, JsonNode? Body)> Call(HttpMethod method, string path, string? body, int status, string? ifMatch = null, params (string, string)[] headers)
        {
            var answer = await Hub.Send(method, path + Version, body, ifMatch, [owner, .. headers]);
            Assert.That((int)answer.Response.StatusCode, Is.EqualTo(status), $"{method} {path}: {answer.Body?.ToJsonString()}");
            return answer;
        }

        var (_, made) = await Call(HttpMethod.Put, "/enrollments/trace-01", Node, 200);
        var (_, read) = await Call(HttpMethod.Get, "/enrollments/trace-01", null, 200);
        Assert.That(read!.ToJsonString(), Is.EqualTo(made!.ToJsonString()));
        var (_, attestation) = await Call(HttpMethod.Post, "/enrollments/trace-01/attestationmechanism", null, 200);
        Assert.That(((string?)attestation!["type"], attestation.ToJsonString()), Is.EqualTo(("symmetricKey", made["attestation"]!.ToJsonString())));
        var (_, group) = await Call(HttpMethod.Put, "/enrollmentGroups/trace", Group, 200);
        var again = Group[..^1] + $",\"etag\":{group!["etag"]!.ToJsonString()}}}";
        Assert.That((string?)(await Call(HttpMethod.Put, "/enrollmentGroups/trace", again, 200, (string)group["etag"]!)).Body!["attestation"]!["symmetricKey"]!["primaryKey"], Is.EqualTo("alBcJf8dB7klOy03NmCT/r83VeS24PW49LSF+dcP1go="));
        var (page, rows) = await Call(HttpMethod.Post, "/enrollments/query", """{"query":"*"}""", 200, null, ("x-ms-max-item-count", "10"));
        Assert.That(page.Headers.GetValues("x-ms-item-type").Single(), Is.EqualTo("Enrollment"));
        Assert.That(((JsonArray)rows!).Select(row => (string?)row!["registrationId"]), Does.Contain("trace-01"));
        Assert.That((int?)(await Call(HttpMethod.Get, "/registrations/trace-01", null, 404)).Body!["errorCode"], Is.EqualTo(404202));
        var (_, bulk) = await Call(HttpMethod.Post, "/enrollments/", """{"mode":"create","enrollments":[{"registrationId":"trace-02","attestation":{"type":"tpm","tpm":{"endorsementKey":"x"}}}]}""", 200);
        Assert.That(((bool?)bulk!["isSuccessful"], (string?)bulk["errors"]![0]!["registrationId"], (int?)bulk["errors"]![0]!["errorCode"]), Is.EqualTo(((bool?)false, "trace-02", (int?)400004)), "TPMs are not offered, and it says so");
        Assert.That((string?)bulk["errors"]![0]!["errorStatus"], Does.Contain("tpm"));
        await Call(HttpMethod.Delete, "/enrollments/trace-01", null, 204);
        await Call(HttpMethod.Delete, "/enrollmentGroups/trace", null, 204);

        // It is the owner of enrolments and of nothing else.
        await Call(HttpMethod.Get, "/devices", null, 401);
        Assert.That((int)(await Hub.Send(HttpMethod.Get, "/enrollments/trace-01", null, null, ("Authorization", Sign("registryRead")))).Response.StatusCode, Is.EqualTo(401));
    }

    [Test]
    public async Task A_bulk_request_does_each_enrolment_by_itself_and_says_which_failed()
    {
        const string Own = "\"attestation\":{\"type\":\"symmetricKey\"}";
        Assert.That(await Bulk("create", """{"registrationId":"b1",""" + Own + "}", """{"registrationId":"b2"}""", """{"registrationId":"b3","deviceId":"press-b3",""" + Own + "}"), Is.EqualTo(new[] { ("b2", 400004) }), "the others are done");
        Assert.That(await Bulk("create", """{"registrationId":"b1",""" + Own + "}"), Is.EqualTo(new[] { ("b1", 409520) }));
        var b1 = (JsonObject)await Hub.Get("/enrollments/b1");
        b1["provisioningStatus"] = "disabled";
        Assert.That(await Bulk("updateIfMatchEtag", b1.ToJsonString(), b1.ToJsonString().Replace("\"b1\"", "\"b3\"").Replace("AAAAAAAAAAE=", "AAAAAAAAAGM="), """{"registrationId":"b4",""" + Own + "}"), Is.EqualTo(new[] { ("b3", 412001), ("b4", 400004) }));
        Assert.That((string?)(await Hub.Get("/enrollments/b1"))["provisioningStatus"], Is.EqualTo("disabled"));
        Assert.That(await Bulk("UPDATE", b1.ToJsonString().Replace("disabled", "enabled"), """{"registrationId":"b4",""" + Own + "}"), Is.EqualTo(new[] { ("b4", 404201) }));
        Assert.That((string?)(await Hub.Get("/enrollments/b1"))["provisioningStatus"], Is.EqualTo("enabled"));
        Assert.That(await Bulk("delete", """{"registrationId":"b1"}""", """{"registrationId":"b1b"}""", """{"registrationId":"b3"}"""), Is.EqualTo(new[] { ("b1b", 404201) }));
        await Refused(HttpMethod.Get, "/enrollments/b3", null, null, 404, 404201);
    }

    [TestCase("""{"mode":"upsert","enrollments":[{"registrationId":"a"}]}""")]
    [TestCase("""{"enrollments":[{"registrationId":"a"}]}""")]
    [TestCase("""{"mode":"delete"}""")]
    [TestCase("""{"mode":"delete","enrollments":[]}""")]
    [TestCase("""{"mode":"delete","enrollments":[{}]}""")]
    [TestCase("""{"mode":"delete","enrollments":[{"registrationId":"a"},{"registrationId":"a"}]}""")]
    [TestCase("""{"mode":"delete","enrollments":[{"registrationId":"a"},{"registrationId":"b"},{"registrationId":"c"},{"registrationId":"d"},{"registrationId":"e"},{"registrationId":"f"},{"registrationId":"g"},{"registrationId":"h"},{"registrationId":"i"},{"registrationId":"j"},{"registrationId":"k"}]}""")]
    public async Task A_bulk_request_that_is_not_understood_does_nothing(string body) => await Refused(HttpMethod.Post, "/enrollments", body, null, 400, 400004);

    [Test]
    public async Task Registrations_of_a_group_come_in_pages_and_that_of_an_enrolment_with_it()
    {
        var provisioning = Hub.Services.GetRequiredService<ProvisioningService>();
        await Hub.Send(HttpMethod.Put, "/enrollmentGroups/paged", """{"attestation":{"type":"symmetricKey"}}""");
        await Hub.Send(HttpMethod.Put, "/enrollments/single", """{"attestation":{"type":"symmetricKey"}}""");
        foreach (var (id, group) in new[] { ("p1", true), ("p2", true), ("p3", true), ("single", false) })
        {
            var identity = new DeviceIdentity(id, "", "", true, Convert.ToBase64String(new byte[32]), Convert.ToBase64String(new byte[32]), default);
            await provisioning.Register(new ProvisioningAdmission(RegistrationUserName.Parse($"{provisioning.IdScope}/registrations/{id}/api-version=2019-03-31", id)!, group, group ? "paged" : id, identity, DateTimeOffset.MaxValue), null);
        }

        var seen = new List<string?>();
        string? continuation = null;
        do
        {
            var (response, rows) = await Hub.Send(
                HttpMethod.Post, "/registrations/paged/query?api-version=2021-10-01", """{"query":"*"}""", null, [("x-ms-max-item-count", "2"), .. continuation is null ? [] : new[] { ("x-ms-continuation", continuation) }]);
            Assert.That(response.Headers.GetValues("x-ms-item-type").Single(), Is.EqualTo("DeviceRegistration"));
            seen.AddRange(((JsonArray)rows!).Select(row => (string?)row!["registrationId"]));
            continuation = response.Headers.TryGetValues("x-ms-continuation", out var more) ? more.Single() : null;
        }
        while (continuation is not null);
        Assert.That(seen, Is.EqualTo(new[] { "p1", "p2", "p3" }));
        await Refused(HttpMethod.Post, "/registrations/paged/query", """{"query":"SELECT * FROM enrollments WHERE x = 1"}""", null, 400, 400004);
        await Refused(HttpMethod.Post, "/registrations/single/query", """{"query":"*"}""", null, 404, 404201);

        var state = await Hub.Get("/registrations/single");
        Assert.That((await Hub.Get("/enrollments/single"))["registrationState"]!.ToJsonString(), Is.EqualTo(state.ToJsonString()));
        Assert.That(((string?)state["status"], (string?)state["substatus"], (string?)state["deviceId"]), Is.EqualTo(("assigned", "initialAssignment", "single")));
        await Refused(HttpMethod.Delete, "/registrations/single", null, "\"other\"", 412, 412001);
        Assert.That((await Hub.Send(HttpMethod.Delete, "/registrations/single", null, (string?)state["etag"])).Response.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That(((JsonObject)await Hub.Get("/enrollments/single")).ContainsKey("registrationState"), Is.False);
    }

    private async Task<(string Id, int Code)[]> Bulk(string mode, params string[] enrollments)
    {
        var (response, body) = await Hub.Send(HttpMethod.Post, "/enrollments/", $$"""{"mode":"{{mode}}","enrollments":[{{string.Join(',', enrollments)}}]}""");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), body?.ToJsonString());
        var failed = ((JsonArray)body!["errors"]!).Select(error => ((string)error!["registrationId"]!, (int)error["errorCode"]!)).ToArray();
        Assert.That((bool?)body["isSuccessful"], Is.EqualTo(failed.Length == 0));
        return failed;
    }

    private string Sign(string policy)
    {
        var expiry = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds();
        var key = Hub.Services.GetRequiredService<IServicePolicies>().Find(policy)!.PrimaryKey;
        return $"SharedAccessSignature sr=localhost&sig={Uri.EscapeDataString(GatewayHost.Sign(key, "localhost", expiry))}&skn={policy}&se={expiry}";
    }

    private async Task<JsonNode> Refused(HttpMethod method, string path, string? body, string? ifMatch, int status, int code)
    {
        var (response, answer) = await Hub.Send(method, path, body, ifMatch);
        Assert.That(((int)response.StatusCode, (int?)answer?["errorCode"]), Is.EqualTo((status, (int?)code)), answer?.ToJsonString());
        Assert.That((string?)answer!["timestampUtc"], Does.EndWith("Z"));
        Assert.That((string?)answer["trackingId"], Is.Not.Empty);
        return answer;
    }
}
