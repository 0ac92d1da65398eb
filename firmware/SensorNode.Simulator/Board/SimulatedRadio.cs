#nullable enable

using DeviceTwin.SensorNode.Boards;

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>A network that is there as soon as it is joined, unless a test takes it away.</summary>
public sealed class SimulatedRadio : IRadio
{
    private bool _joined;

    /// <summary>Whether the access point is there.</summary>
    public bool InReach { get; set; } = true;

    /// <summary>The name of the only network that lets it in; any where null.</summary>
    public string? Name { get; set; }

    /// <summary>What the access point asks for; anything will do where null.</summary>
    public string? Password { get; set; }

    /// <summary>The network that was joined last, or null.</summary>
    public string? Network { get; private set; }

    /// <inheritdoc/>
    public void Join(string network, string password)
    {
        Network = network;
        _joined = (Name == null || Name == network) && (Password == null || Password == password);
    }

    /// <summary>Whether the network's DHCP server gives addresses.</summary>
    public bool HasAddresses { get; set; } = true;

    /// <inheritdoc/>
    public bool IsUp() => _joined && InReach && HasAddresses;

    /// <inheritdoc/>
    public int Fault() => Network == null || IsUp() ? LinkFault.None
        : !InReach || (Name != null && Name != Network) ? LinkFault.NetworkNotFound
        : !_joined ? LinkFault.NetworkRefused
        : LinkFault.NoAddress;

    /// <summary>What a scan finds; null: the scan never ends.</summary>
    public RadioNetwork[]? Networks { get; set; } =
    [
        new RadioNetwork { Name = "guest", SignalDbm = -80 },
        new RadioNetwork { Name = "plant", SignalDbm = -55 },
    ];

    /// <summary>Scans begun.</summary>
    public int Scans { get; private set; }

    /// <inheritdoc/>
    public void StartScan() => Scans++;

    /// <inheritdoc/>
    public RadioNetwork[]? Found() => (RadioNetwork[]?)Networks?.Clone();

    /// <inheritdoc/>
    public int SignalDbm() => IsUp() ? -55 : 0;
}
