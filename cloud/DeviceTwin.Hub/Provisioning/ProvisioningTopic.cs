namespace DeviceTwin.Hub.Provisioning;

internal enum ProvisioningRequest
{
    None,
    Register,
    Status,
}

/// <summary>A request of a device that registers itself.</summary>
/// <param name="RequestId">As sent: it goes back byte for byte.</param>
internal readonly record struct ProvisioningTopic(ProvisioningRequest Request, string RequestId, string? OperationId)
{
    /// <summary>What a device subscribes to.</summary>
    public const string Responses = "$dps/registrations/res/#";

    private const string RegisterPrefix = "$dps/registrations/PUT/iotdps-register/?";
    private const string StatusPrefix = "$dps/registrations/GET/iotdps-get-operationstatus/?";
    private const int LongestRequestId = 256;

    /// <summary>Request <see cref="ProvisioningRequest.None"/> where it cannot be answered.</summary>
    public static ProvisioningTopic Parse(string topic)
    {
        ProvisioningRequest request =
            topic.StartsWith(RegisterPrefix, StringComparison.OrdinalIgnoreCase) ? ProvisioningRequest.Register
            : topic.StartsWith(StatusPrefix, StringComparison.OrdinalIgnoreCase) ? ProvisioningRequest.Status
            : ProvisioningRequest.None;
        if (request == ProvisioningRequest.None)
        {
            return default;
        }

        string? requestId = null;
        string? operationId = null;
        foreach (string parameter in topic[(topic.IndexOf('?') + 1)..].Split('&'))
        {
            if (parameter.StartsWith("$rid=", StringComparison.Ordinal))
            {
                requestId = parameter["$rid=".Length..];
            }
            else if (parameter.StartsWith("operationId=", StringComparison.OrdinalIgnoreCase))
            {
                operationId = parameter["operationId=".Length..];
            }
        }

        return requestId is { Length: > 0 and <= LongestRequestId } ? new ProvisioningTopic(request, requestId, operationId) : default;
    }
}
