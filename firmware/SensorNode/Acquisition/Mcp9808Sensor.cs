using System;
using System.Device.I2c;

namespace DeviceTwin.SensorNode.Acquisition;

/// <summary>
/// Driver of the Microchip MCP9808 temperature sensor on I2C (address 0x18 to 0x1F): 0.0625 °C per count, ±0.25 °C typical.
/// A reading is one short bus transaction; it never waits and never throws.
/// </summary>
/// <remarks>
/// Why not the binding Iot.Device.Mcp9808 of nanoFramework.IoT.Device: it ignores the result of every I2C transfer, so a sensor that
/// has fallen off the bus reads as 0.00 °C, a temperature that a machine may well have, and a node would say "normal" about a machine it
/// cannot feel. It also throws from its constructor where the sensor is absent at start (so a sensor that comes back later needs a new
/// object), accepts one silicon revision only, and makes an array and a floating-point quantity for each reading. Here each reading
/// either carries its value or its <see cref="AcquisitionFault"/>, and reuses two small buffers.
/// </remarks>
public sealed class Mcp9808Sensor : ITemperatureSensor
{
    private const byte RegisterAmbient = 0x05;
    private const byte RegisterManufacturer = 0x06;
    private const byte RegisterDevice = 0x07;
    private const int ManufacturerMicrochip = 0x0054;
    private const int DeviceMcp9808 = 0x04;

    // The part measures -40 to 125 °C.
    private const int LowestCentiCelsius = -4000;
    private const int HighestCentiCelsius = 12500;

    private readonly I2cDevice _bus;
    private readonly byte[] _pointer = new byte[1];
    private readonly byte[] _value = new byte[2];
    private int _centiCelsius;

    /// <param name="bus">The sensor's I2C address on its bus, up to 400 kHz.</param>
    public Mcp9808Sensor(I2cDevice bus)
    {
        _bus = bus;
    }

    /// <summary>None: the part converts by itself, four times a second.</summary>
    public int ConversionMilliseconds()
    {
        return 0;
    }

    /// <inheritdoc/>
    public int StartReading()
    {
        return AcquisitionFault.None;
    }

    /// <summary>The last temperature that <see cref="Read"/> found, in hundredths of a degree Celsius.</summary>
    public int CentiCelsius()
    {
        return _centiCelsius;
    }

    /// <summary>Checks that an MCP9808 of any revision answers.</summary>
    /// <returns>None, BusFailure, WrongDevice, or LineStuck where nothing but zeros or ones comes in.</returns>
    public int Identify()
    {
        if (!ReadRegister(RegisterManufacturer))
        {
            return AcquisitionFault.BusFailure;
        }

        int manufacturer = (_value[0] << 8) | _value[1];
        if (manufacturer == 0x0000 || manufacturer == 0xFFFF)
        {
            return AcquisitionFault.LineStuck;
        }

        bool right = manufacturer == ManufacturerMicrochip;
        if (!ReadRegister(RegisterDevice))
        {
            return AcquisitionFault.BusFailure;
        }

        // The low byte is the silicon revision.
        right = right && _value[0] == DeviceMcp9808;
        return right ? AcquisitionFault.None : AcquisitionFault.WrongDevice;
    }

    /// <summary>Reads the newest conversion (the part converts by itself, four times a second).</summary>
    /// <returns>None, BusFailure, or ImplausibleValue outside -40 to 125 °C.</returns>
    public int Read()
    {
        if (!ReadRegister(RegisterAmbient))
        {
            return AcquisitionFault.BusFailure;
        }

        // Bits 15:13 are alert flags, bit 12 the sign of a two's complement number of sixteenths.
        int sixteenths = ((_value[0] & 0x1F) << 8) | _value[1];
        if (sixteenths >= 0x1000)
        {
            sixteenths -= 0x2000;
        }

        int centiCelsius = (sixteenths * 100 + (sixteenths < 0 ? -8 : 8)) / 16;
        if (centiCelsius < LowestCentiCelsius || centiCelsius > HighestCentiCelsius)
        {
            return AcquisitionFault.ImplausibleValue;
        }

        _centiCelsius = centiCelsius;
        return AcquisitionFault.None;
    }

    private bool ReadRegister(byte register)
    {
        _pointer[0] = register;
        try
        {
            I2cTransferResult result = _bus.WriteRead(new SpanByte(_pointer), new SpanByte(_value));
            return result.Status == I2cTransferStatus.FullTransfer;
        }
        catch (Exception)
        {
            return false;
        }
    }
}
