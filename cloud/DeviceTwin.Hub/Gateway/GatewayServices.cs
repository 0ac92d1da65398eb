using DeviceTwin.Hub.Certificates;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Gateway.Authentication;
using DeviceTwin.Hub.Provisioning;

namespace DeviceTwin.Hub.Gateway;

/// <summary>What every connection of the gateway shares.</summary>
internal sealed class GatewayServices
{
    public GatewayServices(
        IFleet fleet,
        GatewayOptions options,
        TimeProvider time,
        DeviceAuthenticator authenticator,
        TrustedAuthorities authorities,
        ProvisioningGate provisioning,
        ProvisioningService registrations,
        AssignedHub assignedHub,
        GatewayTls tls,
        ILogger<GatewayServices> logger)
    {
        Fleet = fleet;
        Options = options;
        Time = time;
        Logger = logger;
        Registry = new ConnectionRegistry(options, time);
        Telemetry = new TelemetryIntake(fleet, Registry, time, logger);
        Authenticator = authenticator;
        Provisioning = provisioning;
        Registrations = registrations;
        AssignedHub = assignedHub;
        Tls = tls;
        authorities.Narrowed += () => Registry.RecheckAll(fleet.FindIdentity);
    }

    public IFleet Fleet { get; }

    public GatewayOptions Options { get; }

    public TimeProvider Time { get; }

    public ILogger Logger { get; }

    public ConnectionRegistry Registry { get; }

    public TelemetryIntake Telemetry { get; }

    public DeviceAuthenticator Authenticator { get; }

    public ProvisioningGate Provisioning { get; }

    public ProvisioningService Registrations { get; }

    public AssignedHub AssignedHub { get; }

    public GatewayTls Tls { get; }
}
