using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using DeviceTwin.Hub.Certificates;
using Microsoft.AspNetCore.Connections;

namespace DeviceTwin.Hub.Gateway;

/// <summary>
/// TLS 1.2 alone and no resumption: Azure's C# client fails its first TLS 1.3 connection on OpenSSL, and stalls on resuming
/// TLS 1.2. A client certificate is asked for, not demanded: devices with and without one share the port.
/// </summary>
internal sealed class GatewayTls(LocalCertificates certificates)
{
    /// <summary>More than any chain of a device's has.</summary>
    private const int LongestChain = 8;

    private readonly Lock gate = new();

    /// <summary>What clients sent beside their own certificate; the stream forgets it after the handshake.</summary>
    private readonly ConditionalWeakTable<SslStream, IReadOnlyList<X509Certificate2>> sent = [];
    private (X509Certificate2 Certificate, SslServerAuthenticationOptions Mqtt, SslServerAuthenticationOptions Https)? last;

    /// <summary>What the next handshake uses; made anew only when the certificate was renewed.</summary>
    public SslServerAuthenticationOptions Current() => Made().Mqtt;

    /// <summary>The same for HTTPS, where devices connect by WebSocket: whoever comes there speaks TLS 1.3 as it should be spoken.</summary>
    public SslServerAuthenticationOptions CurrentHttps() => Made().Https;

    private (X509Certificate2 Certificate, SslServerAuthenticationOptions Mqtt, SslServerAuthenticationOptions Https) Made()
    {
        X509Certificate2 certificate = certificates.Server();
        lock (gate)
        {
            if (last is not { } made || made.Certificate != certificate)
            {
                last = made = (certificate, Make(certificate, SslProtocols.Tls12), Make(certificate, SslProtocols.Tls12 | SslProtocols.Tls13));
            }

            return made;
        }
    }

    /// <summary>What the client of a connection showed of itself in the handshake; null = nothing.</summary>
    public ClientCertificate? Shown(ConnectionContext connection) =>
        connection.Features.Get<SslStream>() is { RemoteCertificate: X509Certificate2 leaf } stream
            ? new ClientCertificate(leaf, sent.TryGetValue(stream, out var chain) ? chain : [])
            : null;

    private SslServerAuthenticationOptions Make(X509Certificate2 certificate, SslProtocols protocols) => new()
    {
        ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
        EnabledSslProtocols = protocols,
        AllowTlsResume = false,
        ClientCertificateRequired = true,
        RemoteCertificateValidationCallback = Note,

        // Whose certificate it is, and whether it counts, is judged at CONNECT. Nothing that a stranger's certificate names is fetched.
        CertificateChainPolicy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true },
    };

    private bool Note(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not null && sender is SslStream stream && chain?.ChainPolicy.ExtraStore is { Count: > 0 } others)
        {
            // Copies: those here end with the handshake.
            sent.AddOrUpdate(stream, [.. others.Take(LongestChain).Select(other => X509CertificateLoader.LoadCertificate(other.RawDataMemory.Span))]);
        }

        return true;
    }
}
