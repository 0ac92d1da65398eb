namespace DeviceTwin.SensorNode.Link;

/// <summary>Where the link has its PEMs from at each connection: they are kilobytes, and between connections nobody needs them.</summary>
public interface IPemSource
{
    /// <summary>Of the plant's certificate authority; null where it cannot be read: then no connection comes about.</summary>
    string CertificateAuthority();

    /// <summary>Of the node's own certificate, or null.</summary>
    string ClientCertificate();

    /// <summary>Of its private key, or null.</summary>
    string ClientKey();
}
