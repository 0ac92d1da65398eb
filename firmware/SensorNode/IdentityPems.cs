using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Provisioning;

namespace DeviceTwin.SensorNode;

/// <summary>The PEMs of an identity, read when the link needs them.</summary>
internal sealed class IdentityPems : IPemSource
{
    private readonly NodeIdentity _identity;

    public IdentityPems(NodeIdentity identity)
    {
        _identity = identity;
    }

    public string CertificateAuthority()
    {
        return _identity.CertificateAuthority;
    }

    public string ClientCertificate()
    {
        return _identity.Certificate;
    }

    public string ClientKey()
    {
        return _identity.CertificateKey;
    }
}
