using DeviceTwin.Provisioning.Serial;

namespace DeviceTwin.Tests.Cli.Doctor;

/// <summary>Ports that are always there, and that nobody opens.</summary>
internal sealed class FixedPorts(params SerialPortInfo[] ports) : ISerialPorts
{
    public FixedPorts(string name)
        : this(new SerialPortInfo { PortName = name, Identity = name, Description = name })
    {
    }

    public IReadOnlyList<SerialPortInfo> List() => ports;

    public ISerialPort Open(string portName) => throw new NotSupportedException();
}
