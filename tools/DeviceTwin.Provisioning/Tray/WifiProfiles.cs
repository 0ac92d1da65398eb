using System.Text.Json;

namespace DeviceTwin.Provisioning.Tray;

/// <summary>A network that nodes join.</summary>
/// <param name="Network">Its name, 1 to 32 bytes of UTF-8.</param>
/// <param name="Password">8 to 64 characters; null for an open network.</param>
public sealed record WifiProfile(string Network, string? Password)
{
    /// <summary>Never with the password.</summary>
    public override string ToString() => Network;
}

/// <summary>
/// The networks that a plan may name: <c>{"NAME":{"network":"…","password":"…"}}</c> in a file that nobody else may read, and in the environment
/// <c>DTWIN_WIFI_NAME_NETWORK</c> and <c>DTWIN_WIFI_NAME_PASSWORD</c> (NAME in capitals, <c>_</c> for every other sign), which wins.
/// </summary>
public sealed class WifiProfiles
{
    private readonly Dictionary<string, WifiProfile> profiles;
    private readonly Func<string, string?> environment;

    private WifiProfiles(Dictionary<string, WifiProfile> profiles, Func<string, string?> environment)
    {
        this.profiles = profiles;
        this.environment = environment;
    }

    /// <summary>The names in the file.</summary>
    public IEnumerable<string> Names => profiles.Keys;

    /// <param name="path">Null or missing: the environment alone.</param>
    /// <param name="environment">Reads a variable.</param>
    /// <exception cref="IOException">The file cannot be read, others may read it, or it is not of its form.</exception>
    public static WifiProfiles Read(string? path, Func<string, string?> environment)
    {
        if (path is null || !File.Exists(path))
        {
            return new WifiProfiles([], environment);
        }

        try
        {
            var read = JsonSerializer.Deserialize<Dictionary<string, Entry>>(PrivateFile.Read(path), JsonSerializerOptions.Web) ?? [];
            var profiles = new Dictionary<string, WifiProfile>(StringComparer.OrdinalIgnoreCase);
            foreach (var (name, entry) in read)
            {
                profiles[name] = new WifiProfile(entry.Network ?? throw new IOException($"The profile \"{name}\" in '{path}' has no network."), entry.Password);
            }

            return new WifiProfiles(profiles, environment);
        }
        catch (JsonException)
        {
            // What the parser says of the text could hold a password.
            throw new IOException($"'{path}' is not of the form {{\"NAME\":{{\"network\":\"…\",\"password\":\"…\"}}}}.");
        }
    }

    /// <summary>A profile, or null.</summary>
    public WifiProfile? Find(string name)
    {
        var variable = "DTWIN_WIFI_" + new string([.. name.Select(sign => char.IsAsciiLetterOrDigit(sign) ? char.ToUpperInvariant(sign) : '_')]);
        var known = profiles.GetValueOrDefault(name);
        var network = environment(variable + "_NETWORK") ?? known?.Network;
        return network is null ? null : new WifiProfile(network, environment(variable + "_PASSWORD") ?? known?.Password);
    }

    /// <summary>What a plan names and nobody knows.</summary>
    public IEnumerable<PlanFault> Missing(IEnumerable<PlanRow> rows) => rows.Where(row => Find(row.WifiProfile) is null).Select(row => new PlanFault(
        row.LineNumber,
        "wifi",
        $"There is no Wi-Fi profile \"{row.WifiProfile}\".",
        profiles.Count == 0 ? "Write it into the file of --wifi: {\"" + row.WifiProfile + "\":{\"network\":\"…\",\"password\":\"…\"}}." : $"Write it into the file of --wifi, or one of {string.Join(", ", profiles.Keys)} into the plan."));

    private sealed record Entry(string? Network, string? Password);
}
