namespace DeviceTwin.SensorNode.Provisioning;

/// <summary>Who the node is and where its hub is. Provisioning loads it; the simulator makes it.</summary>
public sealed class NodeIdentity
{
    /// <summary>Standard port of MQTT over TLS.</summary>
    public const int StandardPort = 8883;

    /// <summary>Standard life of a token in seconds.</summary>
    public const int StandardTokenLifetimeSeconds = 86400;

    /// <summary>The device's name at the hub.</summary>
    public string DeviceId;

    /// <summary>The hub's name as its certificate says it.</summary>
    public string HubHost;

    public int HubPort = StandardPort;

    /// <summary>The device's key in base64.</summary>
    public string Key;

    /// <summary>PEM of the plant's certificate authority.</summary>
    public string CertificateAuthority;

    /// <summary>Life of a token in seconds; the node reconnects with a new one when seven eighths to three quarters are over.</summary>
    public int TokenLifetimeSeconds = StandardTokenLifetimeSeconds;

    /// <summary>Name of the time server (SNTP), or null for the board's own choice.</summary>
    public string TimeServer;

    /// <summary>The wireless network, or null where the board joins by itself.</summary>
    public string Network;

    /// <summary>The wireless network's password, or null.</summary>
    public string NetworkPassword;
}
