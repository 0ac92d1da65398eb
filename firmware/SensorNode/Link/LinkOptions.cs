namespace DeviceTwin.SensorNode.Link;

/// <summary>Whom the link connects as, and to whom.</summary>
public sealed class LinkOptions
{
    /// <summary>The device's name at the hub.</summary>
    public string DeviceId;

    /// <summary>The hub's name as its certificate says it.</summary>
    public string HubHost;

    public int HubPort;

    /// <summary>The device's key in base64, known to be well formed.</summary>
    public string Key;

    /// <summary>PEM of the plant's certificate authority.</summary>
    public string CertificateAuthority;

    /// <summary>Life of a token in seconds.</summary>
    public int TokenLifetimeSeconds;
}
