namespace DeviceTwin.SensorNode.Link;

/// <summary>Whom the link connects as, and to whom.</summary>
public sealed class LinkOptions
{
    /// <summary>The device's name at the hub; null while provisioning has not said it.</summary>
    public string DeviceId;

    /// <summary>The hub's name as its certificate says it; null while provisioning has not said it.</summary>
    public string HubHost;

    public int HubPort;

    /// <summary>The device's key in base64, known to be well formed; null where the node shows a certificate.</summary>
    public string Key;

    /// <summary>PEM of the plant's certificate authority: the only one that the node trusts.</summary>
    public string CertificateAuthority;

    /// <summary>PEM of the node's own certificate, or null.</summary>
    public string ClientCertificate;

    /// <summary>PEM of the private key of <see cref="ClientCertificate"/>, or null.</summary>
    public string ClientKey;

    /// <summary>Where the three PEMs are read from at each connection; null where they stand here.</summary>
    public IPemSource Pems;

    /// <summary>Fills in the PEMs of a connection.</summary>
    /// <param name="isKey">Whether it has a token: then it shows no certificate.</param>
    public void FillIn(MqttSessionOptions session, bool isKey)
    {
        session.CertificateAuthority = Pems == null ? CertificateAuthority : Pems.CertificateAuthority();
        if (!isKey)
        {
            session.ClientCertificate = Pems == null ? ClientCertificate : Pems.ClientCertificate();
            session.ClientKey = Pems == null ? ClientKey : Pems.ClientKey();
        }
    }

    /// <summary>Life of a token in seconds.</summary>
    public int TokenLifetimeSeconds;

    /// <summary>Name of the provisioning service, or null where the hub is known for good.</summary>
    public string DpsHost;

    public int DpsPort;

    /// <summary>Scope of the provisioning service's names.</summary>
    public string IdScope;

    /// <summary>The node's name at the provisioning service.</summary>
    public string RegistrationId;
}
