using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.SensorNode.Provisioning;
using DeviceTwin.SensorNode.Simulator.Board;

namespace DeviceTwin.Tests.SensorNode.Simulator.Node;

/// <summary>An identity is taken whole or refused with one word.</summary>
public sealed class IdentityStoreTests
{
    private const string Good =
        """
        {"deviceId":"press-4","hubHost":"hub.plant.local","hubPort":18883,"key":"AAECAwQFBgc=",
         "ca":"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n","tokenLifetimeSeconds":7200,
         "network":"plant","networkPassword":"geheim","timeServer":"ntp.plant.local","comment":{"by":["someone"]}}
        """;

    [Test]
    public void AGoodFileBecomesAnIdentity()
    {
        NodeIdentity? identity = Load(Good, out string refusal);
        Assert.That(refusal, Is.Empty);
        Assert.That(identity!.DeviceId, Is.EqualTo("press-4"));
        Assert.That(identity.HubHost, Is.EqualTo("hub.plant.local"));
        Assert.That(identity.HubPort, Is.EqualTo(18883));
        Assert.That(identity.Key, Is.EqualTo("AAECAwQFBgc="));
        Assert.That(identity.CertificateAuthority, Does.StartWith("-----BEGIN CERTIFICATE-----\nMIIB"));
        Assert.That(identity.TokenLifetimeSeconds, Is.EqualTo(7200));
        Assert.That(identity.Network, Is.EqualTo("plant"));
        Assert.That(identity.NetworkPassword, Is.EqualTo("geheim"));
        Assert.That(identity.TimeServer, Is.EqualTo("ntp.plant.local"));
    }

    [Test]
    public void PortLifetimeAndNetworkMayBeLeftOut()
    {
        NodeIdentity identity = Load(Without("hubPort", "tokenLifetimeSeconds", "network", "networkPassword", "timeServer"), out _)!;
        Assert.That(identity.HubPort, Is.EqualTo(8883));
        Assert.That(identity.TokenLifetimeSeconds, Is.EqualTo(86400));
        Assert.That(identity.Network, Is.Null);
    }

    private const string Ca = "\"ca\":\"-----BEGIN CERTIFICATE-----x\"";
    private const string Hub = "\"deviceId\":\"d\",\"hubHost\":\"h\"";
    private const string Own = "\"certificate\":\"-----BEGIN CERTIFICATE-----c\",\"certificateKey\":\"-----BEGIN PRIVATE KEY-----k\"";
    private const string Dps = "\"dpsHost\":\"dps\",\"idScope\":\"0ne1\",\"registrationId\":\"r-1\"";

    [TestCase("\"kind\":\"sas\"," + Hub + ",\"key\":\"AAECAwQFBgc=\"", IdentityRefusal.None)]
    [TestCase("\"kind\":\"x509\"," + Hub + "," + Own, IdentityRefusal.None)]
    [TestCase("\"kind\":\"dps\"," + Dps + ",\"key\":\"AAECAwQFBgc=\"", IdentityRefusal.None)]
    [TestCase("\"kind\":\"dps\"," + Dps + "," + Own, IdentityRefusal.None)]
    [TestCase("\"kind\":\"tpm\"," + Hub + "," + Own, IdentityRefusal.Kind)]
    [TestCase("\"kind\":\"x509\"," + Hub, IdentityRefusal.Certificate)]
    [TestCase("\"kind\":\"x509\"," + Hub + ",\"certificate\":\"-----BEGIN CERTIFICATE-----c\"", IdentityRefusal.Certificate)]
    [TestCase("\"kind\":\"x509\"," + Hub + "," + Own + ",\"key\":\"AAECAwQFBgc=\"", IdentityRefusal.Key, Description = "both is neither")]
    [TestCase("\"kind\":\"x509\"," + Own, IdentityRefusal.DeviceId)]
    [TestCase("\"kind\":\"dps\"," + Dps, IdentityRefusal.Key)]
    [TestCase("\"kind\":\"dps\"," + Hub + ",\"key\":\"AAECAwQFBgc=\"", IdentityRefusal.DpsHost)]
    [TestCase("\"kind\":\"dps\",\"dpsPort\":0," + Dps + ",\"key\":\"AAECAwQFBgc=\"", IdentityRefusal.DpsHost)]
    [TestCase("\"kind\":\"dps\",\"dpsHost\":\"dps\",\"registrationId\":\"r\",\"key\":\"AAECAwQFBgc=\"", IdentityRefusal.IdScope)]
    [TestCase("\"kind\":\"dps\",\"dpsHost\":\"dps\",\"idScope\":\"s\",\"registrationId\":\"r 1\",\"key\":\"AAECAwQFBgc=\"", IdentityRefusal.RegistrationId)]
    public void EachKindAsksForItsOwn(string members, string refusal)
    {
        NodeIdentity? identity = Load("{" + members + "," + Ca + "}", out string said);
        Assert.That(said, Is.EqualTo(refusal));
        Assert.That(identity is null, Is.EqualTo(refusal != IdentityRefusal.None));
    }

    [Test]
    public void NoFileIsMissing()
    {
        var store = new IdentityStore(new MemoryFiles());
        Assert.That(store.Load(), Is.Null);
        Assert.That(store.Refusal, Is.EqualTo(IdentityRefusal.Missing));
    }

    [TestCase("deviceId", IdentityRefusal.DeviceId)]
    [TestCase("hubHost", IdentityRefusal.HubHost)]
    [TestCase("key", IdentityRefusal.Key)]
    [TestCase("ca", IdentityRefusal.CertificateAuthority)]
    public void WhatIsMissingIsSaid(string member, string refusal) => Assert.That(RefusalOf(Without(member)), Is.EqualTo(refusal));

    [TestCase("deviceId", "\"press 4\"", IdentityRefusal.DeviceId)]
    [TestCase("deviceId", "\"\"", IdentityRefusal.DeviceId)]
    [TestCase("hubHost", "\"hub/x\"", IdentityRefusal.HubHost)]
    [TestCase("hubPort", "0", IdentityRefusal.HubPort)]
    [TestCase("hubPort", "65536", IdentityRefusal.HubPort)]
    [TestCase("hubPort", "99999999999", IdentityRefusal.HubPort)]
    [TestCase("key", "\"AAEC AwQ\"", IdentityRefusal.Key)]
    [TestCase("key", "\"AAECA\"", IdentityRefusal.Key)]
    [TestCase("key", "\"A===\"", IdentityRefusal.Key)]
    [TestCase("ca", "\"MIIB\"", IdentityRefusal.CertificateAuthority)]
    [TestCase("tokenLifetimeSeconds", "299", IdentityRefusal.TokenLifetime)]
    [TestCase("tokenLifetimeSeconds", "31536001", IdentityRefusal.TokenLifetime)]
    [TestCase("hubPort", "\"8883\"", IdentityRefusal.Malformed)]
    [TestCase("deviceId", "4", IdentityRefusal.Malformed)]
    [TestCase("network", "[]", IdentityRefusal.Malformed)]
    public void WhatIsWrongIsSaid(string member, string value, string refusal)
    {
        var node = (JsonObject)JsonNode.Parse(Good)!;
        node[member] = JsonNode.Parse(value);
        Assert.That(RefusalOf(node.ToJsonString()), Is.EqualTo(refusal));
    }

    [TestCase("")]
    [TestCase("[]")]
    [TestCase("{\"deviceId\":\"a\"")]
    public void DamagedFilesAreMalformed(string content) => Assert.That(RefusalOf(content), Is.EqualTo(IdentityRefusal.Malformed));

    private static string Without(params string[] members)
    {
        var node = (JsonObject)JsonNode.Parse(Good)!;
        foreach (string member in members)
        {
            node.Remove(member);
        }

        return node.ToJsonString();
    }

    private static string RefusalOf(string content)
    {
        Assert.That(Load(content, out string refusal), Is.Null);
        return refusal;
    }

    private static NodeIdentity? Load(string content, out string refusal)
    {
        var files = new MemoryFiles();
        files.Write(IdentityStore.FileName, Encoding.UTF8.GetBytes(content));
        var store = new IdentityStore(files);
        NodeIdentity? identity = store.Load();
        refusal = store.Refusal;
        return identity;
    }
}
