namespace DeviceTwin.Hub.Gateway.Messaging;

/// <summary>The system properties of messages, as they are called in a property bag.</summary>
internal static class SystemProperties
{
    public const string MessageId = "$.mid";
    public const string CorrelationId = "$.cid";
    public const string UserId = "$.uid";
    public const string To = "$.to";
    public const string ExpiresAt = "$.exp";
    public const string ContentType = "$.ct";
    public const string ContentEncoding = "$.ce";
}
