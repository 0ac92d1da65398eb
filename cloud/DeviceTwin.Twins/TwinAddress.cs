namespace DeviceTwin.Twins;

/// <summary>
/// Whose a twin, a session or a connection is: a device's, or that of a module of one. Written <c>device</c> or <c>device/module</c>, as MQTT client
/// identifiers are. No id contains a slash, so what has one is a module's.
/// </summary>
/// <param name="ModuleId">Null = the device's own.</param>
public readonly record struct TwinAddress(string DeviceId, string? ModuleId)
{
    private const char Separator = '/';

    /// <summary>Whether a written address is a module's.</summary>
    public static bool IsModule(string address) => address.Contains(Separator);

    /// <summary>The written address; a device's is its id.</summary>
    public static string Of(string deviceId, string? moduleId) => moduleId is null ? deviceId : $"{deviceId}{Separator}{moduleId}";

    public static TwinAddress Parse(string address) =>
        address.IndexOf(Separator) is >= 0 and var at ? new TwinAddress(address[..at], address[(at + 1)..]) : new TwinAddress(address, null);

    /// <inheritdoc/>
    public override string ToString() => Of(DeviceId, ModuleId);
}
