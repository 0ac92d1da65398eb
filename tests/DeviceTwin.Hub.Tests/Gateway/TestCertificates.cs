using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>Certificates as devices and other people's authorities have them.</summary>
internal static class TestCertificates
{
    public static X509Certificate2 SelfSigned(string name, DateTimeOffset from, DateTimeOffset to)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(from, to);
    }

    /// <summary>An authority; a root where <paramref name="signer"/> is null.</summary>
    public static X509Certificate2 Authority(string name, DateTimeOffset now, X509Certificate2? signer = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return Sign(request, key, signer, now.AddDays(-1), now.AddDays(1000));
    }

    public static X509Certificate2 Device(string name, X509Certificate2 signer, DateTimeOffset from, DateTimeOffset to)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Sign(new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256), key, signer, from, to);
    }

    private static X509Certificate2 Sign(CertificateRequest request, ECDsa key, X509Certificate2? signer, DateTimeOffset from, DateTimeOffset to)
    {
        if (signer is null)
        {
            return request.CreateSelfSigned(from, to);
        }

        using X509Certificate2 signed = request.Create(signer, from, to, RandomNumberGenerator.GetBytes(8));
        return signed.CopyWithPrivateKey(key);
    }
}
