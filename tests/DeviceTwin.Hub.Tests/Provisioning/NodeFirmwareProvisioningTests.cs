using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Provisioning;
using DeviceTwin.SensorNode;
using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.SensorNode.Twin;
using DeviceTwin.Storage;
using DeviceTwin.Tests.Hub.Gateway;

namespace DeviceTwin.Tests.Hub.Provisioning;

/// <summary>The node's own link against this hub's provisioning: over TLS, with a key of its own, a group's, and a certificate.</summary>
[TestFixture]
public class NodeFirmwareProvisioningTests
{
    private GatewayHost host = null!;

    [SetUp]
    public async Task SetUp()
    {
        host = await GatewayHost.Start();
        host.CatchUp();
    }

    [TearDown]
    public async Task TearDown() => await host.DisposeAsync();

    [Test]
    public async Task A_node_with_an_enrolment_of_its_own_registers_and_connects()
    {
        Enrollment enrollment = await host.EnrolKey("press-4");
        await Settles("press-4", options => options.Key = enrollment.Attestation.Primary);
    }

    [Test]
    public async Task A_node_with_a_key_derived_from_a_groups_registers_and_connects()
    {
        Enrollment group = await host.EnrolKey("line", group: true);
        string key = SasToken.DeriveKey(group.Attestation.Primary, "press-5");
        Assert.That(key, Is.EqualTo(ProvisioningKeys.Derive(group.Attestation.Primary, "press-5")));
        await Settles("press-5", options => options.Key = key);
    }

    [Test]
    public async Task A_node_with_a_certificate_registers_and_connects()
    {
        DateTimeOffset now = host.Time.GetUtcNow();
        using X509Certificate2 certificate = TestCertificates.SelfSigned("press-6", now.AddDays(-1), now.AddDays(100));
        string pem = certificate.ExportCertificatePem();
        await host.Enrol("press-6", new JsonObject
        {
            ["attestation"] = new JsonObject
            {
                ["type"] = "x509",
                ["x509"] = new JsonObject { ["clientCertificates"] = new JsonObject { ["primary"] = new JsonObject { ["certificate"] = pem } } },
            },
        }.ToJsonString());
        await Settles("press-6", options =>
        {
            options.ClientCertificate = pem;
            options.ClientKey = certificate.GetECDsaPrivateKey()?.ExportPkcs8PrivateKeyPem() ?? certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem();
        });
    }

    [Test]
    public async Task A_node_that_nobody_enrolled_is_refused_and_waits()
    {
        using var session = new TlsMqttSession();
        HubLink link = Link(session, Options("press-7", options => options.Key = Convert.ToBase64String(new byte[32])), out _);
        await Run(link, () => link.Counters.ConnectRefusals == 1);
        Assert.That(link.LastFailure, Is.EqualTo(5));
    }

    private async Task Settles(string name, Action<LinkOptions> change)
    {
        using var session = new TlsMqttSession();
        LinkOptions options = Options(name, change);
        HubLink link = Link(session, options, out TwinAgent agent);
        await Run(link, () => agent.IsSettled && link.State == LinkState.Ready);
        Assert.That((options.HubHost, options.DeviceId), Is.EqualTo(("localhost", name)));
        Assert.That(link.Assignments, Is.EqualTo(1));
        Assert.That(host.Fleet.FindTwin(name)!.ModelId, Is.EqualTo(TwinModel.ModelId));
    }

    private LinkOptions Options(string name, Action<LinkOptions> change)
    {
        var options = new LinkOptions
        {
            DpsHost = "localhost",
            DpsPort = host.Port,
            HubPort = host.Port,
            IdScope = host.Provisioning.IdScope,
            RegistrationId = name,
            CertificateAuthority = File.ReadAllText(host.AuthorityFile),
            TokenLifetimeSeconds = 3600,
        };
        change(options);
        return options;
    }

    private static HubLink Link(TlsMqttSession session, LinkOptions options, out TwinAgent agent)
    {
        var jitter = new Jitter(1);
        agent = new TwinAgent(new SettingsValues(), new SettingsTextRule(), [], new Backoff(1000, 300000, 250, jitter), 100);
        return new HubLink(session, options, agent, new Outbox(4, 4096), jitter);
    }

    private async Task Run(HubLink link, Func<bool> isEnough)
    {
        long end = Environment.TickCount64 + (long)GatewayHost.Patience.TotalMilliseconds;
        while (!isEnough())
        {
            Assert.That(Environment.TickCount64, Is.LessThan(end), $"{link.State}, last failure {link.LastFailure}");
            link.Receive(Environment.TickCount64, host.Time.GetUtcNow().ToUnixTimeMilliseconds(), true);
            link.Send(Environment.TickCount64);
            await Task.Yield();
        }
    }
}
