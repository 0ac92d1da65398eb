#nullable enable

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>
/// What the host takes for its transfers, in virtual time. None of it was measured on a board: bus times follow from bits and clock, call costs
/// from instruction counts of the interpreter, where a loop of 54 000 to 162 000 pin writes a second is the only public anchor.
/// </summary>
public sealed record HostTiming
{
    /// <summary>Clock of the SPI bus. Both accelerometers take 10 MHz (DS12569 and DS13012, SPI timing).</summary>
    public int SpiHertz { get; init; } = 10_000_000;

    /// <summary>Clock of the I2C bus: fast mode.</summary>
    public int I2cHertz { get; init; } = 400_000;

    /// <summary>
    /// What one transfer costs before its first bit: the call through driver and binding, two views made, a try block; 150 to 250 instructions
    /// at about a million a second (an ESP32 that reads its code through the flash cache).
    /// </summary>
    public int CallMicroseconds { get; init; } = 225;

    /// <summary>A time slot of a byte's bit: a UART character of ten bits at 115 200 baud (OneWireHost on the ESP32).</summary>
    public int OneWireBitMicroseconds { get; init; } = 87;

    /// <summary>A reset: a UART character of ten bits at 9600 baud.</summary>
    public int OneWireResetMicroseconds { get; init; } = 1042;

    /// <summary>How long the I2C driver of the ESP32 holds up everything where the bus does not move.</summary>
    public int I2cTimeoutMicroseconds { get; init; } = 1_000_000;
}
