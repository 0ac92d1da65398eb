using System.Security.Cryptography.X509Certificates;
using DeviceTwin.Hub.Certificates;
using DeviceTwin.Hub.Gateway;
using DeviceTwin.Hub.Gateway.Authentication;
using DeviceTwin.Mqtt;
using DeviceTwin.Storage;

namespace DeviceTwin.Hub.Provisioning;

/// <summary>Decides over a CONNECT towards provisioning. An enrolment of the device's own goes before any group.</summary>
internal sealed class ProvisioningGate(ProvisioningService provisioning, TrustedAuthorities authorities, GatewayOptions options, TimeProvider time)
{
    /// <summary>The one policy name that devices may sign with; most leave it out.</summary>
    private const string DevicePolicy = "registration";

    private const int LongestRegistrationId = 128;

    /// <param name="certificate">What the client showed in the TLS handshake; null = nothing.</param>
    /// <returns>Either of the two; the other is null.</returns>
    public (ProvisioningAdmission? Admission, Refusal? Refusal) Judge(
        RegistrationUserName name, ReadOnlyMemory<byte>? password, ClientCertificate? certificate)
    {
        if (!IsRegistrationId(name.RegistrationId))
        {
            return Refuse(
                MqttConnectReturnCode.IdentifierRejected,
                $"the registration id is not allowed: use 1 to {LongestRegistrationId} ASCII letters, digits and -._: with a letter, digit or - at the end");
        }

        return password is { Length: > 0 } text ? JudgeToken(name, text)
            : certificate is not null ? JudgeCertificate(name, certificate)
            : Refuse(MqttConnectReturnCode.NotAuthorized, "no token and no client certificate: register with one of them");
    }

    private (ProvisioningAdmission?, Refusal?) JudgeToken(RegistrationUserName name, ReadOnlyMemory<byte> password)
    {
        if (SasToken.Parse(password.Span) is not { } token)
        {
            return Refuse(MqttConnectReturnCode.BadUserNameOrPassword, "the password is not a shared access signature");
        }

        string id = name.RegistrationId;
        Enrollment? own = provisioning.Find(group: false, id);
        Enrollment? signer = null;
        (string Primary, string Secondary) keys = ("", "");
        if (own is not null)
        {
            keys = (own.Attestation.Primary, own.Attestation.Secondary);
            signer = own.Attestation.Type == AttestationType.SymmetricKey && token.IsSignedBy(keys.Primary, keys.Secondary) ? own : null;
        }
        else
        {
            foreach (Enrollment group in provisioning.List(group: true).Where(group => group.Attestation.Type == AttestationType.SymmetricKey))
            {
                (string Primary, string Secondary) derived =
                    (ProvisioningKeys.Derive(group.Attestation.Primary, id), ProvisioningKeys.Derive(group.Attestation.Secondary, id));
                if (token.IsSignedBy(derived.Primary, derived.Secondary) && signer is null)
                {
                    (signer, keys) = (group, derived);
                }
            }
        }

        DateTimeOffset validUntil = token.ValidUntil(options.ClockSkew);
        string? reason =
            WrongScope(name)
            ?? (signer is null
                ? own is null ? "the signature fits no enrolment group's key for this registration id, and it has no enrolment of its own: enrol it, or give it the key derived for it"
                    : own.Attestation.Type == AttestationType.SymmetricKey ? "the signature fits neither key of its enrolment: give the device the key that its enrolment shows"
                    : "its enrolment asks for a certificate: register with it and without a password"
            : token.Policy is not (null or DevicePolicy) ? $"policy {token.Policy} does not register devices: leave skn out"
            : !token.CoversRegistration(provisioning.IdScope, id) ? $"the token's scope is {token.Scope}"
            : validUntil <= time.GetUtcNow() ? $"the token's se ({token.ExpiresAt:u}) is in the past: is the device's clock right?"
            : null);
        return reason is null
            ? Admit(name, signer!, Nobody with { PrimaryKey = keys.Primary, SecondaryKey = keys.Secondary }, validUntil)
            : Refuse(MqttConnectReturnCode.NotAuthorized, reason);
    }

    private (ProvisioningAdmission?, Refusal?) JudgeCertificate(RegistrationUserName name, ClientCertificate certificate)
    {
        string id = name.RegistrationId;
        string? commonName = CertificateText.CommonName(certificate.Leaf);
        string? reason = WrongScope(name)
            ?? CertificateText.WhyNotNow(certificate.Leaf, time.GetUtcNow())
            ?? (commonName != id ? $"the certificate is for CN={LogText.Of(commonName)}, not for this registration id: have one issued whose common name is the registration id" : null);
        Enrollment? own = provisioning.Find(group: false, id);
        Enrollment? signer = null;
        if (reason is null)
        {
            signer = own ?? provisioning.List(group: true)
                .FirstOrDefault(group => group.Attestation.Type != AttestationType.SymmetricKey && WhyNot(group, certificate) is null);
            reason = signer is null
                ? "no enrolment group's authority signed its certificate, and it has no enrolment of its own: enrol it, or enrol its authority as a group"
                : own is not null ? WhyNot(own, certificate) : null;
        }

        return reason is null
            ? Admit(name, signer!, IdentityFor(signer!, certificate.Leaf), CertificateText.ValidUntil(certificate.Leaf))
            : Refuse(MqttConnectReturnCode.NotAuthorized, reason);
    }

    private string? WhyNot(Enrollment enrollment, ClientCertificate certificate)
    {
        Attestation attestation = enrollment.Attestation;
        if (attestation.Type == AttestationType.SymmetricKey)
        {
            return "its enrolment asks for a key: register with a shared access signature";
        }

        if (attestation.Type == AttestationType.Certificate && !enrollment.Group)
        {
            string own = Convert.ToBase64String(certificate.Leaf.RawDataMemory.Span);
            return own == attestation.Primary || own == attestation.Secondary
                ? null
                : "it is not the certificate of its enrolment: write the new one into the enrolment, or register with the one that is there";
        }

        IReadOnlyList<X509Certificate2> signers = Signers(attestation);
        return signers.Count == 0
            ? "the authority that its enrolment names is not registered any more: register it again"
            : CertificateChains.WhyNot(certificate.Leaf, certificate.Sent, signers, time.GetUtcNow());
    }

    private IReadOnlyList<X509Certificate2> Signers(Attestation attestation) => attestation.Type == AttestationType.AuthorityReference
        ? [.. authorities.Find(attestation.Primary), .. attestation.Secondary.Length > 0 ? authorities.Find(attestation.Secondary) : []]
        : [.. new[] { attestation.Primary, attestation.Secondary }.Where(text => text.Length > 0).Select(text => X509CertificateLoader.LoadCertificate(Convert.FromBase64String(text)))];

    /// <summary>
    /// Where the hub trusts the authority by itself, the device may later have another certificate of it. Otherwise the certificate that was
    /// shown is noted, as Azure does: with another one the device registers again.
    /// </summary>
    private static DeviceIdentity IdentityFor(Enrollment enrollment, X509Certificate2 leaf)
    {
        if (enrollment.Attestation.Type == AttestationType.AuthorityReference && enrollment.DeviceId is null)
        {
            return Nobody with { Authentication = AuthenticationType.CertificateAuthority };
        }

        string[] thumbprints = enrollment is { Group: false, Attestation.Type: AttestationType.Certificate }
            ? [.. new[] { enrollment.Attestation.Primary, enrollment.Attestation.Secondary }.Select(Thumbprint)]
            : [CertificateText.Sha256(leaf), ""];
        return Nobody with { Authentication = AuthenticationType.SelfSigned, PrimaryThumbprint = thumbprints[0], SecondaryThumbprint = thumbprints[1] };
    }

    private static string Thumbprint(string certificate)
    {
        if (certificate.Length == 0)
        {
            return "";
        }

        using X509Certificate2 read = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(certificate));
        return CertificateText.Sha256(read);
    }

    private string? WrongScope(RegistrationUserName name) => name.IdScope == provisioning.IdScope
        ? null
        : $"the id scope is {LogText.Of(name.IdScope)}, this hub's is {provisioning.IdScope}: correct it at the device";

    private static (ProvisioningAdmission?, Refusal?) Admit(RegistrationUserName name, Enrollment enrollment, DeviceIdentity identity, DateTimeOffset validUntil) =>
        (new ProvisioningAdmission(name, enrollment.Group, enrollment.Id, identity, validUntil), null);

    private static (ProvisioningAdmission?, Refusal?) Refuse(MqttConnectReturnCode code, string reason) => (null, new Refusal(code, reason));

    private static readonly DeviceIdentity Nobody = new("", "", "", true, "", "", default);

    /// <summary>Azure's rule, but for case: here two spellings are two devices, as they are to the hub.</summary>
    public static bool IsRegistrationId(string id) =>
        id.Length is > 0 and <= LongestRegistrationId
        && id.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '.' or '_' or ':')
        && (char.IsAsciiLetterOrDigit(id[^1]) || id[^1] == '-');
}
