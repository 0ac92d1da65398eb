using DeviceTwin.Twins;

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
    private const string Modules = "/modules/";
    private const string DeviceBound = "/messages/devicebound/#";
    private const string Inputs = "/inputs/#";
    private const string Everything = "/#";

    /// <param name="deviceId">The address of who subscribes.</param>
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

        return TwinAddress.IsModule(deviceId) ? OfModule(filter, TwinAddress.Parse(deviceId))
            : IsCloudToDevice(filter, deviceId) || IsCloudToDevice(filter, Uri.EscapeDataString(deviceId)) ? CloudToDevice(deviceId)
            : null;
    }

    /// <summary>
    /// Which of the filters granted lets cloud-to-device messages through: what their topics begin with, and the QoS; null where none does. Nothing
    /// ever comes to a module's <c>inputs</c>, which are those of IoT Edge's own broker.
    /// </summary>
    public static (string Topic, int? Qos) Messages(IReadOnlyDictionary<string, int> granted, string deviceId)
    {
        var (device, module) = TwinAddress.Parse(deviceId);
        string[] filters = module is null ? [CloudToDevice(device)]
            : [$"{Devices}{device}/{module}{DeviceBound}", $"{Devices}{device}{Modules}{module}{DeviceBound}", $"{Devices}{device}{Modules}{module}{Everything}"];
        int at = Array.FindIndex(filters, granted.ContainsKey);
        if (at < 0)
        {
            return ("", null);
        }

        string id = $"{Devices}{InTopic(device)}" + (module is null ? "" : (at == 0 ? "/" : Modules) + InTopic(module));
        return (id + DeviceBound[..^1], granted[filters[at]]);
    }

    /// <summary>An identifier may contain what a topic may not.</summary>
    private static string InTopic(string id) => id.AsSpan().ContainsAny('+', '#') ? Uri.EscapeDataString(id) : id;

    /// <summary>A module's own streams: <c>devices/d/modules/m/…</c>, and the short way of nanoFramework's client, <c>devices/d/m/…</c>.</summary>
    private static string? OfModule(string filter, TwinAddress address)
    {
        string[] parts = filter.Split('/');
        if (parts.Length < 5 || !IsWord(parts[0], "devices") || !IsId(parts[1], address.DeviceId))
        {
            return null;
        }

        int rest = IsWord(parts[2], "modules") && IsId(parts[3], address.ModuleId!) ? 4 : IsId(parts[2], address.ModuleId!) ? 3 : parts.Length;
        string known = '/' + string.Join('/', parts[rest..]).ToLowerInvariant();
        return known == DeviceBound || (rest == 4 && known is Everything or Inputs)
            ? $"{Devices}{address.DeviceId}{(rest == 4 ? Modules : "/")}{address.ModuleId}{known}"
            : null;
    }

    private static bool IsWord(string part, string word) => part.Equals(word, StringComparison.OrdinalIgnoreCase);

    private static bool IsId(string part, string id) => part == id || part == Uri.EscapeDataString(id);

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
