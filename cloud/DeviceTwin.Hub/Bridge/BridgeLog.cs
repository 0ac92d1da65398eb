namespace DeviceTwin.Hub.Bridge;

/// <summary>Log lines of the bridge. Event numbers 4750 to 4799 belong to it and never change their meaning.</summary>
internal static partial class BridgeLog
{
    [LoggerMessage(4750, LogLevel.Information, "Bridge to {Host}:{Port} is on: mirrors {Mirrored}, desired properties are owned {Owner}")]
    public static partial void BridgeOn(this ILogger logger, string host, int port, string mirrored, DesiredOwner owner);

    [LoggerMessage(4751, LogLevel.Information, "Bridge: device {DeviceId} is in step")]
    public static partial void BridgeInStep(this ILogger logger, string deviceId);

    [LoggerMessage(4752, LogLevel.Warning, "Bridge: device {DeviceId} [{Code} {Fault}]: {Message} The next try comes in {Seconds} s; the same again is not said again")]
    public static partial void BridgeProblem(this ILogger logger, string deviceId, int code, BridgeFault fault, string message, double seconds);

    [LoggerMessage(4753, LogLevel.Warning, "Bridge: desired properties of device {DeviceId} there (version {Version}) are other than here and are not taken, for this hub owns them; said once per device")]
    public static partial void BridgeDesiredNotTaken(this ILogger logger, string deviceId, long version);

    [LoggerMessage(4754, LogLevel.Warning, "Bridge: {Author} changed desired properties of device {DeviceId} here, which the other hub owns: they are written back; said once per device")]
    public static partial void BridgeDesiredTakenBack(this ILogger logger, string author, string deviceId);

    [LoggerMessage(4755, LogLevel.Warning, "Bridge: reported property {Key} of device {DeviceId} is refused there: {Message}")]
    public static partial void BridgePropertyRefused(this ILogger logger, string key, string deviceId, string message);

    [LoggerMessage(4756, LogLevel.Warning, "Bridge: messages of device {DeviceId} are left out, for more wait than the bridge keeps; said once until the device is in step")]
    public static partial void BridgeTelemetryDropped(this ILogger logger, string deviceId);

    [LoggerMessage(4757, LogLevel.Information, "Bridge: its file has changed and counts from now on")]
    public static partial void BridgeFileRead(this ILogger logger);

    [LoggerMessage(4758, LogLevel.Warning, "Bridge: its file has changed and cannot be used; what it said before goes on. {Problem}")]
    public static partial void BridgeFileUnusable(this ILogger logger, string problem);

    [LoggerMessage(4759, LogLevel.Error, "Bridge: the mirror of device {DeviceId} failed")]
    public static partial void BridgeFailed(this ILogger logger, Exception exception, string deviceId);

    [LoggerMessage(4760, LogLevel.Warning, "Bridge: desired properties of device {DeviceId} there cannot be taken here: {Message}")]
    public static partial void BridgeDesiredRefused(this ILogger logger, string deviceId, string message);

    [LoggerMessage(4761, LogLevel.Warning, "Bridge: {Selected} devices are selected, {Connections} are mirrored (\"connections\" in its file); the others wait")]
    public static partial void BridgeTooManyDevices(this ILogger logger, int selected, int connections);

    [LoggerMessage(4762, LogLevel.Error, "Bridge: the devices to mirror could not be looked up; those from before go on")]
    public static partial void BridgeLookFailed(this ILogger logger, Exception exception);

    [LoggerMessage(4763, LogLevel.Warning, "Bridge: a message of device {DeviceId} is left out: {Losses} connections ended when it was sent")]
    public static partial void BridgeTelemetryRefused(this ILogger logger, string deviceId, int losses);
}
