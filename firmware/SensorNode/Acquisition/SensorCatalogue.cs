using System.Device.I2c;
using System.Device.Spi;
using nanoFramework.Device.OneWire;

namespace DeviceTwin.SensorNode.Acquisition;

/// <summary>The sensors that this firmware can drive, by the words of board files.</summary>
public static class SensorCatalogue
{
    /// <summary>The driver of an accelerometer, or null where the word is none of the catalogue.</summary>
    public static IAccelerometer Accelerometer(string word, SpiDevice bus)
    {
        switch (word)
        {
            case Iis3dwb.TypeWord:
                return new Iis3dwb(bus);
            case Ism330dhcx.TypeWord:
                return new Ism330dhcx(bus);
            default:
                return null;
        }
    }

    /// <summary>The driver of a thermometer, or null where the word is none of the catalogue.</summary>
    /// <param name="word">The board's word.</param>
    /// <param name="bus">The I2C device, where the board has one.</param>
    /// <param name="line">The 1-Wire line, where the board has one.</param>
    public static ITemperatureSensor Thermometer(string word, I2cDevice bus, OneWireHost line)
    {
        switch (word)
        {
            case Mcp9808Sensor.TypeWord:
                return new Mcp9808Sensor(bus);
            case Ds18b20Sensor.TypeWord:
                return new Ds18b20Sensor(line);
            default:
                return null;
        }
    }
}
