namespace DeviceTwin.Hub.Alarms;

/// <summary>The log lines of alarms: numbers 4000 to 4099.</summary>
internal static partial class AlarmLog
{
    [LoggerMessage(4000, LogLevel.Warning, "Device {Device} sends alarms that cannot be read: {Problem}. They are kept as telemetry; this is said once per device")]
    public static partial void Unreadable(ILogger logger, string device, string problem);

    [LoggerMessage(4001, LogLevel.Information, "Alarm {Alarm} acknowledged by {Author}")]
    public static partial void Acknowledged(ILogger logger, string alarm, string author);

    [LoggerMessage(4002, LogLevel.Warning, "Alarm {Alarm} is acknowledged, but the node could not be told: {Reason}")]
    public static partial void NodeNotTold(ILogger logger, string alarm, string reason);

    [LoggerMessage(4003, LogLevel.Information, "Finding {Number} ({Kind}) written down by {Author}")]
    public static partial void Found(ILogger logger, long number, string kind, string author);

    [LoggerMessage(4004, LogLevel.Error, "The alarms of deleted device {Device} could not be ended: {Reason} They end with the next start")]
    public static partial void NotEnded(ILogger logger, string device, string reason);

    [LoggerMessage(4005, LogLevel.Warning, "The stream of alarms fell behind: {Lost} events were left out")]
    public static partial void StreamFellBehind(ILogger logger, long lost);
}
