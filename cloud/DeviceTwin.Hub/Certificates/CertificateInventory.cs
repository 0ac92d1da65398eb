using System.Security.Cryptography.X509Certificates;
using DeviceTwin.Storage;

namespace DeviceTwin.Hub.Certificates;

internal enum CertificateKind
{
    Server,
    OwnAuthority,
    ForeignAuthority,
}

/// <summary>A certificate that the hub depends on.</summary>
/// <param name="Name">The part of an authority of the hub's (<c>present</c>, <c>next</c>, <c>previous</c>), the name of another's, or <c>server</c>.</param>
/// <param name="DaysLeft">Whole days until it expires; negative when it has.</param>
internal sealed record CertificateItem(
    CertificateKind Kind, string Name, string Subject, string Thumbprint, DateTimeOffset NotBefore, DateTimeOffset NotAfter, int DaysLeft, string? ETag)
{
    /// <summary>What it is, as a sentence begins.</summary>
    public string What => Kind switch
    {
        CertificateKind.Server => "The hub's server certificate",
        CertificateKind.OwnAuthority => $"The plant's {Name} authority",
        _ => $"The registered authority {Name}",
    };

    /// <summary>What to do when its end is near.</summary>
    public string Advice => Kind switch
    {
        CertificateKind.Server => "the hub could not renew it; look at its folder, or POST /api/v1/certificates/server/renew",
        CertificateKind.OwnAuthority => "prepare the next one (POST /api/v1/certificates/authority/next) and give every device the new ca.pem",
        _ => "register its successor, and give its devices new certificates",
    };
}

/// <summary>All certificates that the hub depends on, and when they end.</summary>
internal sealed class CertificateInventory(LocalCertificates local, TrustedAuthorities authorities, TimeProvider time)
{
    public IReadOnlyList<CertificateItem> List() =>
    [
        Item(CertificateKind.Server, "server", local.Server(), null),
        .. local.Authorities.Select(authority => Item(CertificateKind.OwnAuthority, authority.Part.ToString().ToLowerInvariant(), authority.Certificate, null)),
        .. authorities.Registered.Select(Item),
    ];

    private CertificateItem Item(RegisteredAuthority authority)
    {
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(authority.Certificate));
        return Item(CertificateKind.ForeignAuthority, authority.Name, certificate, authority.ETag);
    }

    private CertificateItem Item(CertificateKind kind, string name, X509Certificate2 certificate, string? etag)
    {
        DateTimeOffset notAfter = CertificateText.ValidUntil(certificate);
        return new CertificateItem(
            kind,
            name,
            certificate.Subject,
            CertificateText.Sha256(certificate),
            CertificateText.ValidFrom(certificate),
            notAfter,
            (int)Math.Floor((notAfter - time.GetUtcNow()).TotalDays),
            etag);
    }
}
