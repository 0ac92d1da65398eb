using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DeviceTwin.Hub.Certificates;

namespace DeviceTwin.Hub.Operation;

/// <summary>When one of the hub's certificates ends.</summary>
internal sealed record CertificateDate(string Name, DateTimeOffset NotAfter);

/// <summary>When the hub's certificates end.</summary>
internal interface ICertificateDates
{
    IReadOnlyList<CertificateDate> Read();
}

/// <summary>Of the authority and of the server certificate that the next handshake is given.</summary>
internal sealed class CertificateDates(LocalCertificates certificates) : ICertificateDates
{
    /// <inheritdoc/>
    public IReadOnlyList<CertificateDate> Read()
    {
        var dates = new List<CertificateDate> { new("server", certificates.Server().NotAfter.ToUniversalTime()) };
        try
        {
            using var authority = X509Certificate2.CreateFromPem(File.ReadAllText(certificates.AuthorityFile));
            dates.Add(new CertificateDate("authority", authority.NotAfter.ToUniversalTime()));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or CryptographicException)
        {
            // Without the file no new device can be told whom to trust; those that know go on working.
            dates.Add(new CertificateDate("authority", DateTimeOffset.MinValue));
        }

        return dates;
    }
}
