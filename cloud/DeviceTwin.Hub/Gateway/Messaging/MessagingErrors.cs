namespace DeviceTwin.Hub.Gateway.Messaging;

/// <summary>The refusals of messaging.</summary>
internal static class MessagingErrors
{
    public static readonly HubError QueueFull = new(403004, "DeviceMaximumQueueDepthExceeded", 403);
    public static readonly HubError DeviceNotOnline = new(404103, "DeviceNotOnline", 404);
    public static readonly HubError LockLost = new(412002, "DeviceMessageLockLost", 412);
    public static readonly HubError BadDeviceResponse = new(502500, "BadDeviceResponse", 502);
    public static readonly HubError GatewayTimeout = new(504101, "GatewayTimeout", 504);
}
