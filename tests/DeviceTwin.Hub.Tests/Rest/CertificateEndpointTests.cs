using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using DeviceTwin.Tests.Hub.Gateway;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>Certificates over REST: issued, registered, replaced, and when they end.</summary>
public sealed class CertificateEndpointTests : RestTests
{
    [Test]
    public async Task A_device_is_issued_a_certificate_and_its_key_once()
    {
        await Hub.Register("press-1");
        var (response, body) = await Hub.Send(HttpMethod.Post, "/api/v1/certificates/devices/press-1", """{"days":30}""");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), body?.ToJsonString());
        using var certificate = X509Certificate2.CreateFromPem((string)body!["certificate"]!, (string)body["privateKey"]!);
        Assert.That(certificate.Subject, Is.EqualTo("CN=press-1"));
        Assert.That(certificate.NotAfter.ToUniversalTime() - DateTime.UtcNow, Is.EqualTo(TimeSpan.FromDays(30)).Within(TimeSpan.FromHours(1)));
        Assert.That(Directory.GetFiles(Hub.Folder, "*press-1*", SearchOption.AllDirectories), Is.Empty);
        Assert.That((await Hub.Send(HttpMethod.Post, "/api/v1/certificates/devices/press-1")).Response.StatusCode, Is.EqualTo(HttpStatusCode.OK), "nothing need be said");
        Assert.That((await Hub.Send(HttpMethod.Post, "/api/v1/certificates/devices/nobody", "{}")).Response.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(((JsonArray)await Hub.Get("/api/v1/devices/press-1/audit")).Select(row => (string?)row!["action"]), Has.Member("certificate.issue"));
    }

    [Test]
    public async Task A_request_of_the_devices_own_gives_its_key_and_not_its_name()
    {
        await Hub.Register("press-2");
        using var rsa = RSA.Create(2048);
        var request = new CertificateRequest("CN=somebody else", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var (_, body) = await Hub.Send(
            HttpMethod.Post, "/api/v1/certificates/devices/press-2", new JsonObject { ["csr"] = request.CreateSigningRequestPem() }.ToJsonString());
        using var certificate = X509Certificate2.CreateFromPem((string)body!["certificate"]!);
        Assert.That((certificate.Subject, body["privateKey"]), Is.EqualTo(("CN=press-2", default(JsonNode))));
        Assert.That(certificate.GetRSAPublicKey()!.ExportSubjectPublicKeyInfo(), Is.EqualTo(rsa.ExportSubjectPublicKeyInfo()));
        AssertRefused(
            await Hub.Send(HttpMethod.Post, "/api/v1/certificates/devices/press-2", """{"csr":"x"}"""), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "csr");
        using var weak = RSA.Create(1024);
        var weakRequest = new CertificateRequest("CN=press-2", weak, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequestPem();
        AssertRefused(
            await Hub.Send(HttpMethod.Post, "/api/v1/certificates/devices/press-2", new JsonObject { ["csr"] = weakRequest }.ToJsonString()),
            HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "2048");
    }

    [Test]
    public async Task An_authority_is_registered_listed_and_removed()
    {
        using var authority = TestCertificates.Authority("Works", DateTimeOffset.UtcNow);
        var body = new JsonObject { ["certificate"] = authority.ExportCertificatePem() }.ToJsonString();
        var (made, registered) = await Hub.Send(HttpMethod.Put, "/api/v1/certificates/authorities/works", body);
        Assert.That(made.StatusCode, Is.EqualTo(HttpStatusCode.OK), registered?.ToJsonString());
        Assert.That((string?)registered!["kind"], Is.EqualTo("registeredAuthority"));
        AssertRefused(await Hub.Send(HttpMethod.Put, "/api/v1/certificates/authorities/works", body), HttpStatusCode.Conflict, "AuthorityAlreadyExists", 409521);
        AssertRefused(await Hub.Send(HttpMethod.Put, "/api/v1/certificates/authorities/plant", body), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "plant");
        using var leaf = TestCertificates.SelfSigned("press-1", DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        AssertRefused(
            await Hub.Send(HttpMethod.Put, "/api/v1/certificates/authorities/leaf", new JsonObject { ["certificate"] = leaf.ExportCertificatePem() }.ToJsonString()),
            HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "basic constraints");
        var (removed, _) = await Hub.Send(HttpMethod.Delete, "/api/v1/certificates/authorities/works", null, $"\"{(string)registered["etag"]!}\"");
        Assert.That(removed.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        AssertRefused(await Hub.Send(HttpMethod.Delete, "/api/v1/certificates/authorities/works"), HttpStatusCode.NotFound, "AuthorityNotFound", 404521);
    }

    [Test]
    public async Task The_authority_is_replaced_in_three_steps_that_come_in_order()
    {
        async Task<string[]> Step(string step) =>
            [.. ((JsonArray)(await Hub.Send(HttpMethod.Post, $"/api/v1/certificates/{step}")).Body!).Select(item => (string)item!["name"]!)];

        AssertRefused(await Hub.Send(HttpMethod.Post, "/api/v1/certificates/authority/crossover"), HttpStatusCode.Conflict, "RotationStepNotPossible", 409522);
        AssertRefused(await Hub.Send(HttpMethod.Post, "/api/v1/certificates/authority/retire"), HttpStatusCode.Conflict, "RotationStepNotPossible", 409522);
        Assert.That(await Step("authority/next"), Is.EqualTo(new[] { "server", "present", "next" }));
        AssertRefused(await Hub.Send(HttpMethod.Post, "/api/v1/certificates/authority/next"), HttpStatusCode.Conflict, "RotationStepNotPossible", 409522);
        Assert.That(await Step("authority/crossover"), Is.EqualTo(new[] { "server", "present", "previous" }));
        Assert.That((await Hub.Http.GetStringAsync("/api/v1/certificates/authority/bundle")).Split("BEGIN CERTIFICATE"), Has.Length.EqualTo(3));
        Assert.That(await Step("authority/retire"), Is.EqualTo(new[] { "server", "present" }));
        var before = (string)(await Hub.Get("/api/v1/certificates"))[0]!["sha256Thumbprint"]!;
        Assert.That(await Step("server/renew"), Has.Length.EqualTo(2));
        var server = (await Hub.Get("/api/v1/certificates"))[0]!;
        Assert.That((string)server["sha256Thumbprint"]!, Is.Not.EqualTo(before));
        Assert.That((int)server["daysLeft"]!, Is.InRange(390, 397));
    }

    [Test]
    public async Task Devices_and_twins_show_how_a_device_authenticates()
    {
        const string Thumbprint = "ab5a7bd4b694f180a9eb2f9f61c8daca9acaf492";
        var (_, device) = await Hub.Send(
            HttpMethod.Put, "/devices/x509", "{\"authentication\":{\"type\":\"selfSigned\",\"x509Thumbprint\":{\"primaryThumbprint\":\"" + Thumbprint + "\"}}}");
        Assert.That((string?)device!["authentication"]!["type"], Is.EqualTo("selfSigned"));
        Assert.That((string?)device["authentication"]!["x509Thumbprint"]!["primaryThumbprint"], Is.EqualTo(Thumbprint.ToUpperInvariant()));
        Assert.That(device["authentication"]!["symmetricKey"]!["primaryKey"], Is.Null);
        var twin = await Hub.Get("/twins/x509");
        Assert.That(((string?)twin["authenticationType"], (string?)twin["x509Thumbprint"]!["primaryThumbprint"]), Is.EqualTo(("selfSigned", Thumbprint.ToUpperInvariant())));

        // Azure's Node client writes this where its user only disables the device.
        var (_, kept) = await Hub.Send(
            HttpMethod.Put, "/devices/x509", """{"status":"disabled","authentication":{"type":"sas","symmetricKey":{"primaryKey":"","secondaryKey":""}}}""", "\"*\"");
        Assert.That(((string?)kept!["authentication"]!["type"], (string?)kept["status"]), Is.EqualTo(("selfSigned", "disabled")));
        var (_, authority) = await Hub.Send(HttpMethod.Put, "/devices/x509", """{"authentication":{"type":"certificateAuthority"}}""", "*");
        Assert.That((string?)authority!["authentication"]!["type"], Is.EqualTo("certificateAuthority"));
        Assert.That(authority["authentication"]!["x509Thumbprint"]!["primaryThumbprint"], Is.Null);
        var (_, none) = await Hub.Send(HttpMethod.Put, "/devices/x509", """{"authentication":{"type":"none"}}""", "*");
        Assert.That((string?)none!["authentication"]!["type"], Is.EqualTo("none"));
    }
}
