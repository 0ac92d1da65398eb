using System.Security.Cryptography.X509Certificates;
using System.Text;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Certificates;
using DeviceTwin.Mqtt;
using DeviceTwin.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>Devices that connect with a certificate and without a password (section 2.2), and tokens of policies.</summary>
[TestFixture]
public class CertificateDeviceTests
{
    private GatewayHost host = null!;
    private Policies policies = null!;

    [SetUp]
    public async Task SetUp()
    {
        host = await GatewayHost.Start(services: services => services.AddSingleton<IServicePolicies>(policies = new Policies()));
        host.CatchUp();
    }

    [TearDown]
    public async Task TearDown()
    {
        Assert.That(host.Log.Errors().Where(line => !line.Contains("authority works expired")), Is.Empty);
        await host.DisposeAsync();
    }

    private DateTimeOffset Now => host.Time.GetUtcNow();

    [TestCase(40, false, TestName = "AU X.509 by SHA-1, upper case")]
    [TestCase(40, true, TestName = "AU X.509 by SHA-1, lower case")]
    [TestCase(64, false, TestName = "AU X.509 by SHA-256, upper case")]
    [TestCase(64, true, TestName = "AU X.509 by SHA-256, lower case")]
    public async Task A_self_signed_certificate_opens_by_its_thumbprint(int length, bool lower)
    {
        using X509Certificate2 certificate = SelfSigned("whatever");
        string thumbprint = length == 40 ? CertificateText.Sha1(certificate) : CertificateText.Sha256(certificate);
        await Register("x1", AuthenticationType.SelfSigned, lower ? thumbprint.ToLowerInvariant() : thumbprint);
        await using Wire wire = await host.Connect(GatewayHost.CertificateConnect("x1"), certificate);
        await wire.Publish("devices/x1/messages/events/", "x509", 1, 14742);
        await wire.Expect("40 02 39 96");
    }

    [Test]
    public async Task AU_the_secondary_thumbprint_opens_too_and_another_certificate_does_not()
    {
        using X509Certificate2 first = SelfSigned("x1");
        using X509Certificate2 second = SelfSigned("x1");
        using X509Certificate2 third = SelfSigned("x1");
        await Register("x1", AuthenticationType.SelfSigned, CertificateText.Sha256(first), CertificateText.Sha1(second));
        Assert.That(await host.ConnectCode(GatewayHost.CertificateConnect("x1"), second), Is.EqualTo(MqttConnectReturnCode.Accepted));
        Assert.That(await host.ConnectCode(GatewayHost.CertificateConnect("x1"), third), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
        await host.Log.Saw(1002, $"the certificate's thumbprint {CertificateText.Sha256(third)}");
    }

    [Test]
    public async Task AU_the_wrong_way_to_authenticate_is_refused_and_the_log_says_what_to_do()
    {
        using X509Certificate2 certificate = SelfSigned("x1");
        DeviceIdentity sas = await host.Register("sas");
        await Register("x1", AuthenticationType.SelfSigned, CertificateText.Sha256(certificate));
        await Register("off", AuthenticationType.None);
        Assert.That(await host.ConnectCode(GatewayHost.CertificateConnect("sas"), certificate), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
        await host.Log.Saw(1002, "connect with a shared access signature");
        Assert.That(await host.ConnectCode(host.NodeConnect(sas with { DeviceId = "x1" })), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
        await host.Log.Saw(1002, "authenticates with a certificate: connect with it and without a password");
        Assert.That(await host.ConnectCode(GatewayHost.CertificateConnect("x1")), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
        await host.Log.Saw(1002, "no token and no client certificate");
        Assert.That(await host.ConnectCode(GatewayHost.CertificateConnect("off"), certificate), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
        await host.Log.Saw(1002, "authentication.type is");
        Assert.That(await host.ConnectCode(GatewayHost.CertificateConnect("ghost"), certificate), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
        await host.Log.Saw(1002, "no such device");
    }

    [Test]
    public async Task AU_a_device_with_keys_may_show_a_certificate_beside_its_token()
    {
        using X509Certificate2 certificate = SelfSigned("dev1");
        DeviceIdentity device = await host.Register("dev1");
        Assert.That(await host.ConnectCode(host.NodeConnect(device), certificate), Is.EqualTo(MqttConnectReturnCode.Accepted));
    }

    [Test]
    public async Task AU_the_plants_authority_vouches_for_the_device_that_it_names()
    {
        await Register("press-1", AuthenticationType.CertificateAuthority);
        using X509Certificate2 own = Issued("press-1");
        using X509Certificate2 other = Issued("press-2");
        Assert.That(await host.ConnectCode(GatewayHost.CertificateConnect("press-1"), own), Is.EqualTo(MqttConnectReturnCode.Accepted));
        Assert.That(await host.ConnectCode(GatewayHost.CertificateConnect("press-1"), other), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
        await host.Log.Saw(1002, "CN=press-2");
        using X509Certificate2 selfMade = SelfSigned("press-1");
        Assert.That(await host.ConnectCode(GatewayHost.CertificateConnect("press-1"), selfMade), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
        await host.Log.Saw(1002, "no authority that this hub trusts");
    }

    [Test]
    public async Task AU_the_hubs_own_server_certificate_is_no_devices()
    {
        const string Name = "DeviceTwin-hub";
        await Register(Name, AuthenticationType.CertificateAuthority);
        Assert.That(await host.ConnectCode(GatewayHost.CertificateConnect(Name), host.Certificates.Server()), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
    }

    [Test]
    public async Task AU_a_registered_authority_vouches_too_through_intermediates_and_until_it_is_removed()
    {
        await Register("press-1", AuthenticationType.CertificateAuthority);
        using X509Certificate2 root = TestCertificates.Authority("Works root", Now);
        using X509Certificate2 line = TestCertificates.Authority("Works line 4", Now, root);
        using X509Certificate2 certificate = TestCertificates.Device("press-1", line, Now.AddDays(-1), Now.AddDays(100));
        using X509Certificate2 strangerRoot = TestCertificates.Authority("Works root", Now);
        using X509Certificate2 stranger = TestCertificates.Device("press-1", strangerRoot, Now.AddDays(-1), Now.AddDays(100));
        Assert.That(await host.ConnectCode(GatewayHost.CertificateConnect("press-1"), certificate, line), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
        await host.Authorities.Register("works", root.ExportCertificatePem(), null, "admin");
        Assert.That(
            await host.ConnectCode(GatewayHost.CertificateConnect("press-1"), certificate), Is.EqualTo(MqttConnectReturnCode.NotAuthorized), "the link between is missing");
        Assert.That(
            await host.ConnectCode(GatewayHost.CertificateConnect("press-1"), stranger, strangerRoot), Is.EqualTo(MqttConnectReturnCode.NotAuthorized), "the same name is not the same key");
        await using Wire wire = await host.Connect(GatewayHost.CertificateConnect("press-1"), certificate, line);
        await host.Authorities.Remove("works", "*", "admin");
        await wire.ExpectClosed();
        await host.Log.Saw(1001, "no authority that this hub trusts");
    }

    [Test]
    public async Task AU_an_authority_in_the_middle_may_be_registered_and_is_there_after_a_restart()
    {
        await Register("press-1", AuthenticationType.CertificateAuthority);
        using X509Certificate2 root = TestCertificates.Authority("Works root", Now);
        using X509Certificate2 line = TestCertificates.Authority("Works line 4", Now, root);
        using X509Certificate2 otherLine = TestCertificates.Authority("Works line 5", Now, root);
        using X509Certificate2 certificate = TestCertificates.Device("press-1", line, Now.AddDays(-1), Now.AddDays(100));
        using X509Certificate2 otherCertificate = TestCertificates.Device("press-1", otherLine, Now.AddDays(-1), Now.AddDays(100));
        await host.Authorities.Register("line-4", line.ExportCertificatePem(), null, "admin");
        await host.Restart();
        Assert.That(await host.ConnectCode(GatewayHost.CertificateConnect("press-1"), certificate), Is.EqualTo(MqttConnectReturnCode.Accepted));
        Assert.That(await host.ConnectCode(GatewayHost.CertificateConnect("press-1"), otherCertificate, otherLine), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
    }

    [Test]
    public async Task AU_the_end_of_the_certificate_is_the_end_of_the_connection_and_of_its_use()
    {
        await Register("press-1", AuthenticationType.CertificateAuthority);
        using X509Certificate2 certificate = Issued("press-1", TimeSpan.FromHours(2));
        using X509Certificate2 future = TestCertificates.SelfSigned("later", Now.AddDays(1), Now.AddDays(2));
        await Register("later", AuthenticationType.SelfSigned, CertificateText.Sha1(future));
        Assert.That(await host.ConnectCode(GatewayHost.CertificateConnect("later"), future), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
        await host.Log.Saw(1002, "valid only from");
        await using Wire wire = await host.Connect(GatewayHost.CertificateConnect("press-1") with { KeepAliveSeconds = 0 }, certificate);
        while (CertificateText.ValidUntil(certificate) - Now > TimeSpan.FromMinutes(10))
        {
            host.Time.Advance(TimeSpan.FromMinutes(10));
            await wire.ExpectQuiet();
        }

        host.Time.Advance(CertificateText.ValidUntil(certificate) - Now);
        await wire.ExpectClosed();
        await host.Log.Saw(1001, "the certificate expired");
        Assert.That(await host.ConnectCode(GatewayHost.CertificateConnect("press-1"), certificate), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
        await host.Log.Saw(1002, "the certificate expired on");
    }

    [Test]
    public async Task AU_an_expired_certificate_opens_nothing_however_it_is_registered()
    {
        using X509Certificate2 selfSigned = TestCertificates.SelfSigned("x1", Now.AddDays(-10), Now.AddHours(1));
        await Register("x1", AuthenticationType.SelfSigned, CertificateText.Sha256(selfSigned));
        using X509Certificate2 works = TestCertificates.Authority("Works root", Now);
        await host.Authorities.Register("works", works.ExportCertificatePem(), null, "admin");
        using X509Certificate2 signed = TestCertificates.Device("press-1", works, Now.AddHours(-1), Now.AddHours(1));
        await Register("press-1", AuthenticationType.CertificateAuthority);

        // Truncated to whole seconds as certificates are: one second before the end, and at it.
        host.Time.Advance(CertificateText.ValidUntil(selfSigned) - Now - TimeSpan.FromSeconds(1));
        Assert.That(await host.ConnectCode(GatewayHost.CertificateConnect("x1"), selfSigned), Is.EqualTo(MqttConnectReturnCode.Accepted));
        Assert.That(await host.ConnectCode(GatewayHost.CertificateConnect("press-1"), signed), Is.EqualTo(MqttConnectReturnCode.Accepted));
        host.Time.Advance(TimeSpan.FromSeconds(1));
        foreach (var (deviceId, certificate) in new[] { ("x1", selfSigned), ("press-1", signed) })
        {
            Assert.That(await host.ConnectCode(GatewayHost.CertificateConnect(deviceId), certificate), Is.EqualTo(MqttConnectReturnCode.NotAuthorized), deviceId);
            Assert.That(await host.Log.Saw(1002, deviceId), Does.Contain("the certificate expired on").And.Contain("give the device a new one"));
        }
    }

    [Test]
    public async Task AU_a_changed_identity_ends_the_connection_that_it_would_not_let_in()
    {
        using X509Certificate2 certificate = SelfSigned("x1");
        using X509Certificate2 next = SelfSigned("x1");
        DeviceIdentity device = await Register("x1", AuthenticationType.SelfSigned, CertificateText.Sha256(certificate));
        await using (Wire wire = await host.Connect(GatewayHost.CertificateConnect("x1"), certificate))
        {
            await Update(device with { SecondaryThumbprint = CertificateText.Sha256(next) });
            await wire.ExpectQuiet();
            await Update(device with { PrimaryThumbprint = CertificateText.Sha256(next) });
            await wire.ExpectClosed();
        }

        await using (Wire wire = await host.Dial(next))
        {
            await wire.Send(GatewayHost.CertificateConnect("x1"));
            await wire.Expect("20 02 01 00");
            await Update(device with { Enabled = false, PrimaryThumbprint = CertificateText.Sha256(next) });
            await wire.ExpectClosed();
        }

        Assert.That(await host.ConnectCode(GatewayHost.CertificateConnect("x1"), next), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
        await host.Log.Saw(1002, "disabled");
    }

    [Test]
    public async Task AU_an_update_that_says_nothing_of_authentication_leaves_it()
    {
        using X509Certificate2 certificate = SelfSigned("x1");
        await Register("x1", AuthenticationType.SelfSigned, CertificateText.Sha256(certificate));
        await Update(new DeviceIdentity("x1", "", "", true, "", "", default));
        Assert.That(await host.ConnectCode(GatewayHost.CertificateConnect("x1"), certificate), Is.EqualTo(MqttConnectReturnCode.Accepted));
        string key = Convert.ToBase64String(new byte[32]);
        DeviceIdentity sas = await host.Fleet.PutIdentity(new DeviceIdentity("x1", "", "", true, key, "", default), "*", "test", CancellationToken.None);
        Assert.That((sas.Authentication, sas.PrimaryKey, sas.PrimaryThumbprint), Is.EqualTo((AuthenticationType.Sas, key, "")));
    }

    [Test]
    public async Task AU_the_authority_is_replaced_and_no_device_is_locked_out_on_the_way()
    {
        await Register("press-1", AuthenticationType.CertificateAuthority);
        using X509Certificate2 old = Issued("press-1");
        await host.Authorities.Step(local => local.PrepareNext(), "authority.next", "admin");
        Assert.That(await host.ConnectCode(GatewayHost.CertificateConnect("press-1"), old), Is.EqualTo(MqttConnectReturnCode.Accepted));
        await host.Authorities.Step(local => local.CrossOver(), "authority.crossover", "admin");
        using X509Certificate2 fresh = Issued("press-1");
        Assert.That(await host.ConnectCode(GatewayHost.CertificateConnect("press-1"), old), Is.EqualTo(MqttConnectReturnCode.Accepted));
        Assert.That(await host.ConnectCode(GatewayHost.CertificateConnect("press-1"), fresh), Is.EqualTo(MqttConnectReturnCode.Accepted));
        await using Wire wire = await host.Dial(old);
        await wire.Send(GatewayHost.CertificateConnect("press-1"));
        await wire.Expect("20 02 01 00");
        await host.Authorities.Step(local => local.RetirePrevious(), "authority.retire", "admin");
        await wire.ExpectClosed();
        Assert.That(await host.ConnectCode(GatewayHost.CertificateConnect("press-1"), old), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
        Assert.That(await host.ConnectCode(GatewayHost.CertificateConnect("press-1"), fresh), Is.EqualTo(MqttConnectReturnCode.Accepted));
        Assert.That(
            host.Fleet.ReadAudit(null, 10).Where(row => row.Action.StartsWith("authority.")).Select(row => row.Action),
            Is.EqualTo(new[] { "authority.retire", "authority.crossover", "authority.next" }));
    }

    [Test]
    public async Task The_end_of_an_authority_is_announced_60_30_and_7_days_ahead_and_its_end_is_an_error_every_day()
    {
        using X509Certificate2 authority = TestCertificates.Authority("Works", Now.AddDays(-900));
        await host.Authorities.Register("works", authority.ExportCertificatePem(), null, "admin");
        host.Time.Advance(TimeSpan.FromDays(45));
        await host.Log.Saw(4850, "The registered authority works expires in 59 days");
        Assert.That(host.Log.Count(4850), Is.EqualTo(1));
        host.Time.Advance(TimeSpan.FromDays(50));
        await host.Log.Saw(4850, "expires in 29 days");
        await host.Log.Saw(4850, "expires in 6 days");
        Assert.That(host.Log.Count(4850), Is.EqualTo(3));
        host.Time.Advance(TimeSpan.FromDays(7));
        await host.Log.SawTimes(4851, 2);
        await host.Authorities.Remove("works", null, "admin");
    }

    [TestCase("device", MqttConnectReturnCode.Accepted, TestName = "A policy that may connect devices opens any of them")]
    [TestCase("service", MqttConnectReturnCode.NotAuthorized, TestName = "A policy that may not connect devices opens none")]
    [TestCase("nobody", MqttConnectReturnCode.NotAuthorized, TestName = "An unknown policy opens none")]
    public async Task Policy_token(string policy, MqttConnectReturnCode code)
    {
        DeviceIdentity device = await host.Register("dev1");
        string token = host.Token(device, "localhost%2Fdevices", key: Policies.Key) + "&skn=" + policy;
        Assert.That(await host.ConnectCode(host.NodeConnect(device) with { Password = Encoding.UTF8.GetBytes(token) }), Is.EqualTo(code));
    }

    [Test]
    public async Task A_devices_own_key_does_not_sign_for_a_policy()
    {
        DeviceIdentity device = await host.Register("dev1");
        string token = host.Token(device) + "&skn=device";
        Assert.That(await host.ConnectCode(host.NodeConnect(device) with { Password = Encoding.UTF8.GetBytes(token) }), Is.EqualTo(MqttConnectReturnCode.NotAuthorized));
        await host.Log.Saw(1002, "neither key of policy device");
    }

    [Test]
    public async Task AU5_a_new_key_of_the_policy_ends_what_was_let_in_with_the_old_one_and_nothing_else()
    {
        DeviceIdentity device = await host.Register("dev1");
        DeviceIdentity other = await host.Register("dev2");
        string token = host.Token(device, "localhost%2Fdevices", key: Policies.Key) + "&skn=device";
        await using Wire byPolicy = await host.Connect(host.NodeConnect(device) with { Password = Encoding.UTF8.GetBytes(token) });
        await using Wire byKey = await host.Connect(host.NodeConnect(other));
        policies.Renew();
        await byPolicy.ExpectClosed();
        await host.Log.Saw(1001, "neither key of policy device");
        await byKey.Publish("devices/dev2/messages/events/", "still here", 1, 7);
        await byKey.Expect("40 02 00 07");
    }

    private X509Certificate2 SelfSigned(string name) => TestCertificates.SelfSigned(name, Now.AddDays(-1), Now.AddDays(100));

    private X509Certificate2 Issued(string name, TimeSpan? lifetime = null)
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        using X509Certificate2 issued = host.Certificates.IssueDevice(name, new PublicKey(key), lifetime ?? TimeSpan.FromDays(365)).Device;
        return issued.CopyWithPrivateKey(key);
    }

    private Task<DeviceIdentity> Register(string deviceId, AuthenticationType type, string primary = "", string secondary = "") => host.Fleet.PutIdentity(
        new DeviceIdentity(deviceId, "", "", true, "", "", default) { Authentication = type, PrimaryThumbprint = primary, SecondaryThumbprint = secondary },
        null,
        "test",
        CancellationToken.None);

    private Task Update(DeviceIdentity identity) => host.Fleet.PutIdentity(identity, "*", "operator", CancellationToken.None);

    private sealed class Policies : IServicePolicies
    {
        public static readonly string Key = Convert.ToBase64String(Enumerable.Range(0, 32).Select(number => (byte)number).ToArray());

        private string present = Key;

        public event Action? Changed;

        public ServicePolicy? Find(string name) => name switch
        {
            "device" => new ServicePolicy(name, present, present, Permission.DeviceConnect),
            "service" => new ServicePolicy(name, Key, Key, Permission.ServiceConnect),
            _ => null,
        };

        public void Renew()
        {
            present = Convert.ToBase64String(new byte[32]);
            Changed?.Invoke();
        }
    }
}
