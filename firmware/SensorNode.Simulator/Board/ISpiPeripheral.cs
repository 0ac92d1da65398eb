#nullable enable

using System;

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>A chip on the simulated SPI bus.</summary>
public interface ISpiPeripheral
{
    /// <summary>
    /// One transfer with chip select held: byte k of <paramref name="received"/> comes in while byte k of <paramref name="sent"/> goes out.
    /// </summary>
    /// <exception cref="InvalidOperationException">The bus is broken.</exception>
    void Transfer(ReadOnlySpan<byte> sent, Span<byte> received);
}
