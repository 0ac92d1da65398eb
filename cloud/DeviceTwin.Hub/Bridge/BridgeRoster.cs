using System.Collections.Concurrent;
using DeviceTwin.Hub.Gateway.Authentication;

namespace DeviceTwin.Hub.Bridge;

/// <summary>
/// Which devices are mirrored. Keeps two bridges from mirroring one device to each other, or a hub from mirroring to itself: a bridge may not connect
/// here as a device that has a mirror from here.
/// </summary>
internal sealed class BridgeRoster : IClientGuard
{
    private readonly ConcurrentDictionary<string, bool> devices = new(StringComparer.Ordinal);

    public void Add(string deviceId) => devices[deviceId] = true;

    public void Remove(string deviceId) => devices.TryRemove(deviceId, out _);

    /// <inheritdoc/>
    public string? WhyNot(string address, string? clientType) =>
        clientType?.StartsWith(HubThere.ClientType, StringComparison.Ordinal) == true && devices.ContainsKey(address)
            ? "a bridge, and this hub mirrors the device itself: that would be a circle; end one of the two bridges"
            : null;
}
