#nullable enable

using System;
using DeviceTwin.SensorNode.Simulator.Machines;

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>
/// Model of the DS18B20 on its 1-Wire line, bit by bit, written from its data sheet: presence, ROM commands 33h and CCh, conversion of
/// 750 ms (12 bit; half for each bit less), scratchpad with CRC, configuration, 85 °C after power-on.
/// Not modelled: search, alarms, EEPROM, parasitic supply.
/// </summary>
public sealed class Ds18b20Model : IOneWirePeripheral
{
    private readonly SimulatedClock _clock;
    private readonly IMachine _machine;
    private readonly byte[] _scratchpad = new byte[9];
    private readonly byte[] _rom = { 0x28, 0x5A, 0x17, 0x03, 0x0C, 0x00, 0x00, 0x00 };
    private Phase _phase;
    private int _bits;
    private int _byte;
    private byte[] _answer = [];
    private int _answerBit;
    private int _written;
    private long _convertedAt = -1;

    /// <param name="clock">Virtual time of the board.</param>
    /// <param name="machine">What the sensor is bolted to.</param>
    public Ds18b20Model(SimulatedClock clock, IMachine machine)
    {
        _clock = clock;
        _machine = machine;
        LosePower();
    }

    private enum Phase
    {
        Deaf,
        Rom,
        Function,
        Answer,
        Scratchpad,
    }

    /// <summary>While true, nobody answers: the cable is off.</summary>
    public bool Absent { get; set; }

    /// <summary>While true, the line is shorted to ground.</summary>
    public bool Shorted { get; set; }

    /// <summary>While true, the third bit of the second byte of every answer is turned over: interference.</summary>
    public bool Noisy { get; set; }

    /// <summary>While true, the configuration register does not take what is written.</summary>
    public bool Deaf { get; set; }

    /// <summary>The family code; another value stands for another chip.</summary>
    public byte Family
    {
        get => _rom[0];
        set => _rom[0] = value;
    }

    /// <summary>The supply is gone for a moment.</summary>
    public void LosePower()
    {
        // Data sheet, memory: 85 °C, alarm levels and configuration from EEPROM, FFh, 0Ch, 10h.
        ReadOnlySpan<byte> fresh = [0x50, 0x05, 0x4B, 0x46, 0x7F, 0xFF, 0x0C, 0x10];
        fresh.CopyTo(_scratchpad);
        _convertedAt = -1;
        _phase = Phase.Deaf;
    }

    /// <inheritdoc/>
    public bool Reset()
    {
        _phase = Absent || Shorted ? Phase.Deaf : Phase.Rom;
        _bits = 0;
        _byte = 0;
        return Shorted || !Absent;
    }

    /// <inheritdoc/>
    public bool Touch(bool high)
    {
        if (Shorted)
        {
            return false;
        }

        if (Absent || _phase == Phase.Deaf)
        {
            return high;
        }

        if (_phase == Phase.Answer)
        {
            return high && NextAnswerBit();
        }

        _byte |= high ? 1 << _bits : 0;
        if (++_bits == 8)
        {
            Take((byte)_byte);
            _bits = 0;
            _byte = 0;
        }

        return high;
    }

    private static byte Crc(ReadOnlySpan<byte> bytes)
    {
        int crc = 0;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x8C : crc >> 1;
            }
        }

        return (byte)crc;
    }

    private bool NextAnswerBit()
    {
        int at = _answerBit++;
        if (at >= _answer.Length * 8)
        {
            return true;
        }

        bool bit = (_answer[at >> 3] & (1 << (at & 7))) != 0;
        return Noisy && at == 10 ? !bit : bit;
    }

    private void Take(byte value)
    {
        switch (_phase)
        {
            case Phase.Rom when value == 0x33:
                _rom[7] = Crc(_rom.AsSpan(0, 7));
                Answer(_rom);
                break;
            case Phase.Rom:
                _phase = value == 0xCC ? Phase.Function : Phase.Deaf;
                break;
            case Phase.Function when value == 0x44:
                Convert();
                break;
            case Phase.Function when value == 0x4E:
                _phase = Phase.Scratchpad;
                _written = 0;
                break;
            case Phase.Function when value == 0xBE:
                Finish();
                _scratchpad[8] = Crc(_scratchpad.AsSpan(0, 8));
                Answer(_scratchpad);
                break;
            case Phase.Scratchpad:
                if (!Deaf || _written < 2)
                {
                    // The configuration register has two writable bits.
                    _scratchpad[2 + _written] = _written == 2 ? (byte)((value & 0x60) | 0x1F) : value;
                }

                _phase = ++_written == 3 ? Phase.Deaf : Phase.Scratchpad;
                break;
            default:
                _phase = Phase.Deaf;
                break;
        }
    }

    private void Answer(byte[] bytes)
    {
        _answer = (byte[])bytes.Clone();
        _answerBit = 0;
        _phase = Phase.Answer;
    }

    private void Convert()
    {
        _convertedAt = _clock.NowMicroseconds + (750_000 >> (3 - Resolution()));
        _phase = Phase.Deaf;
    }

    private int Resolution() => (_scratchpad[4] >> 5) & 3;

    /// <summary>What was measured appears when the conversion is over, not before.</summary>
    private void Finish()
    {
        if (_convertedAt < 0 || _clock.NowMicroseconds < _convertedAt)
        {
            return;
        }

        double celsius = Math.Clamp(_machine.TemperatureCelsius(_convertedAt / 1e6), -55, 125);
        int sixteenths = (int)Math.Round(celsius * 16) & (-1 << (3 - Resolution()));
        _scratchpad[0] = (byte)sixteenths;
        _scratchpad[1] = (byte)(sixteenths >> 8);
        _convertedAt = -1;
    }
}
