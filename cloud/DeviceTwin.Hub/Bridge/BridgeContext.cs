using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Gateway.Messaging;
using DeviceTwin.Hub.Operation;

namespace DeviceTwin.Hub.Bridge;

/// <summary>What the mirrors of all devices share.</summary>
internal sealed record BridgeContext(IFleet Fleet, DirectMethods Methods, BridgeOptions Options, TelemetryBudget Telemetry, HubMetrics Metrics, TimeProvider Time, ILogger Logger)
{
    /// <summary>Handshakes that run at once: a start of the hub with many devices does not take the processor.</summary>
    public SemaphoreSlim Connecting { get; } = new(Options.ConnectsAtOnce);
}
