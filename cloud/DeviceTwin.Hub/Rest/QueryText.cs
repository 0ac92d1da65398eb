using System.Text;
using System.Text.RegularExpressions;

namespace DeviceTwin.Hub.Rest;

/// <summary>The outer part of a query; the condition itself is the fleet's.</summary>
internal static partial class QueryText
{
    /// <summary>The text after WHERE, or <c>*</c> where there is none.</summary>
    /// <exception cref="HubException">The query is not of the form that is offered.</exception>
    public static string Condition(string query)
    {
        var match = Form().Match(query);
        if (!match.Success)
        {
            throw new HubException(HubError.ArgumentInvalid, "The query must read: SELECT * FROM devices [WHERE condition].");
        }

        var condition = match.Groups["where"];
        return !condition.Success ? "*"
            : condition.Value.Trim().Length > 0 ? condition.Value
            : throw new HubException(HubError.ArgumentInvalid, "WHERE stands without a condition. Leave it out to select every device.");
    }

    /// <summary>The device id to continue after; null at the first page.</summary>
    /// <exception cref="HubException">Not a token that this hub gave out.</exception>
    public static string? ReadContinuation(string token)
    {
        if (token.Length == 0)
        {
            return null;
        }

        var bytes = new byte[token.Length];
        return Convert.TryFromBase64String(token, bytes, out var length)
            ? Encoding.UTF8.GetString(bytes, 0, length)
            : throw new HubException(HubError.ArgumentInvalid, "x-ms-continuation is not a token that this hub gave out.");
    }

    /// <summary>The token for the page after this device: stable while devices come and go.</summary>
    public static string WriteContinuation(string deviceId) => Convert.ToBase64String(Encoding.UTF8.GetBytes(deviceId));

    [GeneratedRegex(@"^\s*SELECT\s+\*\s+FROM\s+devices(?:\s+WHERE(?<where>[\s(].*|))?\s*$", RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();
}
