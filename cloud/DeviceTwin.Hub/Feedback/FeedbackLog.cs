namespace DeviceTwin.Hub.Feedback;

/// <summary>The log lines of what becomes of messages for devices: 4630 to 4649.</summary>
internal static partial class FeedbackLog
{
    [LoggerMessage(4630, LogLevel.Warning, "Feedback: the {Count} oldest records were given up, for {Most} are the most that are kept. Take them sooner: GET /messages/serviceBound/feedback")]
    public static partial void GivenUp(ILogger logger, int count, int most);

    [LoggerMessage(4631, LogLevel.Information, "Feedback: a batch of {Count} records was not completed within {Seconds} s and is given out again")]
    public static partial void LockEnded(ILogger logger, int count, double seconds);
}
