using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DeviceTwin.Hub.Certificates;

namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>The hub's own authority and server certificate.</summary>
[TestFixture]
public class CertificateTests
{
    private DirectoryInfo parent = null!;
    private string folder = null!;
    private ManualTime time = null!;

    [SetUp]
    public void SetUp()
    {
        parent = Directory.CreateTempSubdirectory("devicetwin-certificates-");
        folder = Path.Combine(parent.FullName, "certificates");
        time = new ManualTime();
    }

    [TearDown]
    public void TearDown() => parent.Delete(true);

    [Test]
    public void The_first_start_makes_an_authority_and_a_server_certificate_signed_by_it()
    {
        using LocalCertificates certificates = Open("hub.plant.example", "10.1.2.3");
        using X509Certificate2 authority = X509CertificateLoader.LoadCertificateFromFile(certificates.AuthorityFile);
        X509Certificate2 server = certificates.Server();
        Assert.Multiple(() =>
        {
            Assert.That(server.HasPrivateKey, Is.True);
            Assert.That(server.GetECDsaPublicKey()!.ExportParameters(false).Curve.Oid.Value, Is.EqualTo("1.2.840.10045.3.1.7"), "P-256");
            Assert.That(authority.GetECDsaPublicKey()!.ExportParameters(false).Curve.Oid.Value, Is.EqualTo("1.2.840.10045.3.1.7"));
            Assert.That(authority.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority, Is.True);
            Assert.That(server.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority, Is.False);
            Assert.That(File.ReadAllText(certificates.AuthorityFile), Does.StartWith("-----BEGIN CERTIFICATE-----").And.Not.Contain("PRIVATE"));
        });

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = time.GetUtcNow().UtcDateTime;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1"));
        Assert.That(chain.Build(server), Is.True);
        Assert.That(chain.ChainElements, Has.Count.EqualTo(2));
    }

    [Test]
    public void It_carries_loopback_the_machines_name_and_what_was_configured()
    {
        using LocalCertificates certificates = Open("hub.plant.example", "10.1.2.3");
        var names = certificates.Server().Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.That(names.EnumerateDnsNames(), Is.SupersetOf(new[] { "localhost", Dns.GetHostName(), "hub.plant.example" }));
        Assert.That(
            names.EnumerateIPAddresses(),
            Is.EquivalentTo(new[] { IPAddress.Loopback, IPAddress.IPv6Loopback, IPAddress.Parse("10.1.2.3") }));
    }

    [Test]
    public void Keys_are_for_the_hubs_user_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("Windows has no such file modes.");
            return;
        }

        Open().Dispose();
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.That(File.GetUnixFileMode(Path.Combine(folder, "ca-key.pem")), Is.EqualTo(Owner));
        Assert.That(File.GetUnixFileMode(Path.Combine(folder, "server-key.pem")), Is.EqualTo(Owner));
        Assert.That(File.GetUnixFileMode(folder), Is.EqualTo(Owner | UnixFileMode.UserExecute));
    }

    [Test]
    public void The_next_start_finds_both_again()
    {
        string authority;
        string server;
        using (LocalCertificates first = Open())
        {
            authority = File.ReadAllText(first.AuthorityFile);
            server = first.Server().Thumbprint;
        }

        using LocalCertificates second = Open();
        Assert.That(File.ReadAllText(second.AuthorityFile), Is.EqualTo(authority));
        Assert.That(second.Server().Thumbprint, Is.EqualTo(server));
    }

    [Test]
    public void The_server_certificate_is_renewed_in_time_while_the_hub_runs_and_the_authority_stays()
    {
        using LocalCertificates certificates = Open();
        string authority = File.ReadAllText(certificates.AuthorityFile);
        X509Certificate2 first = certificates.Server();
        time.Advance(TimeSpan.FromDays(300));
        Assert.That(certificates.Server(), Is.SameAs(first));
        time.Advance(TimeSpan.FromDays(60));
        X509Certificate2 second = certificates.Server();
        Assert.That(second.Thumbprint, Is.Not.EqualTo(first.Thumbprint));
        Assert.That(first.NotAfter.ToUniversalTime(), Is.GreaterThan(time.GetUtcNow().UtcDateTime), "before the first has ended");
        Assert.That(File.ReadAllText(certificates.AuthorityFile), Is.EqualTo(authority));
        using LocalCertificates next = Open();
        Assert.That(next.Server().Thumbprint, Is.EqualTo(second.Thumbprint));
    }

    [Test]
    public void A_disk_that_cannot_be_written_does_not_end_the_service_while_the_old_certificate_is_valid()
    {
        using LocalCertificates certificates = Open();
        X509Certificate2 first = certificates.Server();
        Directory.Delete(folder, true);
        time.Advance(TimeSpan.FromDays(360));
        Assert.That(certificates.Server(), Is.SameAs(first));
    }

    [Test]
    public void Another_name_makes_another_server_certificate_under_the_same_authority()
    {
        Open().Dispose();
        string authority = File.ReadAllText(Path.Combine(folder, "ca.pem"));
        using LocalCertificates certificates = Open("new.plant.example");
        Assert.That(
            certificates.Server().Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateDnsNames(),
            Does.Contain("new.plant.example"));
        Assert.That(File.ReadAllText(certificates.AuthorityFile), Is.EqualTo(authority));
    }

    [TestCase("server.pem", "garbage")]
    [TestCase("server-key.pem", "garbage")]
    [TestCase("server-key.pem", null)]
    public void A_damaged_server_certificate_is_made_again(string file, string? content)
    {
        Open().Dispose();
        Damage(file, content);
        using LocalCertificates certificates = Open();
        Assert.That(certificates.Server().HasPrivateKey, Is.True);
    }

    [TestCase("ca.pem", "garbage")]
    [TestCase("ca-key.pem", "garbage")]
    [TestCase("ca-key.pem", null)]
    public void A_damaged_authority_is_never_replaced_in_silence(string file, string? content)
    {
        Open().Dispose();
        Damage(file, content);
        Assert.That(() => Open(), Throws.InvalidOperationException.With.Message.Contains("ca-key.pem"));
    }

    [Test]
    public void A_first_start_that_was_cut_short_is_made_up_for()
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "ca-key.pem"), "half a key");
        using LocalCertificates certificates = Open();
        Assert.That(certificates.Server().HasPrivateKey, Is.True);
    }

    [Test]
    public void The_authority_is_replaced_in_steps_that_each_survive_a_restart()
    {
        string[] Names(LocalCertificates certificates) => [.. certificates.Authorities.Select(authority => $"{authority.Part} {authority.Certificate.Subject}")];
        string first;
        string second;
        using (LocalCertificates certificates = Open())
        {
            first = certificates.Authorities.Single().Certificate.Subject;
            X509Certificate2 server = certificates.Server();
            certificates.PrepareNext();
            second = certificates.Authorities[1].Certificate.Subject;
            Assert.That(certificates.Server(), Is.SameAs(server), "devices that have only the old file still connect");
        }

        using (LocalCertificates certificates = Open())
        {
            Assert.That(Names(certificates), Is.EqualTo(new[] { $"Present {first}", $"Next {second}" }));
            Assert.That(certificates.Server().Issuer, Is.EqualTo(first));
            certificates.CrossOver();
            Assert.That(certificates.Server().Issuer, Is.EqualTo(second));
            Assert.That(File.ReadAllText(certificates.AuthorityFile).Split("BEGIN CERTIFICATE"), Has.Length.EqualTo(3));
        }

        using (LocalCertificates certificates = Open())
        {
            Assert.That(Names(certificates), Is.EqualTo(new[] { $"Present {second}", $"Previous {first}" }));
            certificates.RetirePrevious();
        }

        using LocalCertificates last = Open();
        Assert.That(Names(last), Is.EqualTo(new[] { $"Present {second}" }));
        Assert.That(File.Exists(Path.Combine(folder, "ca-next-key.pem")), Is.False);
    }

    [Test]
    public void A_crash_in_the_middle_of_crossing_over_leaves_an_authority_that_signs()
    {
        using (LocalCertificates certificates = Open())
        {
            certificates.PrepareNext();
        }

        // The key was replaced, and nothing else yet.
        File.Move(Path.Combine(folder, "ca-next-key.pem"), Path.Combine(folder, "ca-key.pem"), overwrite: true);
        using LocalCertificates next = Open();
        Assert.That(next.Authorities.Select(authority => authority.Part), Is.EqualTo(new[] { AuthorityPart.Present, AuthorityPart.Previous }));
        Assert.That(next.Server().Issuer, Is.EqualTo(next.Authorities[0].Certificate.Subject));
    }

    [Test]
    public void A_crash_in_the_middle_of_preparing_costs_nothing()
    {
        Open().Dispose();
        File.WriteAllText(Path.Combine(folder, "ca-next-key.pem"), "half a key");
        using LocalCertificates certificates = Open();
        Assert.That(certificates.Authorities, Has.Count.EqualTo(1));
        certificates.PrepareNext();
        Assert.That(certificates.Authorities, Has.Count.EqualTo(2));
    }

    [TestCase("localhost", true)]
    [TestCase("LocalHost:8883", true)]
    [TestCase("127.0.0.1:1", true)]
    [TestCase("::1", true)]
    [TestCase("[::1]:8883", true)]
    [TestCase("hub.plant.example", true)]
    [TestCase("hub.plant.example:65535", true)]
    [TestCase("hub.plant.example:", false)]
    [TestCase("hub.plant.example:x", false)]
    [TestCase("hub.plant.example:123456", false)]
    [TestCase("plant.example", false)]
    [TestCase("", false)]
    [TestCase(":8883", false)]
    public void Names_are_known_with_and_without_port(string host, bool known) =>
        Assert.That(new HubNames(["hub.plant.example"]).Contains(host), Is.EqualTo(known));

    private LocalCertificates Open(params string[] names) => LocalCertificates.Open(folder, new HubNames(names), time);

    private void Damage(string file, string? content)
    {
        string path = Path.Combine(folder, file);
        File.Delete(path);
        if (content is not null)
        {
            File.WriteAllText(path, content);
        }
    }
}
