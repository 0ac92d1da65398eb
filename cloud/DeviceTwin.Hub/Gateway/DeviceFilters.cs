namespace DeviceTwin.Hub.Gateway;

/// <summary>
/// The topic filters that a device may subscribe to. The hub is not a broker: each filter names one of its own streams, and
/// nothing that a device publishes ever comes back to it.
/// </summary>
internal static class DeviceFilters
{
    public const string TwinResponses = "$iothub/twin/res/#";
    public const string DesiredPatches = "$iothub/twin/PATCH/properties/desired/#";

    /// <summary>nanoFramework's client: answers and patches in one.</summary>
    public const string EverythingOfTwin = "$iothub/twin/#";
    public const string Methods = "$iothub/methods/POST/#";

    /// <returns>The filter in the hub's spelling, or null where it is not one of them.</returns>
    public static string? Canonical(string filter, string deviceId)
    {
        foreach (string known in (ReadOnlySpan<string>)[TwinResponses, DesiredPatches, EverythingOfTwin, Methods])
        {
            if (filter.Equals(known, StringComparison.OrdinalIgnoreCase))
            {
                return known;
            }
        }

        string messages = CloudToDevice(deviceId);
        return filter == messages || filter == CloudToDevice(Uri.EscapeDataString(deviceId)) ? messages : null;
    }

    public static bool CoversDesired(IEnumerable<string> filters) =>
        filters.Any(filter => filter is DesiredPatches or EverythingOfTwin);

    private static string CloudToDevice(string deviceId) => $"devices/{deviceId}/messages/devicebound/#";
}
