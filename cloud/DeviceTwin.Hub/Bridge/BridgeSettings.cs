using System.Security.Cryptography.X509Certificates;
using DeviceTwin.Hub.Provisioning;

namespace DeviceTwin.Hub.Bridge;

/// <summary>How a bridge proves to the other hub that it is a device.</summary>
/// <param name="DeviceId">The device's name there.</param>
internal abstract record BridgeCredential(string DeviceId)
{
    /// <param name="Base64">The device's key.</param>
    public sealed record Key(string DeviceId, string Base64) : BridgeCredential(DeviceId)
    {
        /// <summary>Without the key: whatever is written into a log.</summary>
        public override string ToString() => $"key of {DeviceId}";
    }

    /// <param name="Leaf">With its private key.</param>
    /// <param name="Text">What was read, to tell a new one from the old.</param>
    public sealed record Certificate(string DeviceId, X509Certificate2 Leaf, string Text) : BridgeCredential(DeviceId)
    {
        public bool Equals(Certificate? other) => other is not null && DeviceId == other.DeviceId && Text == other.Text;

        public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

        public override string ToString() => $"certificate of {DeviceId}";
    }
}

/// <summary>What <c>--bridge FILE</c> asks for.</summary>
internal sealed record BridgeSettings
{
    public const int StandardPort = 8883;
    public const int MostConnections = 10_000;

    /// <summary>The name of the other hub, which its certificate carries and its tokens name.</summary>
    public required string Host { get; init; }

    /// <summary>1 to 65535.</summary>
    public int Port { get; init; } = StandardPort;

    /// <summary>PEM of the only authorities that are trusted; null = those of the system.</summary>
    public string? Authorities { get; init; }

    public DesiredOwner Desired { get; init; }

    public bool Reported { get; init; } = true;

    public bool Telemetry { get; init; }

    public bool Methods { get; init; }

    /// <summary>Devices by name, with what opens each there.</summary>
    public IReadOnlyDictionary<string, BridgeCredential> Devices { get; init; } = new Dictionary<string, BridgeCredential>();

    /// <summary>Selects devices besides; needs <see cref="GroupKey"/>.</summary>
    public string? Query { get; init; }

    /// <summary>Base64; each device's own key is derived from it, as provisioning does.</summary>
    public string? GroupKey { get; init; }

    /// <summary>Devices that are mirrored at most, each over a connection of its own.</summary>
    public int Connections { get; init; } = 1000;

    /// <summary>Between two patches of one device; what changes meanwhile becomes one patch.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What opens a device there; null = nothing does.</summary>
    public BridgeCredential? CredentialOf(string deviceId) =>
        Devices.GetValueOrDefault(deviceId) ?? (GroupKey is { } key ? new BridgeCredential.Key(deviceId, ProvisioningKeys.Derive(key, deviceId)) : null);

    /// <summary>Whether all that is not about single devices is the same.</summary>
    public bool SameHub(BridgeSettings other) => this with { Devices = other.Devices, Query = other.Query, GroupKey = other.GroupKey, Connections = other.Connections } == other;

    /// <summary>What is mirrored, in the words of the file.</summary>
    public IEnumerable<string> Mirrored()
    {
        if (Reported)
        {
            yield return "reported";
        }

        if (Telemetry)
        {
            yield return "telemetry";
        }

        if (Methods)
        {
            yield return "methods";
        }
    }
}
