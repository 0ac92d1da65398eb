using System.Net;
using System.Security.Cryptography;
using System.Text;
using DeviceTwin.SensorNode.Link;

namespace DeviceTwin.Tests.SensorNode.Simulator.Link;

/// <summary>Tokens against a signature computed the other way round: from the token's text, as a hub does.</summary>
public sealed class SasTokenTests
{
    [TestCase("hub.plant.local", "node-1", "bm9kZS1rZXktb2YtdGhpcnR5LXR3by1ieXRlcyEhISE=")]
    [TestCase("localhost", "press 4/left", "AA==")]
    public void AHubCanVerifyIt(string host, string deviceId, string key)
    {
        string token = SasToken.Create(HubDialect.Resource(host, deviceId), key, 1_900_000_000);
        Assert.That(token, Does.StartWith("SharedAccessSignature "));
        Dictionary<string, string> fields = token["SharedAccessSignature ".Length..].Split('&')
            .Select(field => field.Split('=', 2))
            .ToDictionary(field => field[0], field => field[1]);
        Assert.That(fields.Keys, Is.EqualTo(new[] { "sr", "sig", "se" }));
        Assert.That(WebUtility.UrlDecode(fields["sr"]), Is.EqualTo($"{host}/devices/{deviceId}"));
        Assert.That(fields["se"], Is.EqualTo("1900000000"));
        using var hmac = new HMACSHA256(Convert.FromBase64String(key));
        byte[] expected = hmac.ComputeHash(Encoding.UTF8.GetBytes($"{fields["sr"]}\n{fields["se"]}"));
        Assert.That(Convert.FromBase64String(Uri.UnescapeDataString(fields["sig"])), Is.EqualTo(expected));
    }

    [Test]
    public void KnownToken()
    {
        // Computed with Python: hmac.new(base64.b64decode(key), b"hub.plant.local%2Fdevices%2Fnode-1\n1900000000", "sha256").
        Assert.That(
            SasToken.Create("hub.plant.local/devices/node-1", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", 1_900_000_000),
            Is.EqualTo("SharedAccessSignature sr=hub.plant.local%2Fdevices%2Fnode-1&sig=28snD5RU1E2CY%2BdJv6I3Uvpa76htOFY6Tf5FpG%2FLI2g%3D&se=1900000000"));
    }

    [TestCase("dtmi:com:a;1", "dtmi%3Acom%3Aa%3B1")]
    [TestCase("az AZ09-._~", "az%20AZ09-._~")]
    [TestCase("é€", "%C3%A9%E2%82%AC")]
    [TestCase("", "")]
    public void PercentEncoding(string text, string encoded)
    {
        Assert.That(PercentCode.Encode(text), Is.EqualTo(encoded));
        Assert.That(Uri.EscapeDataString(text), Is.EqualTo(encoded), "the same as an independent encoder");
    }
}
