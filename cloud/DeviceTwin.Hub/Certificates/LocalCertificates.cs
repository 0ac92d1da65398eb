using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace DeviceTwin.Hub.Certificates;

/// <summary>
/// The hub's own certificate authority and server certificate, made on first start. Devices are given <see cref="AuthorityFile"/>
/// once; the server certificate is renewed under the same authority before it expires or when the hub's names change.
/// P-256 throughout and a chain of one: an ESP32 has to hold and check it.
/// <para>The authority is replaced in three steps, so that no device is ever locked out: <see cref="PrepareNext"/> puts the next one
/// beside it, and devices are given the file with both; <see cref="CrossOver"/> has the next one sign from then on;
/// <see cref="RetirePrevious"/> ends the trust in the old one. Which of the certificates in the file is the present one is said by the key
/// file alone, so each step is one file that is replaced.</para>
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
    private X509Certificate2 authority;
    private X509Certificate2? next;
    private X509Certificate2? previous;
    private X509Certificate2 server;

    private LocalCertificates(string folder, HubNames names, TimeProvider time)
    {
        this.folder = folder;
        this.names = names;
        this.time = time;
        authority = OpenAuthority();
        OpenOthers();
        server = OpenServer() ?? IssueServer();
    }

    /// <summary>PEM of the authorities' certificates, the present one first: what a device trusts.</summary>
    public string AuthorityFile => Path.Combine(folder, "ca.pem");

    /// <summary>The plant's own authorities, the present one first.</summary>
    public IReadOnlyList<(AuthorityPart Part, X509Certificate2 Certificate)> Authorities
    {
        get
        {
            lock (gate)
            {
                var all = new List<(AuthorityPart, X509Certificate2)> { (AuthorityPart.Present, authority) };
                if (next is not null)
                {
                    all.Add((AuthorityPart.Next, next));
                }

                if (previous is not null)
                {
                    all.Add((AuthorityPart.Previous, previous));
                }

                return all;
            }
        }
    }

    private string AuthorityKeyFile => Path.Combine(folder, "ca-key.pem");

    private string NextKeyFile => Path.Combine(folder, "ca-next-key.pem");

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

    /// <summary>Makes a new server certificate now; connections that exist go on.</summary>
    public void RenewServer()
    {
        lock (gate)
        {
            server = IssueServer();
        }
    }

    /// <summary>First step of replacing the authority: the next one is made, and trusted for devices' certificates.</summary>
    /// <exception cref="InvalidOperationException">Another replacement is under way.</exception>
    public void PrepareNext()
    {
        lock (gate)
        {
            if (next is not null)
            {
                throw new InvalidOperationException("A next authority has been prepared already: give every device the new ca.pem, then cross over.");
            }

            if (previous is not null)
            {
                throw new InvalidOperationException("The previous authority is still trusted: retire it before the next one is prepared.");
            }

            // Its key first: a key without a certificate is made anew.
            X509Certificate2 made = MakeAuthority(NextKeyFile);
            WriteAuthorities(authority, made);
            next = made;
        }
    }

    /// <summary>Second step: the next authority signs from now on, beginning with a new server certificate; the old one stays trusted.</summary>
    /// <exception cref="InvalidOperationException">No next authority has been prepared.</exception>
    public void CrossOver()
    {
        lock (gate)
        {
            if (next is not { } present)
            {
                throw new InvalidOperationException("No next authority has been prepared: prepare it and give every device the new ca.pem first.");
            }

            File.Move(NextKeyFile, AuthorityKeyFile, overwrite: true);
            (previous, authority, next) = (authority, present, null);

            // After a crash here the old server certificate is found to be another authority's, and is made again.
            WriteAuthorities(authority, previous);
            server = IssueServer();
        }
    }

    /// <summary>Last step: certificates of the old authority are refused.</summary>
    /// <exception cref="InvalidOperationException">There is no old authority.</exception>
    public void RetirePrevious()
    {
        lock (gate)
        {
            if (previous is null)
            {
                throw new InvalidOperationException("There is no previous authority to retire.");
            }

            WriteAuthorities(authority);
            previous = null;
        }
    }

    /// <summary>A certificate for a device, for TLS as a client. Its key is the caller's; nothing of it is kept.</summary>
    /// <returns>The device's certificate and the authority's that signed it.</returns>
    public (X509Certificate2 Device, X509Certificate2 Authority) IssueDevice(string deviceId, PublicKey key, TimeSpan lifetime)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(deviceId);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(key, false));
        lock (gate)
        {
            return (Sign(request, lifetime), authority);
        }
    }

    public void Dispose()
    {
        authority.Dispose();
        next?.Dispose();
        previous?.Dispose();
        server.Dispose();
    }

    private X509Certificate2 OpenAuthority()
    {
        bool certificate = File.Exists(AuthorityFile);
        if (certificate)
        {
            try
            {
                X509Certificate2 opened = OpenPresent();
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

        // The certificate last: without it the pair is made anew, so a crash in between costs nothing.
        X509Certificate2 made = MakeAuthority(AuthorityKeyFile);
        WriteAuthorities(made);
        return made;
    }

    /// <summary>The one of the certificates that the key belongs to.</summary>
    private X509Certificate2 OpenPresent()
    {
        string key = File.ReadAllText(AuthorityKeyFile);
        CryptographicException? mismatch = null;
        foreach (string pem in Certificates())
        {
            try
            {
                return X509Certificate2.CreateFromPem(pem, key);
            }
            catch (Exception error) when (error is CryptographicException or ArgumentException)
            {
                mismatch = new CryptographicException("the key belongs to none of the certificates", error);
            }
        }

        throw mismatch ?? new CryptographicException("there is no certificate in it");
    }

    private void OpenOthers()
    {
        string? nextKey = File.Exists(NextKeyFile) ? File.ReadAllText(NextKeyFile) : null;
        foreach (string pem in Certificates())
        {
            X509Certificate2 other = X509Certificate2.CreateFromPem(pem);
            if (other.RawDataMemory.Span.SequenceEqual(authority.RawDataMemory.Span))
            {
                other.Dispose();
            }
            else if (nextKey is not null && Fits(pem, nextKey))
            {
                next = X509Certificate2.CreateFromPem(pem, nextKey);
            }
            else
            {
                previous = other;
            }
        }
    }

    private static bool Fits(string certificate, string key)
    {
        try
        {
            X509Certificate2.CreateFromPem(certificate, key).Dispose();
            return true;
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            return false;
        }
    }

    private IEnumerable<string> Certificates()
    {
        string text = File.ReadAllText(AuthorityFile);
        while (PemEncoding.TryFind(text, out PemFields fields))
        {
            yield return text[fields.Location];
            text = text[fields.Location.End..];
        }
    }

    private X509Certificate2 MakeAuthority(string keyFile)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string name = $"CN=DeviceTwin plant authority {Convert.ToHexString(RandomNumberGenerator.GetBytes(4))}";
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        DateTimeOffset now = time.GetUtcNow();
        X509Certificate2 made = request.CreateSelfSigned(now - Backdate, now + AuthorityLifetime);
        PrivateFiles.Write(keyFile, key.ExportPkcs8PrivateKeyPem(), secret: true);
        return made;
    }

    private void WriteAuthorities(params ReadOnlySpan<X509Certificate2> certificates)
    {
        var text = new StringBuilder();
        foreach (X509Certificate2 certificate in certificates)
        {
            text.Append(certificate.ExportCertificatePem()).Append('\n');
        }

        PrivateFiles.Write(AuthorityFile, text.ToString(), secret: false);
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
        using X509Certificate2 signed = Sign(request, ServerLifetime);
        using X509Certificate2 issued = signed.CopyWithPrivateKey(key);
        PrivateFiles.Write(ServerKeyFile, key.ExportPkcs8PrivateKeyPem(), secret: true);
        PrivateFiles.Write(ServerFile, issued.ExportCertificatePem(), secret: false);
        return Usable(issued);
    }

    /// <summary>Signs with the present authority; the key of the request need not be of its kind.</summary>
    private X509Certificate2 Sign(CertificateRequest request, TimeSpan lifetime)
    {
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        DateTimeOffset now = time.GetUtcNow();
        DateTimeOffset from = Later(now - Backdate, authority.NotBefore);
        DateTimeOffset to = Earlier(now + lifetime, authority.NotAfter);
        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7F;
        using ECDsa key = authority.GetECDsaPrivateKey()!;
        return request.Create(authority.SubjectName, X509SignatureGenerator.CreateForECDsa(key), from, to, serial);
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

    /// <summary>The same once more, as one can serve with it: Windows cannot with a key that lives in memory only. Elsewhere the way through PKCS #12 is dear.</summary>
    private static X509Certificate2 Usable(X509Certificate2 certificate) => OperatingSystem.IsWindows()
        ? X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null)
        : new X509Certificate2(certificate);

    private static DateTimeOffset Later(DateTimeOffset a, DateTime b) => a > b ? a : b;

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTime b) => a < b ? a : b;
}

/// <summary>The part that one of the plant's authorities has in its replacement.</summary>
public enum AuthorityPart
{
    /// <summary>Signs.</summary>
    Present,

    /// <summary>Is trusted already, and will sign.</summary>
    Next,

    /// <summary>Has signed, and is still trusted.</summary>
    Previous,
}
