namespace DeviceTwin.Hub.Logging;

/// <summary>
/// Log lines of the process and its REST surface. Event numbers 3000 to 3999 belong to them and never change their meaning.
/// </summary>
internal static partial class LogEvents
{
    [LoggerMessage(3000, LogLevel.Information, "Hub {Version} is ready: MQTT on port {MqttPort}, pages and REST at {HttpUrl}, data in {DataFolder}")]
    public static partial void HubReady(this ILogger logger, string version, int mqttPort, string httpUrl, string dataFolder);

    [LoggerMessage(3001, LogLevel.Information, "Hub is stopping")]
    public static partial void HubStopping(this ILogger logger);

    [LoggerMessage(3002, LogLevel.Information, "Standard input has ended: stopping")]
    public static partial void StandardInputEnded(this ILogger logger);

    [LoggerMessage(3003, LogLevel.Information, "HTTP token made in {Path}: callers beyond loopback send it as a bearer token")]
    public static partial void HttpTokenMade(this ILogger logger, string path);

    [LoggerMessage(3004, LogLevel.Warning, "HTTP connection from {Remote} closed: {Most} are open (--http-connections)")]
    public static partial void TooManyHttpConnections(this ILogger logger, string? remote, int most);

    [LoggerMessage(3100, LogLevel.Information, "Refused {Method} {Path} with {Name} ({Code}): {Message} [{TrackingId}]")]
    public static partial void RequestRefused(this ILogger logger, string method, string path, string name, int code, string message, string trackingId);

    [LoggerMessage(3101, LogLevel.Error, "Failed {Method} {Path} [{TrackingId}]")]
    public static partial void RequestFailed(this ILogger logger, Exception exception, string method, string path, string trackingId);

    [LoggerMessage(3110, LogLevel.Warning, "Refused a request for host '{Host}': it is not a name of this hub (DNS rebinding?)")]
    public static partial void HostRefused(this ILogger logger, string host);

    [LoggerMessage(3111, LogLevel.Warning, "Refused {Method} {Path} from origin '{Origin}': another site's page may not act here")]
    public static partial void OriginRefused(this ILogger logger, string method, string path, string origin);

    [LoggerMessage(3112, LogLevel.Warning, "Refused {Method} {Path} from {Address}: no valid token")]
    public static partial void TokenRefused(this ILogger logger, string method, string path, string address);

    [LoggerMessage(3120, LogLevel.Warning, "Event stream of {DeviceId} fell behind: {Lost} events were left out")]
    public static partial void StreamFellBehind(this ILogger logger, string deviceId, long lost);

    [LoggerMessage(3130, LogLevel.Warning, "Telemetry of {DeviceId} cannot be shown: {Problem}")]
    public static partial void TelemetryUnreadable(this ILogger logger, string deviceId, string problem);

    [LoggerMessage(3121, LogLevel.Warning, "Reader of the twin changes at {Address} took nothing for {Seconds} s and was cut off; it may come back with Last-Event-ID.")]
    public static partial void ChangeStreamCutOff(this ILogger logger, string address, double seconds);
}
