#nullable enable

using System;

namespace DeviceTwin.SensorNode.Simulator.Board;

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
