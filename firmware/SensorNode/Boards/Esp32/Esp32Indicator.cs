using System;
using System.Device.Gpio;

namespace DeviceTwin.SensorNode.Boards.Esp32;

/// <summary>A lamp on a pin of its own, lit by a high level.</summary>
public sealed class Esp32Indicator : IIndicator
{
    private readonly GpioPin _pin;

    public Esp32Indicator(int pin)
    {
        _pin = new GpioController().OpenPin(pin, PinMode.Output);
    }

    public void Show(bool isOn)
    {
        try
        {
            _pin.Write(isOn ? PinValue.High : PinValue.Low);
        }
        catch (Exception)
        {
            // A lamp that stays dark is no reason to stop.
        }
    }
}
