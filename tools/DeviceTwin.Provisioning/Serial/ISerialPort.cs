namespace DeviceTwin.Provisioning.Serial;

/// <summary>
/// A serial port that is open at 115200 baud, 8 data bits, no parity, 1 stop bit, no handshake. Nobody else has it meanwhile. The members are those of
/// <c>System.IO.Ports.SerialPort</c> of the same names (and <see cref="DrainAsync"/> its stream's flush): an adapter over that class is one line each.
/// </summary>
public interface ISerialPort : IDisposable
{
    /// <summary>The name that it was opened by.</summary>
    string PortName { get; }

    /// <summary>
    /// Its bytes. Reading waits for the first byte; a cancelled read has taken none. Both directions throw <see cref="SerialPortException"/> where the port is gone.
    /// </summary>
    Stream BaseStream { get; }

    /// <summary>Whether DTR is asserted. Adapters with a reset circuit take it for "boot from the serial port".</summary>
    /// <exception cref="SerialPortException">The port is gone. One without such a line takes it and does nothing.</exception>
    bool DtrEnable { get; set; }

    /// <summary>Whether RTS is asserted. Adapters with a reset circuit hold the chip in reset with it.</summary>
    /// <exception cref="SerialPortException">The port is gone. One without such a line takes it and does nothing.</exception>
    bool RtsEnable { get; set; }

    /// <summary>Waits until everything that was written has left, before a line is switched or the port closed.</summary>
    /// <exception cref="SerialPortException">The port is gone.</exception>
    Task DrainAsync(CancellationToken cancellation = default);

    /// <summary>Forgets what has arrived and was not read.</summary>
    /// <exception cref="SerialPortException">The port is gone.</exception>
    void DiscardInBuffer();

    /// <summary>Forgets what was written and has not left.</summary>
    /// <exception cref="SerialPortException">The port is gone.</exception>
    void DiscardOutBuffer();
}
