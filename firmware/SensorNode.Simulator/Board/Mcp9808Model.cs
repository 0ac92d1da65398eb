#nullable enable

using System;
using DeviceTwin.SensorNode.Simulator.Machines;

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>
/// Register model of the Microchip MCP9808, written from data sheet DS25095: pointer, ambient temperature in two's complement
/// sixteenths of a degree, manufacturer and device id, configuration with shutdown, resolution. A conversion takes 250 ms.
/// Not modelled: the alert output and its limit registers (they hold what is written).
/// </summary>
public sealed class Mcp9808Model : II2cPeripheral
{
    private const long ConversionMicroseconds = 250_000;

    private readonly SimulatedClock _clock;
    private readonly IMachine _machine;
    private readonly ushort[] _registers = new ushort[16];
    private int _pointer;
    private long _conversion = -1;

    /// <param name="clock">Virtual time of the board.</param>
    /// <param name="machine">What the sensor is bolted to.</param>
    public Mcp9808Model(SimulatedClock clock, IMachine machine)
    {
        _clock = clock;
        _machine = machine;
        _registers[6] = 0x0054;
        _registers[7] = 0x0400;
        _registers[8] = 0x0003;
    }

    /// <summary>While true, nobody answers: the cable is off.</summary>
    public bool Absent { get; set; }

    /// <summary>
    /// SDA does not move. Low: no start condition comes about and every transfer times out. High: nobody acknowledges.
    /// Either way the bus reports a failure, as with a part that is absent.
    /// </summary>
    public StuckLine Sda { get; set; }

    /// <summary>SDA loses its driver while data are read: the address is acknowledged, the bytes are all zeros or ones.</summary>
    public StuckLine DataOut { get; set; }

    /// <summary>Makes the part another one: what the manufacturer register says.</summary>
    public ushort Manufacturer
    {
        get => _registers[6];
        set => _registers[6] = value;
    }

    /// <summary>The silicon revision, low byte of the device register.</summary>
    public byte Revision
    {
        get => (byte)_registers[7];
        set => _registers[7] = (ushort)(0x0400 | value);
    }

    /// <inheritdoc/>
    public bool Write(ReadOnlySpan<byte> sent)
    {
        if (Absent || Sda != StuckLine.None || sent.IsEmpty)
        {
            return false;
        }

        _pointer = sent[0] & 0x0F;
        bool writable = _pointer is >= 1 and <= 4 or 8;
        if (sent.Length >= 3 && writable)
        {
            _registers[_pointer] = (ushort)((sent[1] << 8) | sent[2]);
        }
        else if (sent.Length == 2 && _pointer == 8)
        {
            _registers[8] = (ushort)(sent[1] & 0x03);
        }

        return true;
    }

    /// <inheritdoc/>
    public bool Read(Span<byte> received)
    {
        if (Absent || Sda != StuckLine.None)
        {
            return false;
        }

        if (DataOut != StuckLine.None)
        {
            received.Fill(DataOut == StuckLine.Low ? (byte)0x00 : (byte)0xFF);
            return true;
        }

        Convert();
        for (int i = 0; i < received.Length; i++)
        {
            // The resolution register is one byte wide, the others two, high byte first.
            received[i] = _pointer == 8 ? (byte)_registers[8] : (byte)(i % 2 == 0 ? _registers[_pointer] >> 8 : _registers[_pointer]);
        }

        return true;
    }

    private void Convert()
    {
        bool shutdown = (_registers[1] & 0x0100) != 0;
        long conversion = _clock.NowMicroseconds / ConversionMicroseconds;
        if (shutdown || conversion == _conversion)
        {
            return;
        }

        _conversion = conversion;
        double celsius = Math.Clamp(_machine.TemperatureCelsius(conversion * (ConversionMicroseconds / 1e6)), -256, 255.9375);
        int sixteenths = (int)Math.Round(celsius * 16);
        _registers[5] = (ushort)(sixteenths & 0x1FFF);
    }
}
