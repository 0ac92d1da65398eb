namespace DeviceTwin.Hub.Access;

/// <summary>The log lines of access and operation: numbers 4600 to 4799.</summary>
internal static partial class AccessLog
{
    [LoggerMessage(4600, LogLevel.Information, "{User} signed in from {Address}")]
    public static partial void SignedIn(this ILogger logger, string user, string address);

    [LoggerMessage(4601, LogLevel.Warning, "A sign-in from {Address} failed (user {User})")]
    public static partial void SignInFailed(this ILogger logger, string address, string user);

    [LoggerMessage(4602, LogLevel.Warning, "Sign-ins from {Address} have to wait {Seconds} s: too many attempts")]
    public static partial void SignInThrottled(this ILogger logger, string address, int seconds);

    [LoggerMessage(4603, LogLevel.Information, "{Author}: {Action} {Subject}")]
    public static partial void AccessChanged(this ILogger logger, string author, string action, string subject);

    [LoggerMessage(4604, LogLevel.Warning, "Refused {Method} {Path} to {Author}: it needs {Need}")]
    public static partial void NotAllowed(this ILogger logger, string method, string path, string author, string need);

    [LoggerMessage(4605, LogLevel.Information, "Service policies made: {Names}")]
    public static partial void PoliciesMade(this ILogger logger, string names);

    [LoggerMessage(4606, LogLevel.Warning, "Everybody on this machine is admin although there are users (--local-admin)")]
    public static partial void LocalAdmin(this ILogger logger);

    [LoggerMessage(4610, LogLevel.Information, "Audit rows {First} to {Last} archived to {File} by {Author}")]
    public static partial void AuditArchived(this ILogger logger, long first, long last, string file, string author);

    [LoggerMessage(4620, LogLevel.Information, "Draining for {Seconds} s: no new connections are taken in")]
    public static partial void Draining(this ILogger logger, double seconds);

    [LoggerMessage(4621, LogLevel.Warning, "Not ready: {Reasons}")]
    public static partial void NotReady(this ILogger logger, string reasons);

    [LoggerMessage(4622, LogLevel.Information, "Ready")]
    public static partial void Ready(this ILogger logger);
}
