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

    private const string Devices = "devices/";
    private const string DeviceBound = "/messages/devicebound/#";

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

        return IsCloudToDevice(filter, deviceId) || IsCloudToDevice(filter, Uri.EscapeDataString(deviceId)) ? CloudToDevice(deviceId) : null;
    }

    public static bool CoversDesired(IEnumerable<string> filters) =>
        filters.Any(filter => filter is DesiredPatches or EverythingOfTwin);

    public static string CloudToDevice(string deviceId) => $"{Devices}{deviceId}{DeviceBound}";

    /// <summary>The words in any case; the identifier as it is.</summary>
    private static bool IsCloudToDevice(string filter, string deviceId) =>
        filter.Length == Devices.Length + deviceId.Length + DeviceBound.Length
        && filter.StartsWith(Devices, StringComparison.OrdinalIgnoreCase)
        && filter.EndsWith(DeviceBound, StringComparison.OrdinalIgnoreCase)
        && filter.AsSpan(Devices.Length, deviceId.Length).SequenceEqual(deviceId);
}
