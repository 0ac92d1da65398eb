using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Certificates;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Rest;

/// <summary>The hub's certificates, authorities of others, and certificates for devices: <c>/api/v1/certificates</c>.</summary>
internal static class CertificateEndpoints
{
    private const int StandardDays = 730;
    private const int LongestDays = 3650;

    public static void MapCertificates(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1/certificates");
        api.MapGet("", (CertificateInventory inventory) =>
            new JsonResult(new JsonArray([.. inventory.List().Select(item => (JsonNode)Write(item))]))).Needs(Role.Viewer, Permission.RegistryRead);

        api.MapPost("devices/{id}", async (string id, HttpRequest request, IFleet fleet, LocalCertificates local, TrustedAuthorities authorities) =>
        {
            _ = fleet.FindIdentity(id) ?? throw FleetErrors.DeviceNotFound(id);
            return new JsonResult(await Issue(id, await RequestBody.ReadObjectOrNothing(request), request.Author(), local, authorities));
        }).Needs(Role.Engineer, Permission.RegistryWrite);

        api.MapPost("server/renew", (HttpRequest request, TrustedAuthorities authorities, CertificateInventory inventory) =>
            Step(request, authorities, inventory, local => local.RenewServer(), "certificate.server.renew")).Needs(Role.Admin, Permission.None);
        api.MapPost("authority/next", (HttpRequest request, TrustedAuthorities authorities, CertificateInventory inventory) =>
            Step(request, authorities, inventory, local => local.PrepareNext(), "authority.next")).Needs(Role.Admin, Permission.None);
        api.MapPost("authority/crossover", (HttpRequest request, TrustedAuthorities authorities, CertificateInventory inventory) =>
            Step(request, authorities, inventory, local => local.CrossOver(), "authority.crossover")).Needs(Role.Admin, Permission.None);
        api.MapPost("authority/retire", (HttpRequest request, TrustedAuthorities authorities, CertificateInventory inventory) =>
            Step(request, authorities, inventory, local => local.RetirePrevious(), "authority.retire")).Needs(Role.Admin, Permission.None);
        api.MapGet("authority/bundle", (LocalCertificates local) =>
            Results.Text(File.ReadAllText(local.AuthorityFile), "application/x-pem-file")).Needs(Role.Viewer, Permission.RegistryRead);

        api.MapPut("authorities/{name}", async (string name, HttpRequest request, TrustedAuthorities authorities, CertificateInventory inventory) =>
        {
            var body = await RequestBody.ReadObject(request);
            var certificate = RequestBody.Text(body, "certificate") ?? throw new HubException(HubError.ArgumentInvalid, "certificate is missing: give PEM, or the DER in base64.");
            var registered = await authorities.Register(name, certificate, request.IfMatch(), request.Author());
            return new JsonResult(Write(inventory.List().First(item => item.Name == name && item.Kind == CertificateKind.ForeignAuthority)), etag: registered.ETag);
        }).Needs(Role.Admin, Permission.None);
        api.MapDelete("authorities/{name}", async (string name, HttpRequest request, TrustedAuthorities authorities) =>
        {
            await authorities.Remove(name, request.IfMatch(), request.Author());
            return Results.NoContent();
        }).Needs(Role.Admin, Permission.None);
    }

    private static async Task<JsonResult> Step(
        HttpRequest request, TrustedAuthorities authorities, CertificateInventory inventory, Action<LocalCertificates> step, string action)
    {
        await authorities.Step(step, action, request.Author());
        return new JsonResult(new JsonArray([.. inventory.List().Select(item => (JsonNode)Write(item))]));
    }

    private static async Task<JsonObject> Issue(string deviceId, JsonObject body, string author, LocalCertificates local, TrustedAuthorities authorities)
    {
        var lifetime = TimeSpan.FromDays(Days(body["days"]));
        var csr = RequestBody.Text(body, "csr");
        using var made = csr is null ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : null;
        var key = made is null ? RequestedKey(csr!) : new PublicKey(made);
        var (issued, authority) = local.IssueDevice(deviceId, key, lifetime);
        using (issued)
        {
            await authorities.NoteIssued(deviceId, issued, author);
            var json = new JsonObject
            {
                ["deviceId"] = deviceId,
                ["certificate"] = issued.ExportCertificatePem(),
                ["authority"] = authority.ExportCertificatePem(),
                ["sha1Thumbprint"] = CertificateText.Sha1(issued),
                ["sha256Thumbprint"] = CertificateText.Sha256(issued),
                ["notBefore"] = Json.Timestamp(CertificateText.ValidFrom(issued)),
                ["notAfter"] = Json.Timestamp(CertificateText.ValidUntil(issued)),
            };
            if (made is not null)
            {
                // This once: it is kept nowhere.
                json["privateKey"] = made.ExportPkcs8PrivateKeyPem();
            }

            return json;
        }
    }

    private static int Days(JsonNode? node) =>
        node is null ? StandardDays
        : Json.Integer(node) is { } days and >= 1 and <= LongestDays ? (int)days
        : throw new HubException(HubError.ArgumentInvalid, $"days takes a whole number from 1 to {LongestDays}; {StandardDays} where it is left out.");

    /// <summary>Only the key is taken from a request, and that whoever wrote it has the key: the name is the hub's to give.</summary>
    private static PublicKey RequestedKey(string csr)
    {
        CertificateRequest request;
        try
        {
            request = CertificateRequest.LoadSigningRequestPem(csr, HashAlgorithmName.SHA256);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new HubException(HubError.ArgumentInvalid, $"csr is not a certificate request in PEM with a valid signature: {error.Message}");
        }

        using var elliptic = request.PublicKey.GetECDsaPublicKey();
        using var rsa = request.PublicKey.GetRSAPublicKey();
        return elliptic?.KeySize >= 256 || rsa?.KeySize >= 2048
            ? request.PublicKey
            : throw new HubException(HubError.ArgumentInvalid, "The key of the csr is not offered. Use an elliptic curve of at least 256 bits (P-256 for small devices), or RSA of at least 2048.");
    }

    private static JsonObject Write(CertificateItem item) => new()
    {
        ["kind"] = item.Kind switch
        {
            CertificateKind.Server => "server",
            CertificateKind.ForeignAuthority => "registeredAuthority",
            _ => "authority",
        },
        ["name"] = item.Name,
        ["subject"] = item.Subject,
        ["sha256Thumbprint"] = item.Thumbprint,
        ["notBefore"] = Json.Timestamp(item.NotBefore),
        ["notAfter"] = Json.Timestamp(item.NotAfter),
        ["daysLeft"] = item.DaysLeft,
        ["etag"] = item.ETag,
    };
}
