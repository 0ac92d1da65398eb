#nullable enable

using System;

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>An SPI bus that takes its time: the board's clock moves on by call and bits. The part answers as of the start of the transfer.</summary>
/// <param name="peripheral">The chip.</param>
/// <param name="clock">Virtual time of the board.</param>
/// <param name="timing">What is charged.</param>
public sealed class TimedSpi(ISpiPeripheral peripheral, SimulatedClock clock, HostTiming timing) : ISpiPeripheral
{
    /// <summary>Transfers so far.</summary>
    public long Transfers { get; private set; }

    /// <inheritdoc/>
    public void Transfer(ReadOnlySpan<byte> sent, Span<byte> received)
    {
        Transfers++;
        int bytes = Math.Max(sent.Length, received.Length);
        peripheral.Transfer(sent, received);
        clock.Spend(timing.CallMicroseconds + (bytes * 8L * 1_000_000 / timing.SpiHertz));
    }
}

/// <summary>An I2C bus that takes its time; where nobody answers, as long as the driver waits.</summary>
/// <param name="peripheral">The chip.</param>
/// <param name="clock">Virtual time of the board.</param>
/// <param name="timing">What is charged.</param>
public sealed class TimedI2c(II2cPeripheral peripheral, SimulatedClock clock, HostTiming timing) : II2cPeripheral
{
    /// <inheritdoc/>
    public bool Write(ReadOnlySpan<byte> sent) => Charge(peripheral.Write(sent), sent.Length);

    /// <inheritdoc/>
    public bool Read(Span<byte> received) => Charge(peripheral.Read(received), received.Length);

    private bool Charge(bool done, int bytes)
    {
        // Address and each byte have nine bits.
        clock.Spend(done ? (timing.CallMicroseconds / 2) + ((bytes + 1) * 9L * 1_000_000 / timing.I2cHertz) : timing.I2cTimeoutMicroseconds);
        return done;
    }
}

/// <summary>A 1-Wire line that takes its time.</summary>
/// <param name="peripheral">The chip.</param>
/// <param name="clock">Virtual time of the board.</param>
/// <param name="timing">What is charged.</param>
public sealed class TimedOneWire(IOneWirePeripheral peripheral, SimulatedClock clock, HostTiming timing) : IOneWirePeripheral
{
    /// <inheritdoc/>
    public bool Reset()
    {
        bool present = peripheral.Reset();
        clock.Spend(timing.OneWireResetMicroseconds);
        return present;
    }

    /// <inheritdoc/>
    public bool Touch(bool high)
    {
        bool line = peripheral.Touch(high);
        clock.Spend(timing.OneWireBitMicroseconds);
        return line;
    }
}
