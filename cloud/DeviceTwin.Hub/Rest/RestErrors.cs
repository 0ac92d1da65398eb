namespace DeviceTwin.Hub.Rest;

/// <summary>Rows of the error catalogue that only the HTTP surface needs.</summary>
internal static class RestErrors
{
    public static readonly HubError BulkRegistryOperationFailure = new(400013, "BulkRegistryOperationFailure", 400);
    public static readonly HubError Forbidden = new(403001, "IotHubForbidden", 403);
    public static readonly HubError ResourceNotFound = new(404000, "ResourceNotFound", 404);
    public static readonly HubError MethodNotAllowed = new(405001, "MethodNotAllowed", 405);
    public static readonly HubError NotImplemented = new(501001, "NotImplemented", 501);
}
