namespace DeviceTwin.Hub.History;

/// <summary>The log lines of the history: 4250 to 4399.</summary>
internal static partial class HistoryLog
{
    [LoggerMessage(4250, LogLevel.Debug, "History of {Device}: {Messages} messages of kind {Kind} are now a block of {Bytes} bytes")]
    public static partial void Compacted(ILogger logger, string device, int messages, string kind, int bytes);

    [LoggerMessage(4251, LogLevel.Warning, "History of {Device}: {Messages} messages of kind {Kind} are no JSON objects and end with the hot tail. Give such messages another kind")]
    public static partial void Unreadable(ILogger logger, string device, int messages, string kind);

    [LoggerMessage(4252, LogLevel.Error, "History cannot go on for now: {Problem} It is tried again; messages stay as they came until then")]
    public static partial void Failed(ILogger logger, string problem);

    [LoggerMessage(4256, LogLevel.Error, "History of {Device} is damaged ({Problem}): its messages stay as they came until a backup is restored or the device is deleted")]
    public static partial void Damaged(ILogger logger, string device, string problem);

    [LoggerMessage(4253, LogLevel.Information, "History: {Blocks} blocks and {Rollups} blocks of roll-ups are past their time and were removed")]
    public static partial void Expired(ILogger logger, int blocks, int rollups);

    [LoggerMessage(4254, LogLevel.Warning, "History has {Bytes} bytes, more than the {Limit} of --history-bytes: the {Blocks} oldest blocks, up to {Until:u}, were removed. Hours and days of them stay; to keep more, raise the limit")]
    public static partial void OverLimit(ILogger logger, long bytes, long limit, int blocks, DateTimeOffset until);

    [LoggerMessage(4255, LogLevel.Warning, "The clock may be wrong (now {Now:u}, {Doubt}): nothing is removed from the history by age until it has run steadily for a day")]
    public static partial void ClockInDoubt(ILogger logger, DateTimeOffset now, string doubt);
}
