namespace DeviceTwin.Hub.Provisioning;

/// <summary>
/// The user name of CONNECT towards provisioning: <c>{idScope}/registrations/{registrationId}/api-version=…&amp;ClientVersion=…</c>.
/// </summary>
/// <param name="Client">Which library speaks, in its own words; null where it does not say.</param>
internal sealed record RegistrationUserName(string IdScope, string RegistrationId, string? Client)
{
    private const string Collection = "/registrations/";

    /// <summary>Azure's Node client takes a port in the name of its hub; the others fail on it.</summary>
    public bool TakesPort => Client?.StartsWith("azure-iot-provisioning-device/", StringComparison.Ordinal) == true;

    /// <returns>Null where the client means the hub. A device called <c>registrations</c> does.</returns>
    public static RegistrationUserName? Parse(string text, string clientId)
    {
        int slash = text.IndexOf('/');
        if (slash <= 0 || clientId.Length == 0 || !text.AsSpan(slash).StartsWith(Collection, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        string rest = text[(slash + Collection.Length)..];
        if (!rest.StartsWith(clientId, StringComparison.Ordinal) || (rest.Length > clientId.Length && rest[clientId.Length] != '/'))
        {
            return null;
        }

        string? client = null;
        foreach (string parameter in rest[clientId.Length..].TrimStart('/').TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            if (parameter.StartsWith("ClientVersion=", StringComparison.Ordinal) || parameter.StartsWith("DeviceClientType=", StringComparison.Ordinal))
            {
                client = Uri.UnescapeDataString(parameter[(parameter.IndexOf('=') + 1)..]);
            }
        }

        return new RegistrationUserName(text[..slash], clientId, client);
    }
}
