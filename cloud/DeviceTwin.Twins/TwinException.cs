namespace DeviceTwin.Twins;

/// <summary>A refused change of a twin or configuration: Azure's six-digit code, its name, and a message that says what to do.</summary>
public class TwinException(TwinError error, string message) : Exception(message)
{
    public TwinError Error { get; } = error;
}

/// <summary>The reasons for which the pure rules refuse a change, numbered as Azure IoT Hub numbers them.</summary>
/// <param name="Code">Six digits; the first three are the HTTP status.</param>
/// <param name="Name">Azure's name for the code.</param>
public sealed record TwinError(int Code, string Name)
{
    /// <summary>A value, key, path or condition that breaks a rule.</summary>
    public static readonly TwinError ArgumentInvalid = new(400004, "ArgumentInvalid");

    /// <summary>The JSON does not have the shape of a twin.</summary>
    public static readonly TwinError Format = new(400006, "IotHubFormatError");

    /// <summary>The version or ETag that the writer insists on is not the current one.</summary>
    public static readonly TwinError PreconditionFailed = new(412001, "PreconditionFailed");

    /// <summary>The change would make a section larger than it may be.</summary>
    public static readonly TwinError TooLarge = new(413001, "RequestEntityTooLarge");

    /// <summary>The HTTP status that goes with the code.</summary>
    public int HttpStatus => Code / 1000;
}
