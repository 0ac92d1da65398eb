namespace DeviceTwin.Hub.Changes;

/// <summary>The log lines of changes: numbers 5000 to 5099.</summary>
internal static partial class ChangeLog
{
    [LoggerMessage(5000, LogLevel.Information, "Change {Change}: {Event}, now {State}, by {By}: {Why}")]
    public static partial void Step(ILogger logger, string change, string @event, string state, string by, string why);

    [LoggerMessage(5001, LogLevel.Warning, "Change {Change} waits for a person: {Why}")]
    public static partial void Undecided(ILogger logger, string change, string why);

    [LoggerMessage(5002, LogLevel.Error, "Change {Change} cannot go on: {Reason} It is tried again")]
    public static partial void Stuck(ILogger logger, string change, string reason);

    [LoggerMessage(5003, LogLevel.Error, "Stored change {Change} cannot be read and is left aside: {Reason}")]
    public static partial void Unreadable(ILogger logger, string change, string reason);

    [LoggerMessage(5004, LogLevel.Warning, "The replay of change {Change} ended without a report: {Reason}")]
    public static partial void ReplayFailed(ILogger logger, string change, string reason);

    [LoggerMessage(5005, LogLevel.Information, "Past their time: what was seen of the devices of {Changes} changes, and {Reports} reports of replays on which no change rests")]
    public static partial void Forgotten(ILogger logger, int changes, int reports);
}
