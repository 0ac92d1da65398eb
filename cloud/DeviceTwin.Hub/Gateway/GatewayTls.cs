using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using DeviceTwin.Hub.Certificates;

namespace DeviceTwin.Hub.Gateway;

/// <summary>
/// TLS 1.2 alone and no resumption: Azure's C# client fails its first TLS 1.3 connection on OpenSSL, and stalls on resuming
/// TLS 1.2. A client certificate is asked for, not demanded: devices with and without one share the port.
/// </summary>
internal sealed class GatewayTls(LocalCertificates certificates)
{
    private readonly Lock gate = new();
    private (X509Certificate2 Certificate, SslServerAuthenticationOptions Options)? last;

    /// <summary>What the next handshake uses; made anew only when the certificate was renewed.</summary>
    public SslServerAuthenticationOptions Current()
    {
        X509Certificate2 certificate = certificates.Server();
        lock (gate)
        {
            if (last is not { } made || made.Certificate != certificate)
            {
                last = made = (certificate, Make(certificate));
            }

            return made.Options;
        }
    }

    private static SslServerAuthenticationOptions Make(X509Certificate2 certificate) => new()
    {
        ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
        EnabledSslProtocols = SslProtocols.Tls12,
        AllowTlsResume = false,
        ClientCertificateRequired = true,
        RemoteCertificateValidationCallback = (_, _, _, _) => true,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
    };
}
