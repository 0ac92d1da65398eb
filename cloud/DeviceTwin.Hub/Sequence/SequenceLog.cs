namespace DeviceTwin.Hub.Sequence;

/// <summary>The log lines of message numbers: 4200 to 4249.</summary>
internal static partial class SequenceLog
{
    [LoggerMessage(4200, LogLevel.Warning, "Device {Device} numbers its messages in a way that this hub cannot read ({Problem}): they are kept, but repetitions are not noticed. Said once per device")]
    public static partial void Malformed(ILogger logger, string device, string problem);

    [LoggerMessage(4201, LogLevel.Debug, "Device {Device}, boot {Boot}: {Count} messages are missing before number {Number}")]
    public static partial void Missing(ILogger logger, string device, string boot, long count, long number);
}
