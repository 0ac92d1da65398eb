namespace DeviceTwin.SensorNode.Provisioning;

/// <summary>
/// The texts of a configuration, by number: their names in the file <c>identity</c>, in requests the same, and how long each may be.
/// Numbers and names are stable; <c>firmware/PROVISIONING.md</c> prints the same table.
/// </summary>
public static class StagedField
{
    public const int DeviceId = 0;
    public const int HubHost = 1;
    public const int HubPort = 2;
    public const int Key = 3;
    public const int CertificateAuthority = 4;
    public const int TokenLifetimeSeconds = 5;
    public const int TimeServer = 6;
    public const int Network = 7;
    public const int NetworkPassword = 8;
    public const int Kind = 9;
    public const int Certificate = 10;
    public const int CertificateKey = 11;
    public const int IdScope = 12;
    public const int RegistrationId = 13;
    public const int DpsHost = 14;
    public const int DpsPort = 15;
    public const int Secret = 16;

    /// <summary>Number of fields.</summary>
    public const int Count = 17;

    private static readonly int[] Maximums = { 128, 253, 5, 128, 4096, 9, 253, 32, 64, 8, 4096, 4096, 128, 128, 253, 5, 88 };

    /// <summary>The name of a field.</summary>
    public static string Name(int field)
    {
        // No table: one would take memory all the time.
        switch (field)
        {
            case DeviceId:
                return "deviceId";
            case HubHost:
                return "hubHost";
            case HubPort:
                return "hubPort";
            case Key:
                return "key";
            case CertificateAuthority:
                return "ca";
            case TokenLifetimeSeconds:
                return "tokenLifetimeSeconds";
            case TimeServer:
                return "timeServer";
            case Network:
                return "network";
            case NetworkPassword:
                return "networkPassword";
            case Kind:
                return "kind";
            case Certificate:
                return "certificate";
            case CertificateKey:
                return "certificateKey";
            case IdScope:
                return "idScope";
            case RegistrationId:
                return "registrationId";
            case DpsHost:
                return "dpsHost";
            case DpsPort:
                return "dpsPort";
            default:
                return "provisioningSecret";
        }
    }

    /// <summary>Bytes of the longest value.</summary>
    public static int Maximum(int field)
    {
        return Maximums[field];
    }

    /// <summary>Whether the file holds it as a number.</summary>
    public static bool IsNumber(int field)
    {
        return field == HubPort || field == DpsPort || field == TokenLifetimeSeconds;
    }

    /// <summary>Whether it may be so long that it gets a file of its own (see <see cref="LongText"/>).</summary>
    public static bool IsLong(int field)
    {
        return field == CertificateAuthority || field == Certificate || field == CertificateKey;
    }

    /// <summary>The member of the file <c>identity</c> that names the file of a long text.</summary>
    public static string FileMember(int field)
    {
        return field == CertificateAuthority ? "caFile" : field == Certificate ? "certificateFile" : field == CertificateKey ? "certificateKeyFile" : null;
    }

    /// <summary>Whether it must never be shown.</summary>
    public static bool IsSecret(int field)
    {
        return field == Key || field == NetworkPassword || field == CertificateKey || field == Secret;
    }

    /// <summary>The command that stages it; <see cref="SerialCommand.Put"/> stages each but the secret.</summary>
    public static int CommandOf(int field)
    {
        switch (field)
        {
            case Network:
            case NetworkPassword:
                return SerialCommand.WifiSet;
            case HubHost:
            case HubPort:
            case CertificateAuthority:
            case TimeServer:
            case TokenLifetimeSeconds:
                return SerialCommand.HubSet;
            case Secret:
                return SerialCommand.Commit;
            default:
                return SerialCommand.IdentitySet;
        }
    }
}
