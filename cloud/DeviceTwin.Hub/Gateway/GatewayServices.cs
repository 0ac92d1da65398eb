using DeviceTwin.Hub.Certificates;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Gateway.Authentication;
using DeviceTwin.Hub.Gateway.Messaging;
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
        HubNames names,
        TimeProvider time,
        ILogger<GatewayServices> logger)
    {
        Fleet = fleet;
        Options = options;
        Time = time;
        Logger = logger;
        Registry = new ConnectionRegistry(options, time);
        Telemetry = new TelemetryIntake(fleet, Registry, time, logger);
        Messages = messages;
        Messages.Arrived += deviceId => Registry.Find(deviceId)?.LookForMessages();
        Methods = new DirectMethods(Registry, fleet, store, time, logger);
        Authenticator = new DeviceAuthenticator(fleet, names, options, time);
    }

    public IFleet Fleet { get; }

    public GatewayOptions Options { get; }

    public TimeProvider Time { get; }

    public ILogger Logger { get; }

    public ConnectionRegistry Registry { get; }

    public TelemetryIntake Telemetry { get; }

    public CloudToDeviceQueues Messages { get; }

    public DirectMethods Methods { get; }

    public DeviceAuthenticator Authenticator { get; }
}
