#nullable enable

using System.Device.I2c;
using System.Device.Spi;
using nanoFramework.Device.OneWire;

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>Makes the bus objects that drivers receive, wired to simulated chips.</summary>
public static class SimulatedBus
{
    /// <summary>An SPI device that talks to this chip.</summary>
    public static SpiDevice Spi(ISpiPeripheral peripheral) => new(peripheral);

    /// <summary>An I2C device that talks to this chip.</summary>
    public static I2cDevice I2c(II2cPeripheral peripheral) => new(peripheral);

    /// <summary>A 1-Wire line that ends at this chip.</summary>
    public static OneWireHost OneWire(IOneWirePeripheral peripheral) => new(peripheral);
}
