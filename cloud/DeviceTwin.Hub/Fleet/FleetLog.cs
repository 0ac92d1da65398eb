using Microsoft.Extensions.Logging;

namespace DeviceTwin.Hub.Fleet;

/// <summary>The log lines of the fleet: numbers 2000 to 2999.</summary>
internal static partial class FleetLog
{
    [LoggerMessage(2000, LogLevel.Information, "Fleet loaded: {Devices} devices, {Configurations} configurations")]
    public static partial void Loaded(ILogger logger, int devices, int configurations);

    [LoggerMessage(2001, LogLevel.Error, "Stored configuration {Configuration} is not usable and is left aside: {Reason}")]
    public static partial void ConfigurationUnusable(ILogger logger, string configuration, string reason);

    [LoggerMessage(2010, LogLevel.Information, "Device {Device} registered by {Author}")]
    public static partial void Registered(ILogger logger, string device, string author);

    [LoggerMessage(2011, LogLevel.Information, "Device {Device} updated by {Author}")]
    public static partial void Updated(ILogger logger, string device, string author);

    [LoggerMessage(2012, LogLevel.Information, "Device {Device} deleted by {Author}")]
    public static partial void Deleted(ILogger logger, string device, string author);

    [LoggerMessage(2020, LogLevel.Information, "Device {Device} connected")]
    public static partial void Connected(ILogger logger, string device);

    [LoggerMessage(2021, LogLevel.Information, "Device {Device} disconnected")]
    public static partial void Disconnected(ILogger logger, string device);

    [LoggerMessage(2030, LogLevel.Information, "Device {Device}: desired version {Version} by {Author}")]
    public static partial void DesiredChanged(ILogger logger, string device, long version, string author);

    [LoggerMessage(2031, LogLevel.Information, "Device {Device} owes an answer to desired version {Version}: the document goes out again, attempt {Attempt}")]
    public static partial void DesiredResent(ILogger logger, string device, long version, int attempt);

    [LoggerMessage(2040, LogLevel.Information, "Configuration {Configuration} written by {Author}")]
    public static partial void ConfigurationWritten(ILogger logger, string configuration, string author);

    [LoggerMessage(2041, LogLevel.Information, "Configuration {Configuration} deleted by {Author}")]
    public static partial void ConfigurationDeleted(ILogger logger, string configuration, string author);

    [LoggerMessage(2042, LogLevel.Warning, "Device {Device} cannot take its configurations: {Reason}")]
    public static partial void ConfigurationNotApplied(ILogger logger, string device, string reason);

    [LoggerMessage(2043, LogLevel.Information, "Device {Device}: the override of {Path} by {Owner} has expired")]
    public static partial void OverrideExpired(ILogger logger, string device, string path, string owner);

    [LoggerMessage(2090, LogLevel.Error, "Commit failed [{Code}]: {Reason} Changes that were not acknowledged are dropped")]
    public static partial void CommitFailed(ILogger logger, int code, string reason);

    [LoggerMessage(2091, LogLevel.Error, "A subscriber of fleet events failed")]
    public static partial void SubscriberFailed(ILogger logger, Exception exception);
}
