using System;
using System.IO.Ports;
using nanoFramework.Hardware.Esp32;

namespace DeviceTwin.SensorNode.Boards.Esp32;

/// <summary>
/// The technician's port: a UART of its own. The first one (COM1) belongs to the runtime, which flashes, debugs and prints through it, and
/// its driver refuses to be opened twice.
/// </summary>
public sealed class Esp32SerialLink : ISerialLink
{
    private const int Baud = 115200;
    private const int WriteTimeoutMs = 1000;

    private readonly object _gate = new object();
    private readonly SerialPort _port;

    private Esp32SerialLink(SerialPort port)
    {
        _port = port;
    }

    /// <summary>Opens the port of a board.</summary>
    /// <returns>The line, or null where the board has none or it cannot be opened.</returns>
    public static Esp32SerialLink Open(BoardDescription board)
    {
        if (board.SerialUart != 2 && board.SerialUart != 3)
        {
            return null;
        }

        try
        {
            bool isSecond = board.SerialUart == 2;
            Configuration.SetPinFunction(board.SerialTransmit, isSecond ? DeviceFunction.COM2_TX : DeviceFunction.COM3_TX);
            Configuration.SetPinFunction(board.SerialReceive, isSecond ? DeviceFunction.COM2_RX : DeviceFunction.COM3_RX);
            var port = new SerialPort(isSecond ? "COM2" : "COM3", Baud);
            port.WriteTimeout = WriteTimeoutMs;
            port.Open();
            return new Esp32SerialLink(port);
        }
        catch (Exception)
        {
            return null;
        }
    }

    public int Read(byte[] buffer, int offset, int count)
    {
        try
        {
            // Only what is there: a read for more would wait.
            int waiting = _port.BytesToRead;
            int wanted = waiting < count ? waiting : count;
            return wanted == 0 ? 0 : _port.Read(buffer, offset, wanted);
        }
        catch (Exception)
        {
            return 0;
        }
    }

    public void Write(byte[] buffer, int offset, int count)
    {
        // A line of text must not split a frame.
        lock (_gate)
        {
            try
            {
                _port.Write(buffer, offset, count);
            }
            catch (Exception)
            {
                // The tool asks again.
            }
        }
    }
}
