using System;
using nanoFramework.Device.OneWire;

namespace DeviceTwin.SensorNode.Acquisition;

/// <summary>
/// Driver of the DS18B20 on a 1-Wire line of its own: 12 bit, 0.0625 °C per count, ±0.5 °C from -10 to 85 °C, measures -55 to 125 °C.
/// A conversion takes 750 ms: one call starts it, a later one reads it. No call waits for it and none throws.
/// </summary>
/// <remarks>
/// The line is the binding's <c>OneWireHost</c> of nanoFramework.Device.OneWire, which drives a UART. Why not the binding
/// Iot.Device.Ds18b20 on top of it: it sleeps through the conversion, which would hold up the loop that measures; and it makes arrays and a
/// floating-point quantity for each reading.
/// A dead line can look alive: a line shorted to ground answers the reset with "somebody is here", and nine zero bytes have a right
/// checksum. Therefore the scratchpad's fixed bytes are looked at as well. A sensor that has lost its supply in between reads 85 °C until
/// its next conversion; exactly that value counts only where the reading before was within five degrees of it.
/// The supply is on its own wire; a parasitic supply is not catered for.
/// </remarks>
public sealed class Ds18b20Sensor : ITemperatureSensor
{
    private const byte FamilyCode = 0x28;
    private const byte ReadRom = 0x33;
    private const byte SkipRom = 0xCC;
    private const byte ConvertTemperature = 0x44;
    private const byte WriteScratchpad = 0x4E;
    private const byte ReadScratchpad = 0xBE;

    // Configuration register: R1 and R0 set, 12 bit.
    private const byte TwelveBit = 0x7F;

    // The scratchpad's byte 5 is reserved and reads FFh, byte 7 reads 10h.
    private const byte ReservedFive = 0xFF;
    private const byte ReservedSeven = 0x10;

    private const int PowerOnCentiCelsius = 8500;
    private const int NearPowerOnCentiCelsius = 500;
    private const int LowestCentiCelsius = -5500;
    private const int HighestCentiCelsius = 12500;
    private const int None = int.MinValue;

    private readonly OneWireHost _line;
    private readonly byte[] _bytes = new byte[9];
    private int _centiCelsius = None;

    /// <param name="line">The 1-Wire line; this sensor is the only one on it.</param>
    public Ds18b20Sensor(OneWireHost line)
    {
        _line = line;
    }

    /// <inheritdoc/>
    public int ConversionMilliseconds()
    {
        return 750;
    }

    /// <inheritdoc/>
    public int CentiCelsius()
    {
        return _centiCelsius == None ? 0 : _centiCelsius;
    }

    /// <summary>Checks that one DS18B20 answers, and sets its resolution to 12 bit.</summary>
    /// <returns>None, BusFailure (nobody answers), LineStuck, ChecksumWrong (or several sensors), WrongDevice, ConfigurationNotHeld.</returns>
    public int Identify()
    {
        try
        {
            int fault = Ask(ReadRom, 8);
            if (fault == AcquisitionFault.None && _bytes[0] != FamilyCode)
            {
                fault = AcquisitionFault.WrongDevice;
            }

            if (fault != AcquisitionFault.None)
            {
                return fault;
            }

            if (!_line.TouchReset())
            {
                return AcquisitionFault.BusFailure;
            }

            // The two bytes before the configuration are alarm levels, which nobody uses.
            _line.WriteByte(SkipRom);
            _line.WriteByte(WriteScratchpad);
            _line.WriteByte(0x7F);
            _line.WriteByte(0x80);
            _line.WriteByte(TwelveBit);
            fault = AskScratchpad();
            return fault == AcquisitionFault.None && _bytes[4] != TwelveBit ? AcquisitionFault.ConfigurationNotHeld : fault;
        }
        catch (Exception)
        {
            return AcquisitionFault.BusFailure;
        }
    }

    /// <inheritdoc/>
    public int StartReading()
    {
        try
        {
            if (!_line.TouchReset())
            {
                return AcquisitionFault.BusFailure;
            }

            _line.WriteByte(SkipRom);
            _line.WriteByte(ConvertTemperature);
            return AcquisitionFault.None;
        }
        catch (Exception)
        {
            return AcquisitionFault.BusFailure;
        }
    }

    /// <summary>Reads the conversion that <see cref="StartReading"/> began.</summary>
    /// <returns>None, BusFailure, LineStuck, ChecksumWrong, or ImplausibleValue (outside the range, or the 85 °C of a sensor that lost its supply).</returns>
    public int Read()
    {
        try
        {
            int fault = AskScratchpad();
            if (fault != AcquisitionFault.None)
            {
                return fault;
            }
        }
        catch (Exception)
        {
            return AcquisitionFault.BusFailure;
        }

        int sixteenths = (short)(_bytes[0] | (_bytes[1] << 8));
        int centiCelsius = ((sixteenths * 100) + (sixteenths < 0 ? -8 : 8)) / 16;
        if (centiCelsius < LowestCentiCelsius || centiCelsius > HighestCentiCelsius)
        {
            return AcquisitionFault.ImplausibleValue;
        }

        if (centiCelsius == PowerOnCentiCelsius && !IsNearPowerOn())
        {
            return AcquisitionFault.ImplausibleValue;
        }

        _centiCelsius = centiCelsius;
        return AcquisitionFault.None;
    }

    private bool IsNearPowerOn()
    {
        return _centiCelsius != None
            && _centiCelsius >= PowerOnCentiCelsius - NearPowerOnCentiCelsius
            && _centiCelsius <= PowerOnCentiCelsius + NearPowerOnCentiCelsius;
    }

    private int AskScratchpad()
    {
        if (!_line.TouchReset())
        {
            return AcquisitionFault.BusFailure;
        }

        _line.WriteByte(SkipRom);
        int fault = Take(ReadScratchpad, 9);
        if (fault == AcquisitionFault.None && (_bytes[5] != ReservedFive || _bytes[7] != ReservedSeven))
        {
            fault = AcquisitionFault.WrongDevice;
        }

        return fault;
    }

    private int Ask(byte command, int count)
    {
        return _line.TouchReset() ? Take(command, count) : AcquisitionFault.BusFailure;
    }

    private int Take(byte command, int count)
    {
        _line.WriteByte(command);
        int ones = 0xFF;
        int zeros = 0;
        int crc = 0;
        for (int index = 0; index < count; index++)
        {
            byte value = _line.ReadByte();
            _bytes[index] = value;
            ones &= value;
            zeros |= value;
            crc = Crc(crc, value);
        }

        if (zeros == 0 || ones == 0xFF)
        {
            return AcquisitionFault.LineStuck;
        }

        return crc == 0 ? AcquisitionFault.None : AcquisitionFault.ChecksumWrong;
    }

    // CRC-8 of 1-Wire: x^8 + x^5 + x^4 + 1, low bit first; over data and its CRC it is 0.
    private static int Crc(int crc, byte value)
    {
        crc ^= value;
        for (int bit = 0; bit < 8; bit++)
        {
            crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x8C : crc >> 1;
        }

        return crc;
    }
}
