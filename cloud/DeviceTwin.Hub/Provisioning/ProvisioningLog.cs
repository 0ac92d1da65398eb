namespace DeviceTwin.Hub.Provisioning;

/// <summary>The log lines of provisioning and certificates: numbers 4800 to 4999, which never change their meaning.</summary>
internal static partial class ProvisioningLog
{
    [LoggerMessage(4800, LogLevel.Information, "Provisioning is ready: id scope {IdScope}, {Individual} individual enrolments, {Groups} groups, {Registrations} registrations")]
    public static partial void Ready(this ILogger logger, string idScope, int individual, int groups, int registrations);

    [LoggerMessage(4801, LogLevel.Information, "{RegistrationId} came to register from {Remote} as {ConnectionId} (enrolment {Enrollment}, {Client})")]
    public static partial void Came(this ILogger logger, string registrationId, string? remote, string connectionId, string enrollment, string? client);

    [LoggerMessage(4802, LogLevel.Information, "{RegistrationId} is assigned as device {DeviceId} ({Substatus}, enrolment {Enrollment})")]
    public static partial void Assigned(this ILogger logger, string registrationId, string deviceId, string substatus, string enrollment);

    [LoggerMessage(4803, LogLevel.Warning, "Registration of {RegistrationId} refused with {Code} {Name}: {Message}")]
    public static partial void Refused(this ILogger logger, string registrationId, int code, string name, string message);

    [LoggerMessage(4804, LogLevel.Error, "Registration of {RegistrationId} failed; the device is told to wait")]
    public static partial void Failed(this ILogger logger, Exception error, string registrationId);

    [LoggerMessage(4805, LogLevel.Information, "{RegistrationId} left ({ConnectionId}): {Reason}")]
    public static partial void Left(this ILogger logger, string registrationId, string connectionId, string reason);

    [LoggerMessage(4806, LogLevel.Warning, "Registration of {RegistrationId} refused: its enrolment {Enrollment} is disabled")]
    public static partial void Disabled(this ILogger logger, string registrationId, string enrollment);

    [LoggerMessage(4850, LogLevel.Warning, "{What} expires in {Days} days, on {NotAfter:u}: {Advice}")]
    public static partial void Expires(this ILogger logger, string what, int days, DateTimeOffset notAfter, string advice);

    [LoggerMessage(4851, LogLevel.Error, "{What} expired on {NotAfter:u}: {Advice}")]
    public static partial void Expired(this ILogger logger, string what, DateTimeOffset notAfter, string advice);

    [LoggerMessage(4852, LogLevel.Error, "The hub's certificates could not be looked at; tomorrow they are again")]
    public static partial void WatchFailed(this ILogger logger, Exception error);
}
