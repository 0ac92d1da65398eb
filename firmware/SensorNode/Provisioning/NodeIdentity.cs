namespace DeviceTwin.SensorNode.Provisioning;

/// <summary>Who the node is and where its hub is. Provisioning loads it; the simulator makes it.</summary>
public sealed class NodeIdentity
{
    /// <summary>Standard port of MQTT over TLS.</summary>
    public const int StandardPort = 8883;

    /// <summary>Standard life of a token in seconds.</summary>
    public const int StandardTokenLifetimeSeconds = 86400;

    /// <summary>How it proves who it is: a constant of <see cref="IdentityKind"/>.</summary>
    public int Kind;

    /// <summary>The device's name at the hub; with <see cref="IdentityKind.Dps"/> not used.</summary>
    public string DeviceId;

    /// <summary>The hub's name as its certificate says it: a DNS name with an IPv4 address. With <see cref="IdentityKind.Dps"/> not used.</summary>
    public string HubHost;

    public int HubPort = StandardPort;

    /// <summary>The device's key in base64; null where it has a certificate.</summary>
    public string Key;

    private readonly PemText _authority = new PemText();
    private readonly PemText _certificate = new PemText();
    private readonly PemText _certificateKey = new PemText();

    /// <summary>PEM of the plant's certificate authority: the only one that is trusted, for hub and provisioning service. Read from its file each time, where it has one.</summary>
    public string CertificateAuthority
    {
        get => _authority.Read();
        set => _authority.Set(value);
    }

    /// <summary>PEM of the node's own certificate, or null; as <see cref="CertificateAuthority"/>.</summary>
    public string Certificate
    {
        get => _certificate.Read();
        set => _certificate.Set(value);
    }

    /// <summary>PEM of the private key of <see cref="Certificate"/>, not encrypted, or null; as <see cref="CertificateAuthority"/>.</summary>
    public string CertificateKey
    {
        get => _certificateKey.Read();
        set => _certificateKey.Set(value);
    }

    /// <summary>Name of the provisioning service, or null.</summary>
    public string DpsHost;

    public int DpsPort = StandardPort;

    /// <summary>Scope of the provisioning service's names, or null.</summary>
    public string IdScope;

    /// <summary>The node's name at the provisioning service, or null.</summary>
    public string RegistrationId;

    /// <summary>Life of a token in seconds; the node reconnects with a new one when seven eighths to three quarters are over.</summary>
    public int TokenLifetimeSeconds = StandardTokenLifetimeSeconds;

    /// <summary>Name of the time server (SNTP), or null for the board's own choice.</summary>
    public string TimeServer;

    /// <summary>The wireless network, or null where the board joins by itself.</summary>
    public string Network;

    /// <summary>The wireless network's password, or null.</summary>
    public string NetworkPassword;

    /// <summary>Says where a PEM stands: kilobytes that need not be in memory between connections.</summary>
    /// <param name="field">A number of <see cref="StagedField"/>.</param>
    public void SetFile(int field, PemText text)
    {
        PemText target = field == StagedField.CertificateAuthority ? _authority : field == StagedField.Certificate ? _certificate : _certificateKey;
        target.SetFile(text);
    }

    /// <summary>The name that people know the node by: that at the hub, or that at the provisioning service.</summary>
    public string Name => Kind == IdentityKind.Dps ? RegistrationId : DeviceId;
}
