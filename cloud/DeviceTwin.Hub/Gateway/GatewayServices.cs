using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Certificates;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Gateway.Authentication;
using DeviceTwin.Hub.Gateway.Messaging;
using DeviceTwin.Hub.Gateway.Shaping;
using DeviceTwin.Hub.Operation;
using DeviceTwin.Hub.Provisioning;
using DeviceTwin.Storage;

namespace DeviceTwin.Hub.Gateway;

/// <summary>What every connection of the gateway shares.</summary>
internal sealed class GatewayServices
{
    public GatewayServices(
        IFleet fleet,
        IHubStore store,
        CloudToDeviceQueues messages,
        GatewayOptions options,
        TimeProvider time,
        DeviceAuthenticator authenticator,
        TrustedAuthorities authorities,
        ProvisioningGate provisioning,
        ProvisioningService registrations,
        AssignedHub assignedHub,
        GatewayTls tls,
        HubPhase phase,
        HubMetrics metrics,
        ILogger<GatewayServices> logger,
        IDeviceQuestions? questions = null,
        IServicePolicies? policies = null)
    {
        Fleet = fleet;
        Options = options;
        Time = time;
        Logger = logger;
        Phase = phase;
        Metrics = metrics;
        Questions = questions;
        Registry = new ConnectionRegistry(options, time);
        Telemetry = new TelemetryIntake(fleet, Registry, time, logger);
        Connects = new ConnectShaping(options, time);
        Messages = messages;
        Messages.Arrived += deviceId => Registry.Find(deviceId)?.LookForMessages();
        Methods = new DirectMethods(Registry, fleet, store, new MethodCallBound(options.MaxMethodCallsPerDevice, options.MaxMethodCalls), time, logger);
        FleetMethods = new FleetMethods(Registry, Methods, fleet, time);
        Authenticator = authenticator;
        Provisioning = provisioning;
        Registrations = registrations;
        AssignedHub = assignedHub;
        Tls = tls;
        authorities.Narrowed += RecheckAll;
        if (policies is not null)
        {
            policies.Changed += RecheckAll;
        }

        void RecheckAll() => Registry.RecheckAll(fleet.FindIdentity);
    }

    public IFleet Fleet { get; }

    public GatewayOptions Options { get; }

    public TimeProvider Time { get; }

    public ILogger Logger { get; }

    public HubPhase Phase { get; }

    public HubMetrics Metrics { get; }

    public IDeviceQuestions? Questions { get; }

    public ConnectionRegistry Registry { get; }

    public TelemetryIntake Telemetry { get; }

    public ConnectShaping Connects { get; }

    public CloudToDeviceQueues Messages { get; }

    public DirectMethods Methods { get; }

    public FleetMethods FleetMethods { get; }

    public DeviceAuthenticator Authenticator { get; }

    public ProvisioningGate Provisioning { get; }

    public ProvisioningService Registrations { get; }

    public AssignedHub AssignedHub { get; }

    public GatewayTls Tls { get; }
}
