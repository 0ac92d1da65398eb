namespace DeviceTwin.Provisioning.Serial;

/// <summary>The serial ports of this computer.</summary>
public interface ISerialPorts
{
    /// <summary>The ports that are there now, by name. Opens none of them, and never throws: what cannot be read is left out.</summary>
    IReadOnlyList<SerialPortInfo> List();

    /// <summary>Opens a port for ourselves alone.</summary>
    /// <param name="portName"><see cref="SerialPortInfo.PortName"/>, or any other name that the system has for it.</param>
    /// <exception cref="SerialPortException">It cannot be opened; the message says why and what to do.</exception>
    ISerialPort Open(string portName);
}
