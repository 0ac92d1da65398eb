using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Certificates;
using DeviceTwin.Storage;

namespace DeviceTwin.Hub.Gateway.Authentication;

/// <summary>What a client proved itself with. Looked at again when the device's identity, or whom the hub trusts, changes.</summary>
internal abstract record Credential
{
    /// <summary>Why the connection ends when the proof does.</summary>
    public abstract string EndReason { get; }

    /// <summary>Why it does not open this device, and what to do about it; null where it does.</summary>
    public abstract string? WhyNot(DeviceIdentity identity);
}

/// <summary>A shared access signature made with a key of the device's, or of a policy that may connect devices.</summary>
internal sealed record TokenCredential(SasToken Token, IServicePolicies? Policies) : Credential
{
    public override string EndReason => "the token expired";

    public override string? WhyNot(DeviceIdentity identity)
    {
        // The signature first, whatever else is wrong: every refusal costs the same time.
        ServicePolicy? policy = Token.Policy is { } name ? Policies?.Find(name) : null;
        bool own = Token.Policy is null;
        bool signed = own
            ? Token.IsSignedBy(identity.PrimaryKey, identity.SecondaryKey)
            : Token.IsSignedBy(policy?.PrimaryKey ?? "", policy?.SecondaryKey ?? "");
        return own
            ? identity.Authentication switch
            {
                AuthenticationType.Sas => signed ? null : "the signature fits neither key of the device: give it a connection string with its present key",
                AuthenticationType.None => "the device's authentication.type is \"none\": give it another one, or use a token of a policy that may connect devices",
                _ => "the device authenticates with a certificate: connect with it and without a password, or set authentication.type to \"sas\"",
            }
            : policy is null ? $"there is no policy {Token.Policy}"
            : !signed ? $"the signature fits neither key of policy {Token.Policy}"
            : (policy.Permission & Permission.DeviceConnect) == 0 ? $"policy {Token.Policy} does not open devices: it lacks the permission DeviceConnect"
            : null;
    }
}

/// <summary>A certificate whose key the client showed to have in the TLS handshake.</summary>
internal sealed record CertificateCredential(ClientCertificate Certificate, TrustedAuthorities Authorities) : Credential
{
    public override string EndReason => "the certificate expired";

    public override string? WhyNot(DeviceIdentity identity)
    {
        switch (identity.Authentication)
        {
            case AuthenticationType.SelfSigned:
                return CertificateText.HasThumbprint(Certificate.Leaf, identity.PrimaryThumbprint, identity.SecondaryThumbprint)
                    ? null
                    : $"the certificate's thumbprint {CertificateText.Sha256(Certificate.Leaf)} (SHA-1 {CertificateText.Sha1(Certificate.Leaf)}) is "
                        + "neither of the device's: write it into authentication.x509Thumbprint, or connect with the certificate that is noted there";
            case AuthenticationType.CertificateAuthority:
                string? name = CertificateText.CommonName(Certificate.Leaf);
                return name != identity.Address
                    ? $"the certificate is for CN={LogText.Of(name)}, not for this device: have one issued whose common name is the device id, of a module device/module"
                    : Authorities.WhyNot(Certificate);
            case AuthenticationType.None:
                return "the device's authentication.type is \"none\": give it another one";
            default:
                return "the device authenticates with symmetric keys, and the client showed a certificate and no password: "
                    + "connect with a shared access signature, or set authentication.type to \"selfSigned\" or \"certificateAuthority\"";
        }
    }
}
