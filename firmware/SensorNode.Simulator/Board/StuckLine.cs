#nullable enable

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>A data line that does not move.</summary>
public enum StuckLine
{
    /// <summary>It moves.</summary>
    None,

    /// <summary>Shorted to ground.</summary>
    Low,

    /// <summary>Shorted to the supply, or nobody drives it and a resistor pulls it up.</summary>
    High,
}
