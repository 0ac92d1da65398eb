using System;
using System.Device.Gpio;
using System.Device.I2c;
using System.Device.Spi;
using nanoFramework.Device.OneWire;
using nanoFramework.Hardware.Esp32;

namespace DeviceTwin.SensorNode.Boards.Esp32;

/// <summary>Makes the buses of a board: the one place that calls nanoFramework's static factories.</summary>
public static class Esp32Board
{
    /// <summary>The accelerometer's SPI device.</summary>
    public static SpiDevice OpenAccelerometer(BoardDescription board)
    {
        Configuration.SetPinFunction(board.SpiMosi, DeviceFunction.SPI1_MOSI);
        Configuration.SetPinFunction(board.SpiMiso, DeviceFunction.SPI1_MISO);
        Configuration.SetPinFunction(board.SpiClock, DeviceFunction.SPI1_CLOCK);
        var settings = new SpiConnectionSettings(board.SpiBus, board.SpiSelect);
        settings.ClockFrequency = board.SpiHertz;
        settings.Mode = SpiMode.Mode3;
        settings.DataBitLength = 8;
        settings.Configuration = SpiBusConfiguration.FullDuplex;
        return SpiDevice.Create(settings);
    }

    /// <summary>The temperature sensor's I2C device, or null where the board has it on 1-Wire.</summary>
    public static I2cDevice OpenTemperatureBus(BoardDescription board)
    {
        if (board.I2cBus == BoardDescription.None)
        {
            return null;
        }

        Configuration.SetPinFunction(board.I2cData, DeviceFunction.I2C1_DATA);
        Configuration.SetPinFunction(board.I2cClock, DeviceFunction.I2C1_CLOCK);
        return I2cDevice.Create(new I2cConnectionSettings(board.I2cBus, board.I2cAddress, I2cBusSpeed.FastMode));
    }

    /// <summary>The temperature sensor's 1-Wire line, or null where the board has it on I2C. The binding drives COM3.</summary>
    public static OneWireHost OpenTemperatureLine(BoardDescription board)
    {
        if (board.OneWireUart == BoardDescription.None)
        {
            return null;
        }

        Configuration.SetPinFunction(board.OneWireTransmit, DeviceFunction.COM3_TX);
        Configuration.SetPinFunction(board.OneWireReceive, DeviceFunction.COM3_RX);
        return new OneWireHost();
    }

    /// <summary>The board's lamp, or null where it has none or its pin cannot be opened.</summary>
    public static IIndicator OpenLamp(BoardDescription board)
    {
        if (board.StatusLed == BoardDescription.None)
        {
            return null;
        }

        try
        {
            return new Esp32Indicator(board.StatusLed);
        }
        catch (Exception)
        {
            return null;
        }
    }

    /// <summary>Whether somebody holds the board's button now; false where it has none.</summary>
    public static bool IsButtonPressed(BoardDescription board)
    {
        if (board.Button == BoardDescription.None)
        {
            return false;
        }

        try
        {
            // A pull-up stands on the board; the pin's own does no harm where it has one.
            return new GpioController().OpenPin(board.Button, PinMode.InputPullUp).Read() == PinValue.Low;
        }
        catch (Exception)
        {
            return false;
        }
    }
}
