#nullable enable

using DeviceTwin.SensorNode.Boards;

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>A lamp that remembers whether it is on, and how often it was switched.</summary>
public sealed class SimulatedIndicator : IIndicator
{
    public bool IsOn { get; private set; }

    /// <summary>How often it was switched.</summary>
    public int Switched { get; private set; }

    /// <inheritdoc/>
    public void Show(bool isOn)
    {
        Switched++;
        IsOn = isOn;
    }
}
