using DeviceTwin.Storage;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Fleet;

/// <summary>The refusals of the fleet.</summary>
internal static class FleetErrors
{
    /// <summary>The same refusal in the hub's catalogue.</summary>
    public static HubException Translate(TwinException refusal)
    {
        var error = new[] { HubError.ArgumentInvalid, HubError.IotHubFormatError, HubError.PreconditionFailed, HubError.RequestEntityTooLarge }
            .FirstOrDefault(known => known.Code == refusal.Error.Code)
            ?? new HubError(refusal.Error.Code, refusal.Error.Name, refusal.Error.HttpStatus);
        return new HubException(error, refusal.Message);
    }

    /// <summary>The store failed: the client may come back.</summary>
    public static HubException Translate(StorageException failure) =>
        new(HubError.ServiceUnavailable, $"[{(int)failure.Error}] {failure.Message}");

    public static HubException DeviceNotFound(string deviceId) =>
        new(HubError.DeviceNotFound, $"There is no device \"{deviceId}\". Register it first, or check the spelling: ids are case-sensitive.");

    /// <summary>There is no such device, or module.</summary>
    public static HubException NotFound(string address) => TwinAddress.IsModule(address) ? ModuleNotFound(TwinAddress.Parse(address)) : DeviceNotFound(address);

    public static HubException AlreadyExists(DeviceIdentity identity) => identity.ModuleId is null
        ? new(HubError.DeviceAlreadyExists, $"There is a device \"{identity.DeviceId}\" already. To update it, send If-Match with its ETag or \"*\".")
        : new(HubError.ModuleAlreadyExists, $"Device \"{identity.DeviceId}\" has a module \"{identity.ModuleId}\" already. To update it, send If-Match with its ETag or \"*\".");

    public static HubException ModuleNotFound(TwinAddress address) =>
        new(HubError.ModuleNotFound, $"Device \"{address.DeviceId}\" has no module \"{address.ModuleId}\". Register it first, or check the spelling: ids are case-sensitive.");

    public static HubException ConfigurationNotFound(string id) =>
        new(HubError.ConfigurationNotFound, $"There is no configuration \"{id}\". Create it without If-Match, or check the spelling.");

    public static HubException OverrideNotFound(string deviceId, string path) =>
        new(HubError.OverrideNotFound, $"Device \"{deviceId}\" has no override of \"{path}\". List its overrides to see the paths; one that has expired is gone.");

    public static HubException StageNotFound(string configurationId) =>
        new(HubError.StageNotFound, $"No version of configuration \"{configurationId}\" is being rolled out. It may have been completed or rolled back already.");

    /// <summary>Refuses where an If-Match value does not let the change pass.</summary>
    public static void CheckMatch(string? ifMatch, string etag)
    {
        if (!ETags.Matches(ifMatch, etag))
        {
            throw new HubException(
                HubError.PreconditionFailed,
                $"The ETag is \"{etag}\", not {ifMatch}: somebody else was faster. Read again, then write with the new ETag, or with \"*\" to overwrite.");
        }
    }
}
