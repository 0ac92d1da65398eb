#nullable enable

using DeviceTwin.SensorNode.Boards;

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>Counts restarts instead of restarting; the owner of the board looks and builds a new node.</summary>
public sealed class SimulatedPower : IPower
{
    private string _cause = "powerOn";

    /// <summary>How often the firmware asked for a restart.</summary>
    public int Restarts { get; private set; }

    /// <inheritdoc/>
    public string LastResetCause() => _cause;

    /// <inheritdoc/>
    public void Restart()
    {
        Restarts++;
        _cause = "software";
    }
}
