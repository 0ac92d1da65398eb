namespace DeviceTwin.Hub.Jobs;

/// <summary>The log lines of jobs: numbers 4700 to 4749.</summary>
internal static partial class JobLog
{
    [LoggerMessage(4700, LogLevel.Information, "Job {Job} ({Type}) created by {Author}")]
    public static partial void Created(ILogger logger, string job, string type, string author);

    [LoggerMessage(4701, LogLevel.Information, "Job {Job} begins on {Devices} devices")]
    public static partial void Begun(ILogger logger, string job, int devices);

    [LoggerMessage(4702, LogLevel.Information, "Job {Job} is {Status}: {Completed} devices done, {Failed} failed, {Canceled} left out")]
    public static partial void Ended(ILogger logger, string job, string status, int completed, int failed, int canceled);

    [LoggerMessage(4703, LogLevel.Warning, "Job {Job} cannot begin: {Reason}")]
    public static partial void Refused(ILogger logger, string job, string reason);

    [LoggerMessage(4704, LogLevel.Information, "Job {Job} cancelled by {Author}")]
    public static partial void Cancelled(ILogger logger, string job, string author);

    [LoggerMessage(4705, LogLevel.Information, "Job {Job} goes on after a start of the hub: {Open} devices are left, of {Unheard} nobody knows what the method did")]
    public static partial void Resumed(ILogger logger, string job, int open, int unheard);

    [LoggerMessage(4706, LogLevel.Error, "Job {Job} cannot go on: {Reason} It is tried again")]
    public static partial void Stuck(ILogger logger, string job, string reason);

    [LoggerMessage(4707, LogLevel.Error, "Job {Job} failed on device {DeviceId}")]
    public static partial void DeviceFailed(ILogger logger, Exception problem, string job, string deviceId);

    [LoggerMessage(4708, LogLevel.Information, "Past their time: {Jobs} jobs that have ended")]
    public static partial void Forgotten(ILogger logger, int jobs);
}
