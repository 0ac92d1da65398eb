#nullable enable

using DeviceTwin.SensorNode.Simulator.Board;

namespace System.Device.Spi;

/// <summary>
/// nanoFramework's SPI device (System.Device.Spi), as far as the firmware's rooms use it: they receive one and transfer.
/// Here every transfer goes to a simulated peripheral. Obtained from <see cref="SimulatedBus"/>.
/// </summary>
public class SpiDevice
{
    private readonly ISpiPeripheral _peripheral;

    internal SpiDevice(ISpiPeripheral peripheral)
    {
        _peripheral = peripheral;
    }

    /// <summary>Selects the peripheral, sends and receives as many bytes as the longer buffer holds, releases it.</summary>
    /// <exception cref="InvalidOperationException">The simulated bus is broken.</exception>
    public void TransferFullDuplex(SpanByte writeBuffer, SpanByte readBuffer) =>
        _peripheral.Transfer(writeBuffer.AsSpan(), readBuffer.AsSpan());
}
