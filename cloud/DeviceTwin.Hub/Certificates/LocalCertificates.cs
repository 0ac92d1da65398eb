using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DeviceTwin.Hub.Certificates;

/// <summary>
/// The hub's own certificate authority and server certificate, made on first start. Devices are given <see cref="AuthorityFile"/>
/// once; the server certificate is renewed under the same authority before it expires or when the hub's names change.
/// P-256 throughout and a chain of one: an ESP32 has to hold and check it.
/// </summary>
public sealed class LocalCertificates : IDisposable
{
    private static readonly TimeSpan AuthorityLifetime = TimeSpan.FromDays(20 * 365);
    private static readonly TimeSpan ServerLifetime = TimeSpan.FromDays(397);
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(60);

    // Devices whose clock is somewhat behind must not see a certificate from the future.
    private static readonly TimeSpan Backdate = TimeSpan.FromDays(1);

    private readonly Lock gate = new();
    private readonly string folder;
    private readonly HubNames names;
    private readonly TimeProvider time;
    private readonly X509Certificate2 authority;
    private X509Certificate2 server;

    private LocalCertificates(string folder, HubNames names, TimeProvider time)
    {
        this.folder = folder;
        this.names = names;
        this.time = time;
        authority = OpenAuthority();
        server = OpenServer() ?? IssueServer();
    }

    /// <summary>PEM of the authority's certificate: what a device trusts.</summary>
    public string AuthorityFile => Path.Combine(folder, "ca.pem");

    private string AuthorityKeyFile => Path.Combine(folder, "ca-key.pem");

    private string ServerFile => Path.Combine(folder, "server.pem");

    private string ServerKeyFile => Path.Combine(folder, "server-key.pem");

    /// <summary>Opens the folder, making what is missing.</summary>
    /// <param name="folder">Made with 0700 where it does not exist; keys are 0600.</param>
    /// <exception cref="InvalidOperationException">
    /// The authority's files do not fit each other: replacing it would lock out every device, so a person has to decide.
    /// </exception>
    public static LocalCertificates Open(string folder, HubNames names, TimeProvider time)
    {
        if (!OperatingSystem.IsWindows() && !Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        Directory.CreateDirectory(folder);
        return new LocalCertificates(folder, names, time);
    }

    /// <summary>The certificate to serve now, with its key; a fresh one where the last is about to expire. Do not dispose it.</summary>
    public X509Certificate2 Server()
    {
        lock (gate)
        {
            if (!IsGood(server))
            {
                try
                {
                    // The old one may be in use by a handshake: it is left to the garbage collector.
                    server = IssueServer();
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException && server.NotAfter.ToUniversalTime() > time.GetUtcNow())
                {
                    // A full disk is no reason to turn devices away while the old certificate is still valid; the next one tries again.
                }
            }

            return server;
        }
    }

    public void Dispose()
    {
        authority.Dispose();
        server.Dispose();
    }

    private X509Certificate2 OpenAuthority()
    {
        bool certificate = File.Exists(AuthorityFile);
        if (certificate)
        {
            try
            {
                X509Certificate2 opened = X509Certificate2.CreateFromPemFile(AuthorityFile, AuthorityKeyFile);
                if (opened.NotAfter.ToUniversalTime() > time.GetUtcNow())
                {
                    return opened;
                }

                opened.Dispose();
                throw new InvalidOperationException(
                    $"The certificate authority in {folder} has expired. Move its files away to make a new one, and give the new ca.pem to every device.");
            }
            catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
            {
                throw new InvalidOperationException(
                    $"The certificate authority in {folder} cannot be used ({error.Message}). Restore ca.pem and ca-key.pem, or move both away to make a new one.",
                    error);
            }
        }

        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string name = $"CN=DeviceTwin plant authority {Convert.ToHexString(RandomNumberGenerator.GetBytes(4))}";
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        DateTimeOffset now = time.GetUtcNow();
        X509Certificate2 made = request.CreateSelfSigned(now - Backdate, now + AuthorityLifetime);

        // The certificate last: without it the pair is made anew, so a crash in between costs nothing.
        PrivateFiles.Write(AuthorityKeyFile, key.ExportPkcs8PrivateKeyPem(), secret: true);
        PrivateFiles.Write(AuthorityFile, made.ExportCertificatePem(), secret: false);
        return made;
    }

    private X509Certificate2? OpenServer()
    {
        if (!File.Exists(ServerFile))
        {
            return null;
        }

        try
        {
            using X509Certificate2 opened = X509Certificate2.CreateFromPemFile(ServerFile, ServerKeyFile);
            return IsGood(opened) ? Usable(opened) : null;
        }
        catch (Exception error) when (error is CryptographicException or IOException or ArgumentException)
        {
            // Nothing depends on this particular certificate: it is made again.
            return null;
        }
    }

    private X509Certificate2 IssueServer()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=DeviceTwin hub", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        request.CertificateExtensions.Add(AlternativeNames());
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        DateTimeOffset now = time.GetUtcNow();
        DateTimeOffset from = Later(now - Backdate, authority.NotBefore);
        DateTimeOffset to = Earlier(now + ServerLifetime, authority.NotAfter);
        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7F;
        using X509Certificate2 signed = request.Create(authority, from, to, serial);
        using X509Certificate2 issued = signed.CopyWithPrivateKey(key);
        PrivateFiles.Write(ServerKeyFile, key.ExportPkcs8PrivateKeyPem(), secret: true);
        PrivateFiles.Write(ServerFile, issued.ExportCertificatePem(), secret: false);
        return Usable(issued);
    }

    private X509Extension AlternativeNames()
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (string name in names.All)
        {
            if (IPAddress.TryParse(name, out IPAddress? address))
            {
                builder.AddIpAddress(address);
            }
            else
            {
                builder.AddDnsName(name);
            }
        }

        return builder.Build();
    }

    private bool IsGood(X509Certificate2 certificate) =>
        (certificate.NotAfter.ToUniversalTime() - time.GetUtcNow() > RenewBefore || certificate.NotAfter == authority.NotAfter)
        && certificate.IssuerName.RawData.AsSpan().SequenceEqual(authority.SubjectName.RawData)
        && certificate.Extensions.Any(extension =>
            extension.Oid?.Value == "2.5.29.17" && extension.RawData.AsSpan().SequenceEqual(AlternativeNames().RawData));

    // Windows cannot serve with a key that lives in memory only.
    private static X509Certificate2 Usable(X509Certificate2 certificate) =>
        X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);

    private static DateTimeOffset Later(DateTimeOffset a, DateTime b) => a > b ? a : b;

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTime b) => a < b ? a : b;
}
