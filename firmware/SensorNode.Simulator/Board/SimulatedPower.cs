#nullable enable

using DeviceTwin.SensorNode.Boards;

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>Counts restarts instead of restarting; the owner of the board looks and builds a new node.</summary>
public sealed class SimulatedPower : IPower
{
    private string _cause = "powerOn";

    /// <summary>How often the firmware asked for a restart.</summary>
    public int Restarts { get; private set; }

    /// <summary>What the managed heap is said to have left, in bytes.</summary>
    public int FreeMemory { get; set; } = 100_000;

    /// <summary>What the board says about its next start; a restart by the firmware overwrites it.</summary>
    public string Cause
    {
        get => _cause;
        set => _cause = value;
    }

    /// <inheritdoc/>
    public string LastResetCause() => _cause;

    /// <inheritdoc/>
    public int FreeMemoryBytes() => FreeMemory;

    /// <inheritdoc/>
    public void Restart()
    {
        Restarts++;
        _cause = "software";
    }
}
