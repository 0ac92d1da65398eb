using DeviceTwin.Hub.Certificates;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Gateway.Authentication;

namespace DeviceTwin.Hub.Gateway;

/// <summary>What every connection of the gateway shares.</summary>
internal sealed class GatewayServices
{
    public GatewayServices(IFleet fleet, GatewayOptions options, HubNames names, TimeProvider time, ILogger<GatewayServices> logger, IDeviceQuestions? questions = null)
    {
        Fleet = fleet;
        Options = options;
        Time = time;
        Logger = logger;
        Questions = questions;
        Registry = new ConnectionRegistry(options, time);
        Telemetry = new TelemetryIntake(fleet, Registry, time, logger);
        Authenticator = new DeviceAuthenticator(fleet, names, options, time);
    }

    public IFleet Fleet { get; }

    public GatewayOptions Options { get; }

    public TimeProvider Time { get; }

    public ILogger Logger { get; }

    public IDeviceQuestions? Questions { get; }

    public ConnectionRegistry Registry { get; }

    public TelemetryIntake Telemetry { get; }

    public DeviceAuthenticator Authenticator { get; }
}
