#nullable enable

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>What hangs on a simulated 1-Wire line.</summary>
public interface IOneWirePeripheral
{
    /// <summary>The host resets the line.</summary>
    /// <returns>Whether the line is pulled down where a presence pulse would be.</returns>
    bool Reset();

    /// <summary>One time slot.</summary>
    /// <param name="high">What the host does: true writes 1 or reads, false writes 0.</param>
    /// <returns>The line as the host samples it: low where anybody pulls it down.</returns>
    bool Touch(bool high);
}
