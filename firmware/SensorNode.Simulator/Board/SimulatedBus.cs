#nullable enable

using System;
using System.Device.I2c;
using System.Device.Spi;

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>A chip on the simulated SPI bus.</summary>
public interface ISpiPeripheral
{
    /// <summary>One transfer with chip select held: byte k of <paramref name="received"/> is clocked in while byte k of <paramref name="sent"/> goes out.</summary>
    /// <exception cref="InvalidOperationException">The bus is broken.</exception>
    void Transfer(ReadOnlySpan<byte> sent, Span<byte> received);
}

/// <summary>A chip on the simulated I2C bus, already addressed.</summary>
public interface II2cPeripheral
{
    /// <summary>A write transaction.</summary>
    /// <returns>False where nobody acknowledges.</returns>
    bool Write(ReadOnlySpan<byte> sent);

    /// <summary>A read transaction.</summary>
    /// <returns>False where nobody acknowledges.</returns>
    bool Read(Span<byte> received);
}

/// <summary>Makes the bus objects that drivers receive, wired to simulated chips.</summary>
public static class SimulatedBus
{
    /// <summary>An SPI device that talks to this chip.</summary>
    public static SpiDevice Spi(ISpiPeripheral peripheral) => new(peripheral);

    /// <summary>An I2C device that talks to this chip.</summary>
    public static I2cDevice I2c(II2cPeripheral peripheral) => new(peripheral);
}
