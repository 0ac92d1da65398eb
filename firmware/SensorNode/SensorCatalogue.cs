using System.Device.I2c;
using System.Device.Spi;
using DeviceTwin.SensorNode.Acquisition;
using DeviceTwin.SensorNode.Boards;
using nanoFramework.Device.OneWire;

namespace DeviceTwin.SensorNode;

/// <summary>The drivers of the sensors that a board can carry, by their names.</summary>
public static class SensorCatalogue
{
    /// <summary>The driver of an accelerometer, or null where the name is none of <see cref="SensorName"/>.</summary>
    public static IAccelerometer Accelerometer(string name, SpiDevice bus)
    {
        switch (name)
        {
            case SensorName.Iis3dwb:
                return new Iis3dwb(bus);
            case SensorName.Ism330dhcx:
                return new Ism330dhcx(bus);
            default:
                return null;
        }
    }

    /// <summary>The driver of a thermometer, or null where the name is none of <see cref="SensorName"/>.</summary>
    /// <param name="name">One of <see cref="SensorName"/>.</param>
    /// <param name="bus">The I2C device, where the board has one.</param>
    /// <param name="line">The 1-Wire line, where the board has one.</param>
    public static ITemperatureSensor Thermometer(string name, I2cDevice bus, OneWireHost line)
    {
        switch (name)
        {
            case SensorName.Mcp9808:
                return new Mcp9808Sensor(bus);
            case SensorName.Ds18b20:
                return new Ds18b20Sensor(line);
            default:
                return null;
        }
    }
}
