using System.Text.Json.Nodes;
using DeviceTwin.Storage;

namespace DeviceTwin.Hub.Fleet;

/// <summary>The fleet as provisioning needs it: a device and all that belongs to its registration in one commit.</summary>
internal interface IProvisionedFleet
{
    /// <summary>Creates or changes a device. The task completes when everything is durable.</summary>
    /// <param name="decide">
    /// Says what is to be, from what the device is (null = there is none). Called under the fleet's lock: it must be quick. What it
    /// throws leaves everything as it was.
    /// </param>
    Task Provision(string deviceId, string author, Func<DeviceIdentity?, ProvisionedDevice> decide, CancellationToken cancellation);
}

/// <summary>What provisioning makes of a device.</summary>
/// <param name="Identity">Only its way to authenticate is taken over where the device exists: who is disabled stays so.</param>
/// <param name="Twin">What a new device's twin begins with: <c>tags</c> and <c>properties.desired</c>.</param>
/// <param name="Reset">An existing device's twin begins anew too. Versions go on: none is ever used twice.</param>
/// <param name="ModelId">Null = not said.</param>
/// <param name="Stored">Written in the same commit.</param>
internal sealed record ProvisionedDevice(
    DeviceIdentity Identity, JsonObject Twin, bool Reset, string? ModelId, IReadOnlyList<StoreChange> Stored);
