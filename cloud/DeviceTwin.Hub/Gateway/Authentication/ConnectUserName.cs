using System.Text.RegularExpressions;

namespace DeviceTwin.Hub.Gateway.Authentication;

/// <summary>
/// The user name of CONNECT: <c>{host}/{clientId}/?api-version=…&amp;model-id=…&amp;DeviceClientType=…</c>, parameters in any order, with
/// or without the question mark.
/// </summary>
/// <param name="ModelId">Null where the client names no model.</param>
/// <param name="ClientType">Which library speaks, in its own words; null where it does not say.</param>
public sealed partial record ConnectUserName(string Host, string? ModelId, string? ClientType)
{
    /// <summary>Azure's first api-version; nothing older has ever been written by a client.</summary>
    private const string OldestApiVersion = "2016-11-14";

    /// <summary>nanoFramework's client cannot tell most status codes apart and loses a PUBACK that comes too fast.</summary>
    public bool IsNano => ClientType?.StartsWith("nano;", StringComparison.Ordinal) == true;

    /// <param name="wrongClient">The text is a user name, but of another client identifier.</param>
    /// <returns>Null where the text does not fit.</returns>
    public static ConnectUserName? Parse(string text, string clientId, out bool wrongClient)
    {
        wrongClient = false;
        int slash = text.IndexOf('/');
        if (slash <= 0)
        {
            return null;
        }

        // A device identifier may contain '?' and '&': only the known identifier says where it ends.
        string rest = text[(slash + 1)..];
        if (!rest.StartsWith(clientId, StringComparison.Ordinal) || (rest.Length > clientId.Length && rest[clientId.Length] != '/'))
        {
            wrongClient = true;
            return null;
        }

        string parameters = rest.Length > clientId.Length ? rest[(clientId.Length + 1)..] : "";

        // More of a path before the parameters: a module's user name with its device's identifier.
        int path = parameters.IndexOf('/');
        if (path >= 0 && (parameters.IndexOfAny('?', '=') is var begin && (begin < 0 || path < begin)))
        {
            wrongClient = true;
            return null;
        }

        string? modelId = null;
        string? clientType = null;
        foreach (string parameter in parameters.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = parameter.IndexOf('=');
            if (equals < 0)
            {
                return null;
            }

            // Node writes the ';' of a model id as it is: '&' alone separates.
            string value = Uri.UnescapeDataString(parameter[(equals + 1)..]);
            switch (parameter[..equals])
            {
                case "api-version":
                    if (!ApiVersion().IsMatch(value) || string.CompareOrdinal(value, OldestApiVersion) < 0)
                    {
                        return null;
                    }

                    break;
                case "model-id":
                    modelId = value.Length == 0 ? null : value;
                    break;
                case "DeviceClientType":
                    clientType = value;
                    break;
            }
        }

        return new ConnectUserName(text[..slash], modelId, clientType);
    }

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}(-[a-z]+)?\z")]
    private static partial Regex ApiVersion();
}
