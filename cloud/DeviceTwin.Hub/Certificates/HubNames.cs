using System.Net;

namespace DeviceTwin.Hub.Certificates;

/// <summary>
/// The names under which this hub is reached: what its certificate says, and what the first part of a user name or of a token's
/// scope may be. Loopback and the machine's own name always belong to it.
/// </summary>
public sealed class HubNames
{
    private readonly HashSet<string> names;

    /// <param name="configured">Further DNS names and addresses, without port.</param>
    public HubNames(IEnumerable<string> configured)
    {
        names = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "localhost", "127.0.0.1", "::1", Dns.GetHostName() };
        foreach (string name in configured)
        {
            names.Add(name);
        }
    }

    /// <summary>In a stable order.</summary>
    public IReadOnlyList<string> All => [.. names.Order(StringComparer.OrdinalIgnoreCase)];

    /// <summary>Whether a host, with or without <c>:port</c>, is this hub. Clients on another port than 8883 write the port too.</summary>
    public bool Contains(string host)
    {
        if (names.Contains(host))
        {
            return true;
        }

        int colon = host.LastIndexOf(':');
        return colon > 0
            && host.AsSpan(colon + 1) is { Length: > 0 and <= 5 } port
            && port.IndexOfAnyExceptInRange('0', '9') < 0
            && names.Contains(host[..colon].Trim('[', ']'));
    }
}
