namespace DeviceTwin.Storage;

/// <summary>How a device proves who it is: Azure's authentication types. The numbers are stored.</summary>
public enum AuthenticationType
{
    /// <summary>A shared access signature with one of the device's keys.</summary>
    Sas = 0,

    /// <summary>A certificate with one of the thumbprints noted.</summary>
    SelfSigned = 1,

    /// <summary>A certificate for the device's name under an authority that the hub trusts.</summary>
    CertificateAuthority = 2,

    /// <summary>Not at all: it cannot connect.</summary>
    None = 3,
}

/// <summary>Azure's words.</summary>
public static class AuthenticationTypes
{
    /// <summary>As it stands in identities and twins.</summary>
    public static string Word(this AuthenticationType type) => type switch
    {
        AuthenticationType.SelfSigned => "selfSigned",
        AuthenticationType.CertificateAuthority => "certificateAuthority",
        AuthenticationType.None => "none",
        _ => "sas",
    };
}
