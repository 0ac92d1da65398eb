using DeviceTwin.Hub.Certificates;
using DeviceTwin.Hub.Gateway;

namespace DeviceTwin.Hub.Provisioning;

/// <summary>Registers provisioning, and whom the hub trusts, with the container.</summary>
internal static class ProvisioningServices
{
    public static IServiceCollection AddProvisioning(this IServiceCollection services, GatewayOptions options) => services
        .AddSingleton<TrustedAuthorities>()
        .AddSingleton<CertificateInventory>()
        .AddHostedService<CertificateWatch>()
        .AddSingleton<ProvisioningService>()
        .AddSingleton<ProvisioningGate>()
        .AddSingleton<BundleImport>()
        .AddSingleton<EnrollmentPlace>()
        .AddSingleton<EnrollmentBulk>()
        .AddSingleton(provider => new AssignedHub(options, provider.GetRequiredService<GatewayEndpoint>()));
}

/// <summary>What an enrolment may refer to.</summary>
internal sealed record EnrollmentPlace(TrustedAuthorities Authorities, HubNames Names, AssignedHub Hub)
{
    /// <summary>Whether a name of a hub is one of this.</summary>
    public bool IsHere(string name) => Names.Contains(name) || string.Equals(name, Hub.Name, StringComparison.OrdinalIgnoreCase);
}

/// <summary>What devices are told that their hub is.</summary>
internal sealed class AssignedHub(GatewayOptions options, GatewayEndpoint endpoint)
{
    private const int StandardPort = 8883;

    /// <summary>The bare name.</summary>
    public string Name => Split().Name;

    /// <summary>MQTT over TLS.</summary>
    public int Port => Split().Port is { } port ? int.Parse(port, System.Globalization.CultureInfo.InvariantCulture) : StandardPort;

    /// <summary>What this client can connect to.</summary>
    public string For(RegistrationUserName client) => Split() is (var name, { } port) && client.TakesPort ? $"{name}:{port}" : Name;

    private (string Name, string? Port) Split()
    {
        if (options.AssignedHub is not { } told)
        {
            return (options.HostName, endpoint.Port == StandardPort ? null : endpoint.Port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        int colon = told.LastIndexOf(':');
        return colon < 0 ? (told, null) : (told[..colon], told[(colon + 1)..]);
    }
}
