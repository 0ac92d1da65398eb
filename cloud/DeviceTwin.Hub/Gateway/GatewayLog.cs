using DeviceTwin.Mqtt;

namespace DeviceTwin.Hub.Gateway;

/// <summary>What the gateway writes to the log. The numbers 1000 to 1999 are the gateway's and never change their meaning.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(1000, LogLevel.Information, "Device {DeviceId} connected from {Remote} as {ConnectionId} (clean {Clean}, session present {SessionPresent}, keep alive {KeepAlive} s, {ClientType})")]
    public static partial void Connected(
        this ILogger logger, string deviceId, string? remote, string connectionId, bool clean, bool sessionPresent, int keepAlive, string? clientType);

    [LoggerMessage(1001, LogLevel.Information, "Device {DeviceId} disconnected ({ConnectionId}): {Reason}")]
    public static partial void Disconnected(this ILogger logger, string deviceId, string connectionId, string reason);

    [LoggerMessage(1002, LogLevel.Warning, "CONNECT of {ClientId} from {Remote} refused with {Code}: {Reason}")]
    public static partial void ConnectRefused(this ILogger logger, string clientId, string? remote, MqttConnectReturnCode code, string reason);

    [LoggerMessage(1003, LogLevel.Warning, "Connection {ConnectionId} from {Remote} closed before CONNECT: {Reason}")]
    public static partial void NoConnect(this ILogger logger, string connectionId, string? remote, string reason);

    [LoggerMessage(1004, LogLevel.Warning, "Connection from {Remote} closed: {MaxConnections} connections are open")]
    public static partial void TooManyConnections(this ILogger logger, string? remote, int maxConnections);

    [LoggerMessage(1005, LogLevel.Warning, "Device {DeviceId} may not subscribe to {Filter}")]
    public static partial void FilterRefused(this ILogger logger, string deviceId, string filter);

    [LoggerMessage(1006, LogLevel.Warning, "Device {DeviceId}: {Operation} refused with {Code} {Name}: {Message}")]
    public static partial void RequestRefused(this ILogger logger, string deviceId, string operation, int code, string name, string message);

    [LoggerMessage(1007, LogLevel.Error, "Device {DeviceId}: {Operation} failed")]
    public static partial void RequestFailed(this ILogger logger, Exception error, string deviceId, string operation);

    [LoggerMessage(1008, LogLevel.Debug, "Device {DeviceId} sent {Operation} again (packet {PacketId}); it is not applied twice")]
    public static partial void DuplicateSkipped(this ILogger logger, string deviceId, string operation, int packetId);

    [LoggerMessage(1009, LogLevel.Debug, "Device {DeviceId} was sent desired version {Version}")]
    public static partial void DesiredPushed(this ILogger logger, string deviceId, long version);

    [LoggerMessage(1010, LogLevel.Information, "Device {DeviceId} does not keep up: {Count} desired patches become one whole document")]
    public static partial void DesiredCollapsed(this ILogger logger, string deviceId, int count);

    [LoggerMessage(1011, LogLevel.Error, "The end of connection {ConnectionId} of device {DeviceId} could not be noted")]
    public static partial void DisconnectNotNoted(this ILogger logger, Exception error, string deviceId, string connectionId);

    [LoggerMessage(1012, LogLevel.Error, "CONNECT of {ClientId} failed")]
    public static partial void ConnectFailed(this ILogger logger, Exception error, string clientId);

    [LoggerMessage(1013, LogLevel.Warning, "Device {DeviceId} sent a twin request without a usable $rid to {Topic}: it cannot be answered")]
    public static partial void NoRequestId(this ILogger logger, string deviceId, string topic);

    [LoggerMessage(1014, LogLevel.Debug, "Device {DeviceId} subscribed to {Filter} with QoS {Qos}")]
    public static partial void Subscribed(this ILogger logger, string deviceId, string filter, int qos);

    [LoggerMessage(1015, LogLevel.Debug, "Device {DeviceId} was sent message {Sequence} (packet {PacketId})")]
    public static partial void MessageSent(this ILogger logger, string deviceId, long sequence, int packetId);

    [LoggerMessage(1016, LogLevel.Information, "{Count} messages for device {DeviceId} expired before it had confirmed them")]
    public static partial void MessagesExpired(this ILogger logger, string deviceId, int count);

    [LoggerMessage(1017, LogLevel.Information, "Device {DeviceId} answered method request {RequestId}, for which nobody waits: dropped")]
    public static partial void MethodAnswerDropped(this ILogger logger, string deviceId, string requestId);

    [LoggerMessage(1018, LogLevel.Debug, "Connection {ConnectionId} from {Remote} closed before TLS was agreed on: {Reason}")]
    public static partial void NoHandshake(this ILogger logger, string connectionId, string? remote, string reason);
}
