namespace DeviceTwin.Hub;

/// <summary>A refusal with Azure IoT Hub's code and name, and a message that says what to do next.</summary>
public sealed class HubException(HubError error, string message) : Exception(message)
{
    public HubError Error { get; } = error;
}

/// <summary>
/// One row of the error catalogue: Azure's six-digit code, its name and the HTTP status.
/// </summary>
public sealed record HubError(int Code, string Name, int HttpStatus)
{
    public static readonly HubError ArgumentInvalid = new(400004, "ArgumentInvalid", 400);
    public static readonly HubError IotHubFormatError = new(400006, "IotHubFormatError", 400);
    public static readonly HubError Unauthorized = new(401002, "IotHubUnauthorizedAccess", 401);
    public static readonly HubError QuotaExceeded = new(403002, "IotHubQuotaExceeded", 403);
    public static readonly HubError DeviceNotFound = new(404001, "DeviceNotFound", 404);
    public static readonly HubError ModuleNotFound = new(404010, "ModuleNotFound", 404);
    public static readonly HubError ConfigurationNotFound = new(404011, "ConfigurationNotFound", 404);
    public static readonly HubError DeviceAlreadyExists = new(409001, "DeviceAlreadyExists", 409);
    public static readonly HubError ModuleAlreadyExists = new(409301, "ModuleAlreadyExistsOnDevice", 409);
    public static readonly HubError ConfigurationAlreadyExists = new(409002, "ConfigurationAlreadyExists", 409);
    public static readonly HubError PreconditionFailed = new(412001, "PreconditionFailed", 412);
    public static readonly HubError RequestEntityTooLarge = new(413001, "RequestEntityTooLarge", 413);
    public static readonly HubError TooManyModules = new(413003, "TooManyModulesOnDevice", 413);
    public static readonly HubError Throttling = new(429001, "ThrottlingException", 429);
    public static readonly HubError ServerError = new(500001, "ServerError", 500);
    public static readonly HubError ServiceUnavailable = new(503001, "ServiceUnavailable", 503);
    public static readonly HubError OverrideNotFound = new(404561, "OverrideNotFound", 404);
    public static readonly HubError StageNotFound = new(404562, "StageNotFound", 404);
    public static readonly HubError ConfigurationInRollout = new(409560, "ConfigurationInRollout", 409);
    public static readonly HubError MeasuringPointNotFound = new(404560, "MeasuringPointNotFound", 404);
}
