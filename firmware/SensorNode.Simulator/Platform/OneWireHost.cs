#nullable enable

using DeviceTwin.SensorNode.Simulator.Board;

namespace nanoFramework.Device.OneWire;

/// <summary>
/// nanoFramework's 1-Wire host (nanoFramework.Device.OneWire), as far as the firmware's rooms use it. Here every bit goes to a
/// simulated peripheral. Obtained from <see cref="SimulatedBus"/>.
/// </summary>
public class OneWireHost
{
    private readonly IOneWirePeripheral _peripheral;

    internal OneWireHost(IOneWirePeripheral peripheral)
    {
        _peripheral = peripheral;
    }

    /// <summary>Resets the line.</summary>
    /// <returns>Whether somebody answered with a presence pulse; also where the line is shorted to ground, which looks the same to the UART.</returns>
    public bool TouchReset() => _peripheral.Reset();

    /// <summary>Writes a byte, low bit first.</summary>
    /// <returns>The byte as the line had it.</returns>
    public byte WriteByte(byte value) => Touch(value);

    /// <summary>Reads a byte, low bit first.</summary>
    public byte ReadByte() => Touch(0xFF);

    private byte Touch(byte value)
    {
        int line = 0;
        for (int bit = 0; bit < 8; bit++)
        {
            line |= _peripheral.Touch((value & (1 << bit)) != 0) ? 1 << bit : 0;
        }

        return (byte)line;
    }
}
