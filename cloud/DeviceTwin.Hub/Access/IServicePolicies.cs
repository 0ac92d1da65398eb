namespace DeviceTwin.Hub.Access;

/// <summary>The shared access policies by which programs are let in.</summary>
public interface IServicePolicies
{
    /// <summary>The policy as last made durable; null where there is none of this name. Names are taken in any case.</summary>
    ServicePolicy? Find(string name);

    /// <summary>A key or a permission of a policy is another: what was let in with it is to be looked at again. Called on the changing thread.</summary>
    event Action? Changed;
}

/// <summary>A policy as Azure IoT Hub has them: who can sign with one of its keys has its permissions.</summary>
/// <param name="PrimaryKey">Base64.</param>
/// <param name="SecondaryKey">Base64.</param>
public sealed record ServicePolicy(string Name, string PrimaryKey, string SecondaryKey, Permission Permission)
{
    /// <summary>The names that Azure gives every hub, with what they grant.</summary>
    public static readonly IReadOnlyDictionary<string, Permission> Standard = new Dictionary<string, Permission>(StringComparer.OrdinalIgnoreCase)
    {
        ["iothubowner"] = Permission.RegistryRead | Permission.RegistryWrite | Permission.ServiceConnect | Permission.DeviceConnect,
        ["service"] = Permission.ServiceConnect,
        ["device"] = Permission.DeviceConnect,
        ["registryRead"] = Permission.RegistryRead,
        ["registryReadWrite"] = Permission.RegistryRead | Permission.RegistryWrite,

        // Of Azure's provisioning service, which is a service of its own there.
        ["provisioningserviceowner"] = Permission.EnrollmentRead | Permission.EnrollmentWrite,
    };

    /// <summary>What a program is given to connect with.</summary>
    public string ConnectionString(string hostName) => $"HostName={hostName};SharedAccessKeyName={Name};SharedAccessKey={PrimaryKey}";
}
