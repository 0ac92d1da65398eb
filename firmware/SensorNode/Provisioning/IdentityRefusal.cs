namespace DeviceTwin.SensorNode.Provisioning;

/// <summary>Why a node has no identity, as stable words for the technician's tool and the log.</summary>
public static class IdentityRefusal
{
    /// <summary>The identity is good.</summary>
    public const string None = "";

    /// <summary>There is no file <c>identity</c>.</summary>
    public const string Missing = "identityMissing";

    /// <summary>The file is not JSON, or a member is not of its type.</summary>
    public const string Malformed = "identityMalformed";

    /// <summary>The device's name is missing, too long or holds characters that a hub does not take.</summary>
    public const string DeviceId = "identityDeviceId";

    /// <summary>The hub's name is missing or holds characters that a host name does not have.</summary>
    public const string HubHost = "identityHubHost";

    /// <summary>The port is not from 1 to 65535.</summary>
    public const string HubPort = "identityHubPort";

    /// <summary>The key is missing or not base64.</summary>
    public const string Key = "identityKey";

    /// <summary>The certificate authority is missing or not PEM.</summary>
    public const string CertificateAuthority = "identityCertificateAuthority";

    /// <summary>The kind is none of <see cref="IdentityKind"/>.</summary>
    public const string Kind = "identityKind";

    /// <summary>The node's own certificate or its private key is missing or not PEM.</summary>
    public const string Certificate = "identityCertificate";

    /// <summary>The provisioning service's name or port is missing or wrong.</summary>
    public const string DpsHost = "identityDpsHost";

    /// <summary>The scope at the provisioning service is missing or holds characters that a scope does not have.</summary>
    public const string IdScope = "identityIdScope";

    /// <summary>The name at the provisioning service is missing, too long or holds characters that it does not take.</summary>
    public const string RegistrationId = "identityRegistrationId";

    /// <summary>The token's life is not from 300 seconds to 365 days.</summary>
    public const string TokenLifetime = "identityTokenLifetime";
}
