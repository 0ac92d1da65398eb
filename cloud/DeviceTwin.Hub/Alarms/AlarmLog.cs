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

    [LoggerMessage(4010, LogLevel.Information, "Evidence of alarm {Alarm} sealed: version {Version}, {Sha256}, {Problems} problems")]
    public static partial void EvidenceSealed(ILogger logger, string alarm, int version, string sha256, int problems);

    [LoggerMessage(4011, LogLevel.Error, "Evidence of alarm {Alarm} is damaged: {Problem} Restore the database from a backup")]
    public static partial void EvidenceDamaged(ILogger logger, string alarm, string problem);

    [LoggerMessage(4012, LogLevel.Error, "Evidence of alarm {Alarm} cannot be sealed now; the hub tries again: {Problem}")]
    public static partial void EvidenceNotSealed(ILogger logger, string alarm, string problem);

    [LoggerMessage(4013, LogLevel.Information, "Evidence of alarm {Alarm} computed anew for {Author}: {Result}")]
    public static partial void EvidenceVerified(ILogger logger, string alarm, string author, string result);
}
