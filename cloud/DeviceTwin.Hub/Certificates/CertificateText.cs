using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DeviceTwin.Hub.Certificates;

/// <summary>What is read from a certificate to compare it with what people wrote down.</summary>
internal static class CertificateText
{
    private const string CommonNameOid = "2.5.4.3";

    /// <summary>The subject's common name; null where there is none, or more than one.</summary>
    public static string? CommonName(X509Certificate2 certificate)
    {
        string? found = null;
        foreach (X500RelativeDistinguishedName part in certificate.SubjectName.EnumerateRelativeDistinguishedNames())
        {
            if (part.HasMultipleElements)
            {
                return null;
            }

            if (part.GetSingleElementType().Value == CommonNameOid)
            {
                if (found is not null)
                {
                    return null;
                }

                found = part.GetSingleElementValue();
            }
        }

        return found;
    }

    public static string Sha1(X509Certificate2 certificate) => certificate.GetCertHashString(HashAlgorithmName.SHA1);

    public static string Sha256(X509Certificate2 certificate) => certificate.GetCertHashString(HashAlgorithmName.SHA256);

    /// <summary>Whether a text is the hexadecimal of SHA-1 or SHA-256, without anything between the digits.</summary>
    public static bool IsThumbprint(string text) => text.Length is 40 or 64 && text.All(char.IsAsciiHexDigit);

    /// <summary>Whether the certificate has one of these thumbprints; an empty one is nobody's.</summary>
    public static bool HasThumbprint(X509Certificate2 certificate, params ReadOnlySpan<string> thumbprints)
    {
        foreach (string thumbprint in thumbprints)
        {
            string? own = thumbprint.Length switch { 40 => Sha1(certificate), 64 => Sha256(certificate), _ => null };
            if (string.Equals(own, thumbprint, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    public static DateTimeOffset ValidFrom(X509Certificate2 certificate) => certificate.NotBefore.ToUniversalTime();

    public static DateTimeOffset ValidUntil(X509Certificate2 certificate) => certificate.NotAfter.ToUniversalTime();

    /// <summary>Why a certificate is of no use at this moment; null where it is.</summary>
    public static string? WhyNotNow(X509Certificate2 certificate, DateTimeOffset now) =>
        now < ValidFrom(certificate) ? $"the certificate is valid only from {ValidFrom(certificate):u}: is the hub's clock right?"
        : now >= ValidUntil(certificate) ? $"the certificate expired on {ValidUntil(certificate):u}: give the device a new one"
        : null;

    /// <summary>Reads PEM, or base64 of the DER.</summary>
    /// <returns>Null where the text is neither.</returns>
    public static X509Certificate2? Read(string text)
    {
        try
        {
            return text.Contains("-----BEGIN", StringComparison.Ordinal)
                ? X509Certificate2.CreateFromPem(text)
                : X509CertificateLoader.LoadCertificate(Convert.FromBase64String(text));
        }
        catch (Exception error) when (error is CryptographicException or FormatException or ArgumentException)
        {
            return null;
        }
    }
}
