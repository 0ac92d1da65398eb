using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DeviceTwin.Hub.Certificates;

/// <summary>Whether an authority stands behind a device's certificate. Nothing is ever looked up on the network.</summary>
internal static class CertificateChains
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <param name="sent">What the device sent along between its own certificate and the authority.</param>
    /// <param name="authorities">Any of them will do; an authority need not be a root.</param>
    /// <returns>Why not; null where one does.</returns>
    public static string? WhyNot(
        X509Certificate2 certificate, IEnumerable<X509Certificate2> sent, IReadOnlyList<X509Certificate2> authorities, DateTimeOffset at)
    {
        using var chain = new X509Chain();
        X509ChainPolicy policy = chain.ChainPolicy;
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.VerificationTime = at.UtcDateTime;
        policy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        foreach (X509Certificate2 authority in authorities)
        {
            // Only a root ends a chain; another authority stands in it, and the chain may end there.
            (IsRoot(authority) ? policy.CustomTrustStore : policy.ExtraStore).Add(authority);
        }

        policy.ExtraStore.AddRange(sent.ToArray());
        bool built = chain.Build(certificate);
        bool endorsed = chain.ChainElements.Skip(1).Any(element => authorities.Any(authority => authority.RawDataMemory.Span.SequenceEqual(element.Certificate.RawDataMemory.Span)));
        X509ChainStatusFlags wrong = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (flags, status) => flags | status.Status);
        const X509ChainStatusFlags open = X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot;
        return endorsed && (built || (wrong & ~open) == 0) ? null
            : endorsed ? $"the certificate's chain is not valid ({wrong & ~open})"
            : $"no authority that this hub trusts signed the certificate (issuer {certificate.Issuer}): register the authority, or have the certificate issued by the plant's";
    }

    private static bool IsRoot(X509Certificate2 authority) => authority.SubjectName.RawData.AsSpan().SequenceEqual(authority.IssuerName.RawData);
}
