using System.Net;
using System.Text.Json.Nodes;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>Enrolments as Azure's provisioning clients administer them (section 6.4).</summary>
public sealed class EnrollmentEndpointTests : RestTests
{
    [Test]
    public async Task What_the_Node_client_sends_comes_back_with_keys_and_a_quoted_etag()
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
        await Refused(HttpMethod.Put, "/enrollments/node-01", Body, etag, 412, 412002);
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
    [TestCase("""{"registrationId":"other","attestation":{"type":"symmetricKey"}}""", "other")]
    [TestCase("""{"attestation":{"type":"symmetricKey"},"provisioningStatus":"maybe"}""", "maybe")]
    public async Task What_cannot_be_is_refused_in_the_services_own_shape(string body, string saying)
    {
        var answer = await Refused(HttpMethod.Put, "/enrollments/wrong", body, null, 400, 400004);
        Assert.That((string?)answer["message"], Does.Contain(saying));
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
